/* SPDX-License-Identifier: MIT
 *
 * Fixed priorities, round robin inside each: the default. A bit for each priority says
 * whether somebody is ready at it.
 */
#include <trapeze/abi.h>

#include "base/bits.h"
#include "sched/sched_policy.h"

const uint32_t policy_number = SCHEDULER_PRIORITY;
const bool policy_charges = false;
const char policy_name[] = "priority";

static struct list ready[PRIORITIES + 1]; /* by urgency */
static uint32_t nonempty;                 /* bit u - 1: ready[u] has a thread */

void policy_init(void)
{
    for (uint32_t urgency = 1; urgency <= PRIORITIES; urgency++)
        list_init(&ready[urgency]);
    nonempty = 0;
    hart_this()->highest_ready = 0;
}

void policy_add(struct thread *thread, enum policy_place place)
{
    struct list *queue = &ready[thread->urgency];
    list_append(place == POLICY_FRONT ? queue->next : queue, &thread->run_link);
    nonempty |= 1U << (thread->urgency - 1);
    if (thread->urgency > hart_this()->highest_ready)
        hart_this()->highest_ready = thread->urgency;
}

static inline void take_out(struct thread *thread, struct list *queue)
{
    list_remove(&thread->run_link);
    if (list_is_empty(queue)) {
        nonempty &= ~(1U << (thread->urgency - 1));
        hart_this()->highest_ready = nonempty == 0 ? 0 : highest_bit(nonempty) + 1;
    }
}

void policy_remove(struct thread *thread) { take_out(thread, &ready[thread->urgency]); }

struct thread *policy_take(void)
{
    if (hart_this()->highest_ready == 0)
        return NULL;
    struct list *queue = &ready[hart_this()->highest_ready];
    struct thread *thread = container_of(queue->next, struct thread, run_link);
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
