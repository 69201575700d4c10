/* SPDX-License-Identifier: MIT
 *
 * Round robin (OSTEP, chapter 7): one queue for all, whatever their priority. Everybody
 * has urgency 1, so nobody preempts anybody but by the end of a slice.
 */
#include <trapeze/abi.h>

#include "sched/sched_policy.h"

const uint32_t policy_number = SCHEDULER_RR;
const bool policy_charges = false;
const char policy_name[] = "rr";

static struct list ready;

void policy_init(void) { list_init(&ready); }

void policy_add(struct thread *thread, enum policy_place place)
{
    if (place == POLICY_FRONT)
        list_prepend(&ready, &thread->run_link);
    else
        list_append(&ready, &thread->run_link);
    hart_this()->highest_ready = 1;
}

void policy_remove(struct thread *thread)
{
    list_remove(&thread->run_link);
    hart_this()->highest_ready = !list_is_empty(&ready);
}

struct thread *policy_take(void)
{
    if (hart_this()->highest_ready == 0)
        return NULL;
    struct thread *thread = container_of(ready.next, struct thread, run_link);
    policy_remove(thread);
    return thread;
}

void policy_set_urgency(struct thread *thread) { thread->urgency = 1; }

void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles)
{
    (void)thread, (void)cycles, (void)slice_cycles;
}
