/* SPDX-License-Identifier: MIT
 *
 * The ready threads, first come first served: every operation takes the same number of
 * instructions for two threads and for thousands.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sched/thread.h"

struct run_queue {
    struct list threads; /* by thread.run_link, the next to run first */
};

static inline void run_queue_init(struct run_queue *queue)
{
    list_init(&queue->threads);
}

static inline bool run_queue_is_empty(const struct run_queue *queue)
{
    return list_is_empty(&queue->threads);
}

static inline void run_queue_append(struct run_queue *queue, struct thread *thread)
{
    list_append(&queue->threads, &thread->run_link);
}

/* It goes before all others. */
static inline void run_queue_prepend(struct run_queue *queue, struct thread *thread)
{
    list_prepend(&queue->threads, &thread->run_link);
}

/* The one that has waited longest; NULL if there is none. */
static inline struct thread *run_queue_first(const struct run_queue *queue)
{
    if (run_queue_is_empty(queue))
        return NULL;
    return container_of(queue->threads.next, struct thread, run_link);
}

/* The same, taken out. */
static inline struct thread *run_queue_take(struct run_queue *queue)
{
    struct thread *first = run_queue_first(queue);
    if (first != NULL)
        list_remove(&first->run_link);
    return first;
}

/* Panics unless the first `limit` threads are ready. */
void run_queue_check(const struct run_queue *queue, uint64_t limit);
