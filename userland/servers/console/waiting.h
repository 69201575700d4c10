/* SPDX-License-Identifier: MIT
 *
 * Requests that wait for their reply, in the order in which they came. A bounded
 * number: where a further one comes, the oldest of the client that has most of them is
 * refused, so a client that floods the list hurts itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WAITING_MAX 64

/* A request as it came. */
struct request {
    uint64_t token;
    uint64_t badge;
    uint64_t label;
    uint64_t words[4];
};

struct waiting {
    size_t count;
    struct request requests[WAITING_MAX]; /* the first is the oldest */
};

/* Adds a request. True: another one had to go, for lack of room or since the same
 * stream waited already (its process can only wait once); it is in *refused. */
bool waiting_add(struct waiting *list, const struct request *request,
                 struct request *refused);

/* Takes out the one at this place. */
void waiting_remove(struct waiting *list, size_t index);
