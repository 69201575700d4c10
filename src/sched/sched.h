/* SPDX-License-Identifier: MIT
 *
 * Whether and when the hart changes hands; the policy says to whom. A system call or an
 * interrupt only marks that the current thread must leave (THREAD_RESCHEDULE); the one
 * place that switches is sched_switch, on the way out of the kernel.
 *
 * Time is paid for by whoever was chosen last: a server that got the hart by a message
 * runs at the expense, and in the slice, of the one that sent it.
 *
 * The timer is programmed only while it is needed: for the end of a slice while a
 * second thread is ready, for the earliest deadline, and for the end of a limit.
 * Whoever got the hart in the middle of a slice is given a whole one when it ends, so
 * that nobody can be robbed of time by a neighbour that yields just before each tick.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sched/clock.h"

#define DEADLINE_NONE UINT64_MAX

/* `slice_ticks` of the time register; preempt: false for the cooperative machine.
 * harts_add comes next. */
void sched_init(uint64_t slice_ticks, bool preempt);

/* Messages, and what else can, take the fast path from now on, where the policy and
 * preemption allow it. */
void sched_use_fast_path(void);

/* This hart takes part from now on, idle. */
void sched_begin(void);

/* A new thread, whose priority is set: it may run on any hart. */
void sched_admit(struct thread *thread);

/* `thread`, stopped or blocked, is ready. Whoever it waited for has put results into
 * its frame. It preempts the current one if it is more urgent. */
void sched_make_ready(struct thread *thread);

/* The same, and the current one, which has just blocked, hands the hart to it directly
 * if nobody who is ready is more urgent. */
void sched_hand_to(struct thread *thread);

/* `thread`, which waits, is woken at `deadline_ticks`, if nobody has woken it before.
 */
void sched_set_deadline(struct thread *thread, uint64_t deadline_ticks);

/* The current thread waits in `state`, until somebody makes it ready or
 * `deadline_ticks` have come (0: never). It goes on in user mode, from its
 * trapframe. */
INLINE void sched_block(struct thread *thread, enum thread_state state,
                        uint64_t deadline_ticks)
{
    thread_set_state(thread, state);
    thread->flags |= THREAD_RESCHEDULE;
    if (deadline_ticks != 0)
        sched_set_deadline(thread, deadline_ticks);
}

/* The current thread lets the others go first, if there are any. */
void sched_yield(struct thread *thread);

/* A thread in any state runs at `priority` from now on. */
void sched_set_priority(struct thread *thread, uint8_t priority);

/* `thread` runs on `hart` only from now on; NULL: on any. */
void sched_pin(struct thread *thread, struct hart *hart);

/* `thread` is dying: once ready, it goes before its equals. */
void sched_hurry(struct thread *thread);

/* At most `ticks` in each `period` ticks, from now on; 0: no limit. */
void sched_set_limit(struct thread *thread, uint64_t ticks, uint64_t period);

/* The current thread has ended: it leaves its stack for ever, and the idle loop finds
 * it in hart->departed. */
_Noreturn void sched_depart(struct thread *thread);

/* `current` is to leave the hart: goes on as the next thread, at the boundary. Returns
 * if that is the same one. */
void sched_switch(struct thread *current);

/* From the idle loop: gives the hart to a ready thread, until the hart is idle again.
 * False: none is ready. */
bool sched_leave_idle(void);

/* When the next deadline passes; DEADLINE_NONE if there is none. */
uint64_t sched_next_expiry(void);

/* The thread whose deadline passes next, if that is by `now`; it is still blocked,
 * without its deadline. NULL: none, or one that its limit held back is ready. */
struct thread *sched_take_expired(uint64_t now);

/* Panics unless the queues and the hart agree; walks at most `limit` entries. */
void sched_check(uint32_t limit);
