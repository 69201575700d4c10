/* SPDX-License-Identifier: MIT
 *
 * Fixed priorities, round robin inside each: the default. A bit for each priority says
 * whether somebody is ready at it.
 */
#include <trapeze/abi.h>

#include "base/bits.h"
#include "base/boot_text.h"
#include "sched/ready_queue.h"
#include "sched/sched_policy.h"

const uint32_t policy_number = SCHEDULER_PRIORITY;
const bool policy_charges = false;
const bool policy_keeps_order = true;
const char policy_name[] = "priority";

static struct queue {
    struct ready_queue base;
    uint32_t nonempty;                 /* bit u - 1: ready[u] has a thread */
    struct list ready[PRIORITIES + 1]; /* by urgency */
} queues[HARTS_MAX + 1];

static_assert(offsetof(struct queue, base.own) == READY_OWN, "ready_queue.h");
static_assert(offsetof(struct queue, nonempty) == READY_NONEMPTY, "ready_queue.h");
static_assert(offsetof(struct queue, ready) == READY_LISTS, "ready_queue.h");
static_assert(sizeof(struct list) == 1 << READY_LIST_SHIFT, "ready_queue.h");

BOOT_ONLY void policy_init(void)
{
    for (uint32_t number = 0; number <= HARTS_MAX; number++) {
        struct queue *queue = &queues[number];
        queue->base.highest = &queue->base.own;
        queue->base.own = queue->nonempty = 0;
        for (uint32_t urgency = 1; urgency <= PRIORITIES; urgency++)
            list_init(&queue->ready[urgency]);
    }
}

struct ready_queue *policy_queue(uint32_t number) { return &queues[number].base; }

void policy_add(struct thread *thread, enum policy_place place)
{
    struct queue *queue = container_of(thread->queue, struct queue, base);
    struct list *list = &queue->ready[thread->urgency];
    list_append(place == POLICY_FRONT ? list->next : list, &thread->run_link);
    queue->nonempty |= 1U << (thread->urgency - 1);
    if (thread->urgency > *queue->base.highest)
        *queue->base.highest = thread->urgency;
}

static inline void take_out(struct thread *thread, struct queue *queue)
{
    list_remove(&thread->run_link);
    if (list_is_empty(&queue->ready[thread->urgency])) {
        queue->nonempty &= ~(1U << (thread->urgency - 1));
        *queue->base.highest =
            queue->nonempty == 0 ? 0 : highest_bit(queue->nonempty) + 1;
    }
}

void policy_remove(struct thread *thread)
{
    take_out(thread, container_of(thread->queue, struct queue, base));
}

struct thread *policy_take(struct ready_queue *base)
{
    struct queue *queue = container_of(base, struct queue, base);
    if (*base->highest == 0)
        return NULL;
    struct list *first = queue->ready[*base->highest].next;
    struct thread *thread = container_of(first, struct thread, run_link);
    take_out(thread, queue);
    return thread;
}

void policy_set_urgency(struct thread *thread)
{
    thread->urgency = thread->priority + 1;
}

void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles)
{
    (void)thread, (void)cycles, (void)slice_cycles;
}
