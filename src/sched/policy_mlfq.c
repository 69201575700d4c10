/* SPDX-License-Identifier: MIT
 *
 * The multi-level feedback queue (OSTEP, chapter 8), whose rules are:
 *
 *   1. Who is at a higher level runs.
 *   2. Those of one level take turns, a slice each.
 *   3. A new thread begins at the top.
 *   4. Who has used up an allotment at a level goes down by one, however often it gave
 *      the hart away in between: what counts are the cycles that it has paid for.
 *   5. From time to time everybody goes to the top, and nobody starves.
 *
 * Levels are urgencies; priorities do not matter. A boost joins the queues and touches
 * no thread: each finds out by the number of boosts that it has seen.
 */
#include <trapeze/abi.h>

#include "sched/ready_ring.h"

#define LEVELS 8
#define BOOST_SLICES 100 /* of time that somebody paid for */

enum { USED, BOOSTS }; /* thread->policy: cycles at this level, boosts seen */

const uint32_t policy_number = SCHEDULER_MLFQ;
const bool policy_charges = true;
const bool policy_keeps_order = false;

static struct queue {
    struct ready_queue base;
    struct thread *ready[LEVELS + 1]; /* by urgency */
} queues[HARTS_MAX + 1];

static uint64_t boosts = 1;  /* a new thread has seen none */
static uint64_t since_boost; /* cycles */

static void note_highest(struct queue *queue)
{
    uint32_t highest = LEVELS;
    while (highest > 0 && queue->ready[highest] == NULL)
        highest--;
    *queue->base.highest = highest;
}

struct ready_queue *policy_queue(uint32_t number) { return &queues[number].base; }

void policy_set_urgency(struct thread *thread)
{
    if (thread->policy[BOOSTS] == boosts)
        return;
    thread->policy[BOOSTS] = boosts;
    thread->policy[USED] = 0;
    thread->urgency = LEVELS;
}

void policy_add(struct thread *thread, enum policy_place place)
{
    struct queue *queue = queue_of(thread->queue);
    policy_set_urgency(thread);
    if (thread->hurried)
        thread->urgency = LEVELS;
    ready_ring_add(&queue->ready[thread->urgency], thread, place);
    note_highest(queue);
}

void policy_remove(struct thread *thread)
{
    struct queue *queue = queue_of(thread->queue);
    struct thread **first = queue->ready; /* where, nobody knows after a boost */
    while (first < &queue->ready[LEVELS] && *first != thread)
        first++;
    ready_ring_remove(first, thread);
    note_highest(queue);
}

struct thread *policy_take(struct ready_queue *base)
{
    if (*base->highest == 0)
        return NULL;
    struct thread *thread = queue_of(base)->ready[*base->highest];
    policy_remove(thread);
    policy_set_urgency(thread);
    return thread;
}

static void boost(void)
{
    boosts++;
    since_boost = 0;
    for (struct queue *queue = queues; queue <= &queues[HARTS_MAX]; queue++) {
        for (uint32_t level = 1; level < LEVELS; level++)
            ready_ring_join(&queue->ready[LEVELS], &queue->ready[level]);
        note_highest(queue);
    }
}

/* An allotment is a little less than a slice, or else one who uses slices to their ends
 * could have two. Before the first slice has ended every charge is a boost. */
void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles)
{
    policy_set_urgency(thread);
    thread->policy[USED] += cycles;
    if (thread->policy[USED] >= slice_cycles / 8 * 7 && thread->urgency > 1) {
        thread->policy[USED] = 0;
        thread->urgency--;
    }
    since_boost += cycles;
    if (since_boost >= BOOST_SLICES * slice_cycles)
        boost();
}
