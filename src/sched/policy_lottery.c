/* SPDX-License-Identifier: MIT
 *
 * Lottery scheduling (OSTEP, chapter 9): a thread has priority + 1 tickets, and each
 * slice goes to whoever holds the winning one. Threads with equally many tickets stand
 * in one queue and win in turns, so that the draw looks at PRIORITIES queues and not at
 * thousands of threads. Who is dying need not win.
 */
#include <trapeze/abi.h>

#include "sched/sched_policy.h"

#define FRONT PRIORITIES /* the queue of those who need not win */

const uint32_t policy_number = SCHEDULER_LOTTERY;
const bool policy_charges = false;
const char policy_name[] = "lottery";

static struct list ready[PRIORITIES + 1];
static uint64_t tickets[PRIORITIES + 1];    /* of all the threads of the queue */
static uint64_t total;                      /* of all queues */
static uint64_t random = 88172645463325252; /* the same at each boot */

void policy_init(void)
{
    for (uint32_t queue = 0; queue <= FRONT; queue++)
        list_init(&ready[queue]);
}

void policy_add(struct thread *thread, enum policy_place place)
{
    uint64_t queue = place == POLICY_FRONT ? FRONT : thread->priority;
    thread->policy[0] = queue;
    list_append(&ready[queue], &thread->run_link);
    tickets[queue] += queue + 1;
    total += queue + 1;
    hart_this()->highest_ready = 1;
}

void policy_remove(struct thread *thread)
{
    uint64_t queue = thread->policy[0];
    list_remove(&thread->run_link);
    tickets[queue] -= queue + 1;
    total -= queue + 1;
    hart_this()->highest_ready = total != 0;
}

/* Xorshift (Marsaglia 2003). */
static uint64_t draw(void)
{
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    return random % total;
}

struct thread *policy_take(void)
{
    if (total == 0)
        return NULL;
    uint32_t queue = FRONT;
    if (list_is_empty(&ready[FRONT])) {
        uint64_t winner = draw();
        for (queue = 0; winner >= tickets[queue]; queue++)
            winner -= tickets[queue];
    }
    struct thread *thread = container_of(ready[queue].next, struct thread, run_link);
    policy_remove(thread);
    return thread;
}

void policy_set_urgency(struct thread *thread) { thread->urgency = 1; }

void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles)
{
    (void)thread, (void)cycles, (void)slice_cycles;
}
