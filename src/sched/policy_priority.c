/* SPDX-License-Identifier: MIT
 *
 * Fixed priorities, round robin inside each: the default. A bit for each urgency says
 * whether somebody is ready at it. Each thread knows the ring that it belongs in, so
 * that assembly (trap/fast_switch.S) need not compute it.
 */
#include "sched/policy_priority.h"

#include "base/bits.h"
#include "sched/ready_ring.h"

const uint32_t policy_number = SCHEDULER_PRIORITY;
const bool policy_charges = false;
const bool policy_keeps_order = true;

static struct queue queues[HARTS_MAX + 1];

struct ready_queue *policy_queue(uint32_t number) { return &queues[number].base; }

static inline struct thread **ring_of(const struct thread *thread)
{
    return (struct thread **)thread->policy[0];
}

void policy_add(struct thread *thread, enum policy_place place)
{
    struct queue *queue = queue_of(thread->queue);
    ready_ring_add(ring_of(thread), thread, place);
    queue->nonempty |= 1U << thread->urgency;
    if (thread->urgency > *queue->base.highest)
        *queue->base.highest = thread->urgency;
}

static inline void take_out(struct thread *thread, struct queue *queue)
{
    ready_ring_remove(ring_of(thread), thread);
    if (*ring_of(thread) == NULL) {
        queue->nonempty &= ~(1U << thread->urgency);
        *queue->base.highest =
            queue->nonempty == 0 ? 0 : highest_bit(queue->nonempty >> 1) + 1;
    }
}

void policy_remove(struct thread *thread) { take_out(thread, queue_of(thread->queue)); }

struct thread *policy_take(struct ready_queue *base)
{
    struct queue *queue = queue_of(base);
    struct thread *thread = queue->ready[*base->highest]; /* of urgency 0: none */
    if (thread != NULL)
        take_out(thread, queue);
    return thread;
}

void policy_set_urgency(struct thread *thread)
{
    struct queue *queue = queue_of(thread->queue);
    thread->urgency = thread->priority + 1;
    thread->policy[0] = (uint64_t)&queue->ready[thread->urgency];
}

void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles)
{
    (void)thread, (void)cycles, (void)slice_cycles;
}
