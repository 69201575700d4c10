/* SPDX-License-Identifier: MIT
 *
 * Lottery scheduling (OSTEP, chapter 9): a thread has priority + 1 tickets, and each
 * slice goes to whoever holds the winning one. Threads with equally many tickets stand
 * in one list and win in turns, so that the draw looks at PRIORITIES lists and not at
 * thousands of threads. Who is dying need not win.
 */
#include <trapeze/abi.h>

#include "base/boot_text.h"
#include "sched/sched_policy.h"

#define FRONT PRIORITIES /* the list of those who need not win */

const uint32_t policy_number = SCHEDULER_LOTTERY;
const bool policy_charges = false;
const bool policy_keeps_order = true;
const char policy_name[] = "lottery";

static struct queue {
    struct ready_queue base;
    struct list ready[PRIORITIES + 1];
    uint64_t tickets[PRIORITIES + 1]; /* of all the threads of the list */
    uint64_t total;                   /* of all lists */
} queues[HARTS_MAX + 1];

static uint64_t random = 88172645463325252; /* the same at each boot */

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
        for (uint32_t list = 0; list <= FRONT; list++)
            list_init(&queue->ready[list]);
    }
}

struct ready_queue *policy_queue(uint32_t number) { return &queues[number].base; }

void policy_add(struct thread *thread, enum policy_place place)
{
    struct queue *queue = queue_of(thread->queue);
    uint64_t list = place == POLICY_FRONT ? FRONT : thread->priority;
    thread->policy[0] = list;
    list_append(&queue->ready[list], &thread->run_link);
    queue->tickets[list] += list + 1;
    queue->total += list + 1;
    *queue->base.highest = 1;
}

void policy_remove(struct thread *thread)
{
    struct queue *queue = queue_of(thread->queue);
    uint64_t list = thread->policy[0];
    list_remove(&thread->run_link);
    queue->tickets[list] -= list + 1;
    queue->total -= list + 1;
    *queue->base.highest = queue->total != 0;
}

/* Xorshift (Marsaglia 2003). */
static uint64_t draw(uint64_t total)
{
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return random % total;
}

struct thread *policy_take(struct ready_queue *base)
{
    struct queue *queue = queue_of(base);
    if (queue->total == 0)
        return NULL;
    uint32_t list = FRONT;
    if (list_is_empty(&queue->ready[FRONT])) {
        uint64_t winner = draw(queue->total);
        for (list = 0; winner >= queue->tickets[list]; list++)
            winner -= queue->tickets[list];
    }
    struct thread *thread =
        container_of(queue->ready[list].next, struct thread, run_link);
    policy_remove(thread);
    return thread;
}

void policy_set_urgency(struct thread *thread) { thread->urgency = 1; }

void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles)
{
    (void)thread, (void)cycles, (void)slice_cycles;
}
