/* SPDX-License-Identifier: MIT
 *
 * Round robin (OSTEP, chapter 7): one list for all, whatever their priority. Everybody
 * has urgency 1, so nobody preempts anybody but by the end of a slice.
 */
#include <trapeze/abi.h>

#include "sched/ready_ring.h"

const uint32_t policy_number = SCHEDULER_RR;
const bool policy_charges = false;
const bool policy_keeps_order = true;

static struct queue {
    struct ready_queue base;
    struct thread *ready;
} queues[HARTS_MAX + 1];

struct ready_queue *policy_queue(uint32_t number) { return &queues[number].base; }

void policy_add(struct thread *thread, enum policy_place place)
{
    struct queue *queue = queue_of(thread->queue);
    ready_ring_add(&queue->ready, thread, place);
    *queue->base.highest = 1;
}

void policy_remove(struct thread *thread)
{
    struct queue *queue = queue_of(thread->queue);
    ready_ring_remove(&queue->ready, thread);
    *queue->base.highest = queue->ready != NULL;
}

struct thread *policy_take(struct ready_queue *base)
{
    struct thread *thread = queue_of(base)->ready;
    if (thread != NULL)
        policy_remove(thread);
    return thread;
}

void policy_set_urgency(struct thread *thread) { thread->urgency = 1; }

void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles)
{
    (void)thread, (void)cycles, (void)slice_cycles;
}
