/* SPDX-License-Identifier: MIT
 *
 * Stride scheduling (OSTEP, chapter 9): a thread has priority + 1 tickets, and a pass,
 * which grows by the time that it uses, divided by its tickets. The one with the least
 * pass is next. A heap finds it in O(log n).
 */
#include <trapeze/abi.h>

#include "sched/heap.h"
#include "sched/sched_policy.h"

const uint32_t policy_number = SCHEDULER_STRIDE;
const bool policy_charges = true;
const bool policy_keeps_order = true;

static struct queue {
    struct ready_queue base;
    struct heap ready; /* by pass; 0 for those who go first */
} queues[HARTS_MAX + 1];

static uint64_t least; /* the pass of the thread that was taken last */

struct ready_queue *policy_queue(uint32_t number) { return &queues[number].base; }

/* Whoever was away has saved up nothing: it goes on where the others are. */
void policy_add(struct thread *thread, enum policy_place place)
{
    struct queue *queue = queue_of(thread->queue);
    uint64_t *pass = &thread->policy[0];
    if (*pass < least)
        *pass = least;
    heap_add(&queue->ready, thread, place == POLICY_FRONT ? 0 : *pass);
    *queue->base.highest = 1;
}

void policy_remove(struct thread *thread)
{
    struct queue *queue = queue_of(thread->queue);
    heap_remove(&queue->ready, thread);
    *queue->base.highest = queue->ready.count != 0;
}

struct thread *policy_take(struct ready_queue *base)
{
    struct thread *thread = heap_first(&queue_of(base)->ready);
    if (thread == NULL)
        return NULL;
    policy_remove(thread);
    if (thread->policy[0] > least)
        least = thread->policy[0];
    return thread;
}

void policy_set_urgency(struct thread *thread) { thread->urgency = 1; }

/* What is more than two slices was used while nobody else was ready: it is free. */
void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles)
{
    if (cycles > 2 * slice_cycles)
        cycles = 2 * slice_cycles;
    thread->policy[0] += cycles / (thread->priority + 1U);
}
