/* SPDX-License-Identifier: MIT
 *
 * Lottery scheduling (OSTEP, chapter 9): a thread has priority + 1 tickets, and each
 * slice goes to whoever holds the winning one. Threads with equally many tickets stand
 * in one list and win in turns, so that the draw looks at PRIORITIES lists and not at
 * thousands of threads. Who is dying need not win.
 */
#include <trapeze/abi.h>

#include "sched/ready_ring.h"

#define FRONT PRIORITIES /* the list of those who need not win */

const uint32_t policy_number = SCHEDULER_LOTTERY;
const bool policy_charges = false;
const bool policy_keeps_order = true;

static struct queue {
    struct ready_queue base;
    struct thread *ready[PRIORITIES + 1];
    uint64_t tickets[PRIORITIES + 1]; /* of all the threads of the list */
    uint64_t total;                   /* of all lists */
} queues[HARTS_MAX + 1];

static uint64_t random = 88172645463325252; /* the same at each boot */

struct ready_queue *policy_queue(uint32_t number) { return &queues[number].base; }

void policy_add(struct thread *thread, enum policy_place place)
{
    struct queue *queue = queue_of(thread->queue);
    uint64_t list = place == POLICY_FRONT ? FRONT : thread->priority;
    thread->policy[0] = list;
    ready_ring_add(&queue->ready[list], thread, POLICY_BACK);
    queue->tickets[list] += list + 1;
    queue->total += list + 1;
    *queue->base.highest = 1;
}

void policy_remove(struct thread *thread)
{
    struct queue *queue = queue_of(thread->queue);
    uint64_t list = thread->policy[0];
    ready_ring_remove(&queue->ready[list], thread);
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
    if (queue->ready[FRONT] == NULL) {
        uint64_t winner = draw(queue->total);
        for (list = 0; winner >= queue->tickets[list]; list++)
            winner -= queue->tickets[list];
    }
    struct thread *thread = queue->ready[list];
    policy_remove(thread);
    return thread;
}

void policy_set_urgency(struct thread *thread) { thread->urgency = 1; }

void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles)
{
    (void)thread, (void)cycles, (void)slice_cycles;
}
