/* SPDX-License-Identifier: MIT
 *
 * Children report to one endpoint, made with the first of them. The badge of its
 * messages is the child's place in the table, from 1 on. A place is free again only
 * when the end of its process has been received, so a message is never taken for
 * another's.
 */
#include "children.h"

#include <trapeze/program.h>

#include "growing_table.h"

static struct growing_table memory_of_table = {.entry_bytes = sizeof(struct child)};
static size_t place_count;       /* places that have been used, free ones among them */
static struct child *free_place; /* the first of them */

static uint64_t endpoint;
static size_t living; /* of ours, those whose end has not been received */
static struct child *first_end;
static struct child **last_end = &first_end; /* where the next end goes */

static struct child *place(size_t index)
{
    return (struct child *)memory_of_table.address + index;
}

/* The address range is for as many children as there can be handles. */
static bool add_place(void)
{
    const size_t pages = (HANDLES_MAX * sizeof(struct child)) / PAGE_BYTES + 1;

    if (memory_of_table.address == 0) {
        memory_of_table.address = trapeze_range_take(pages);
        memory_of_table.page_limit = pages;
    }
    if (memory_of_table.address == 0 ||
        !growing_table_reserve(&memory_of_table, place_count + 1))
        return false;
    place(place_count)->next = NULL;
    free_place = place(place_count++);
    return true;
}

struct child *child_add(void)
{
    if (free_place == NULL && !add_place())
        return NULL;

    struct child *child = free_place;
    free_place = child->next;
    *child = (struct child){0};
    return child;
}

struct child *child_find(uint64_t process)
{
    for (size_t i = 0; process != 0 && i < place_count; i++) {
        if (place(i)->process == process)
            return place(i);
    }
    return NULL;
}

long child_adopt(struct child *child, uint64_t *supervisor, uint64_t *badge)
{
    if (endpoint == 0) {
        const long made = sys_endpoint_create();
        if (made < 0)
            return made;
        endpoint = (uint64_t)made;
    }
    child->is_ours = true;
    *supervisor = endpoint;
    *badge = (uint64_t)(child - place(0)) + 1;
    living++;
    return 0;
}

/* What it was made of goes with it; the objects' ends leave handles that name nothing.
 */
static void forget(struct child *child)
{
    if (child->memory != 0) {
        sys_object_destroy(child->memory);
        sys_handle_close(child->memory);
    }
    if (child->process != 0)
        sys_handle_close(child->process);
    child->process = 0;
    child->next = free_place;
    free_place = child;
}

static void note_end(struct child *child, const struct trapeze_message *message)
{
    child->end = (struct trapeze_child){
        .process = (int64_t)child->process,
        .kind = (int64_t)message->label,
        .status = (int64_t)message->words[0],
        .pc = message->words[1],
        .value = message->words[2],
    };
    child->has_ended = true;
    child->next = NULL;
    *last_end = child;
    last_end = &child->next;
    living--;
}

/* The next end, or the deadline; a fault on the way ends who did it. */
static long receive_end(uint64_t deadline_ticks)
{
    for (;;) {
        struct trapeze_message message = {.deadline = deadline_ticks};
        const long kind = trapeze_recv(endpoint, &message);
        if (kind < 0)
            return kind;
        if (kind == KIND_FAULT) {
            message =
                (struct trapeze_message){.label = VERDICT_KILL, .token = message.token};
            trapeze_reply(message.token, &message);
        } else if (kind == KIND_END) {
            note_end(place(message.badge - 1), &message);
            return 0;
        }
    }
}

/* Takes the end out of the list. */
static void unlist(struct child *child)
{
    struct child **link = &first_end;

    while (*link != child)
        link = &(*link)->next;
    *link = child->next;
    if (last_end == &child->next)
        last_end = link;
}

void child_abandon(struct child *child)
{
    const bool has_process = child->process != 0;

    if (has_process)
        sys_process_kill(child->process);
    if (child->is_ours && has_process) {
        while (!child->has_ended && receive_end(TRAPEZE_NEVER) == 0)
            ;
        if (child->has_ended)
            unlist(child);
    } else if (child->is_ours) {
        living--;
    }
    forget(child);
}

long trapeze_wait(long process, uint64_t deadline_ticks, struct trapeze_child *child)
{
    struct child *wanted = child_find((uint64_t)process);

    if (process != 0 && (wanted == NULL || !wanted->is_ours))
        return E_BAD_HANDLE;
    for (;;) {
        struct child *ended = wanted == NULL      ? first_end
                              : wanted->has_ended ? wanted
                                                  : NULL;
        if (ended != NULL) {
            *child = ended->end;
            unlist(ended);
            forget(ended);
            return (long)child->process;
        }
        const long error = living > 0 ? receive_end(deadline_ticks) : E_BAD_HANDLE;
        if (error < 0)
            return error;
    }
}

long trapeze_collect(long process)
{
    struct child *child = child_find((uint64_t)process);

    if (child == NULL || child->is_ours)
        return E_BAD_HANDLE;
    forget(child);
    return 0;
}
