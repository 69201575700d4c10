/* SPDX-License-Identifier: MIT
 *
 * Ready threads in a ring, first come first served: `*first` is the first one, the last
 * is its neighbour; NULL: there is none. Links of a thread that is in no ring mean
 * nothing.
 */
#pragma once

#include "sched/sched_policy.h"

static inline void ready_ring_add(struct thread **first, struct thread *thread,
                                  enum policy_place place)
{
    struct thread *next = *first;
    if (next == NULL) {
        *first = thread->ready_next = thread->ready_previous = thread;
        return;
    }
    thread->ready_next = next;
    thread->ready_previous = next->ready_previous;
    next->ready_previous->ready_next = thread;
    next->ready_previous = thread;
    if (place == POLICY_FRONT)
        *first = thread;
}

static inline void ready_ring_remove(struct thread **first, struct thread *thread)
{
    struct thread *next = thread->ready_next, *previous = thread->ready_previous;
    debug_assert(next->ready_previous == thread && previous->ready_next == thread);
    previous->ready_next = next;
    next->ready_previous = previous;
    if (*first == thread)
        *first = next == thread ? NULL : next;
}

/* Appends all of `other`, in their order, which is empty then. */
static inline void ready_ring_join(struct thread **first, struct thread **other)
{
    if (*first != NULL && *other != NULL) {
        struct thread *last = (*first)->ready_previous;
        struct thread *other_last = (*other)->ready_previous;
        last->ready_next = *other;
        (*other)->ready_previous = last;
        other_last->ready_next = *first;
        (*first)->ready_previous = other_last;
    } else if (*first == NULL) {
        *first = *other;
    }
    *other = NULL;
}
