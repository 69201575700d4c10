/* SPDX-License-Identifier: MIT
 *
 * Requests that wait for their reply.
 */
#include "waiting.h"

#include <string.h>

#include <trapeze/console.h>

static size_t count_of(const struct waiting *list, uint64_t badge)
{
    size_t count = 0;

    for (size_t i = 0; i < list->count; i++)
        count += list->requests[i].badge == badge;
    return count;
}

/* The oldest request of the client that has most. */
static size_t find_victim(const struct waiting *list)
{
    size_t victim = 0;
    size_t most = 0;

    for (size_t i = 0; i < list->count; i++) {
        size_t count = count_of(list, list->requests[i].badge);
        if (count > most) {
            most = count;
            victim = i;
        }
    }
    return victim;
}

static bool find_same(const struct waiting *list, const struct request *request,
                      size_t *index)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->requests[i].badge == request->badge &&
            CONSOLE_STREAM(list->requests[i].label) == CONSOLE_STREAM(request->label)) {
            *index = i;
            return true;
        }
    }
    return false;
}

bool waiting_add(struct waiting *list, const struct request *request,
                 struct request *refused)
{
    size_t index = 0;
    bool remove = find_same(list, request, &index);

    if (!remove && list->count == WAITING_MAX) {
        index = find_victim(list);
        remove = true;
    }
    if (remove) {
        *refused = list->requests[index];
        waiting_remove(list, index);
    }
    list->requests[list->count++] = *request;
    return remove;
}

void waiting_remove(struct waiting *list, size_t index)
{
    list->count--;
    memmove(&list->requests[index], &list->requests[index + 1],
            (list->count - index) * sizeof(list->requests[0]));
}
