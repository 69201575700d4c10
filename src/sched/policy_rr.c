/* SPDX-License-Identifier: MIT
 *
 * Round robin (OSTEP, chapter 7): one list for all, whatever their priority. Everybody
 * has urgency 1, so nobody preempts anybody but by the end of a slice.
 */
#include <trapeze/abi.h>

#include "base/boot_text.h"
#include "sched/sched_policy.h"

const uint32_t policy_number = SCHEDULER_RR;
const bool policy_charges = false;
const bool policy_keeps_order = true;
const char policy_name[] = "rr";

static struct queue {
    struct ready_queue base;
    struct list ready;
} queues[HARTS_MAX + 1];

static struct queue *queue_of(struct ready_queue *base)
{
    return container_of(base, struct queue, base);
}

BOOT_ONLY void policy_init(void)
{
    for (uint32_t number = 0; number <= HARTS_MAX; number++) {
        struct queue *queue = &queues[number];
        queue->base.highest = &queue->base.own;
        queue->base.own = 0;
        list_init(&queue->ready);
    }
}

struct ready_queue *policy_queue(uint32_t number) { return &queues[number].base; }

void policy_add(struct thread *thread, enum policy_place place)
{
    struct queue *queue = queue_of(thread->queue);
    if (place == POLICY_FRONT)
        list_prepend(&queue->ready, &thread->run_link);
    else
        list_append(&queue->ready, &thread->run_link);
    *queue->base.highest = 1;
}

void policy_remove(struct thread *thread)
{
    struct queue *queue = queue_of(thread->queue);
    list_remove(&thread->run_link);
    *queue->base.highest = !list_is_empty(&queue->ready);
}

struct thread *policy_take(struct ready_queue *base)
{
    if (*base->highest == 0)
        return NULL;
    struct list *first = queue_of(base)->ready.next;
    struct thread *thread = container_of(first, struct thread, run_link);
    policy_remove(thread);
    return thread;
}

void policy_set_urgency(struct thread *thread) { thread->urgency = 1; }

void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles)
{
    (void)thread, (void)cycles, (void)slice_cycles;
}
