/* SPDX-License-Identifier: MIT
 *
 * Which of the ready threads runs next: the one thing that a scheduling policy decides.
 * policy_NAME.c is one; -DTRAPEZE_SCHED=NAME chooses it. Every operation takes a number
 * of instructions that does not depend on how many threads there are, unless the policy
 * says otherwise.
 *
 * A policy keeps thread->urgency: a thread that becomes ready preempts a less urgent
 * one that runs, and a message hands the hart over directly only to one that is at
 * least as urgent as every ready one. It counts from 1; policies that know no urgency
 * leave it there.
 */
#pragma once

#include <stdint.h>

#include "base/boot_text.h"
#include "base/list.h"
#include "sched/hart.h"

/* INFO_SCHEDULER's value, whether the policy wants to know who had how much time, and
 * whether who has no lower a priority is no less urgent, so that the fast path may look
 * at priorities. */
extern const uint32_t policy_number;
extern const bool policy_charges;
extern const bool policy_keeps_order;

/* Threads that are ready: one queue for those who may run on any hart, and one for each
 * hart of those who may run there only: the `base` of a policy's struct queue. */
struct ready_queue {
    uint32_t *highest; /* the urgency of its most urgent thread is kept here, 0: none */
    uint32_t own;      /* which is here, unless somebody else wants it at hand */
};

#define queue_of(ready_queue) container_of(ready_queue, struct queue, base)

/* The queues are empty, and their `highest` is to be set; `number`: 0 to HARTS_MAX. */
BOOT_ONLY struct ready_queue *policy_queue(uint32_t number);

enum policy_place {
    POLICY_WOKEN, /* it was blocked, or is new */
    POLICY_FRONT, /* it ran, and had to make way for a more urgent one; or it is dying
                   */
    POLICY_BACK,  /* it has yielded, or used up its slice */
};

/* `thread`, in state READY and in no queue, is put into thread->queue. */
void policy_add(struct thread *thread, enum policy_place place);

/* `thread`, which is in thread->queue, is taken out. */
void policy_remove(struct thread *thread);

/* The next one of a queue, taken out; NULL if it is empty. */
struct thread *policy_take(struct ready_queue *base);

/* thread->priority or ->queue has changed (the thread is in none): sets
 * thread->urgency. Called for every new thread as well. */
void policy_set_urgency(struct thread *thread);

/* `thread` has paid for `cycles` of CPU time; a whole slice has about `slice_cycles`
 * (measured; 0 before the first one has ended). It may be among the ready ones: it
 * keeps its place then. */
void policy_charge(struct thread *thread, uint64_t cycles, uint64_t slice_cycles);
