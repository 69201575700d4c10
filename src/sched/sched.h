/* SPDX-License-Identifier: MIT
 *
 * Who runs next, and nothing about why: round robin over the ready threads. A system
 * call or an interrupt only marks that the current thread must leave
 * (THREAD_RESCHEDULE); the one place that switches is sched_switch, on the way out of
 * the kernel.
 *
 * The timer is programmed only while it is needed: for the end of a slice while a
 * second thread is ready, and for the earliest deadline. A thread that yields leaves
 * the rest of its slice to the next; whoever got the hart in the middle of a slice is
 * given a whole one when it ends, so that nobody can be robbed of time by a neighbour
 * that yields just before each tick.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sched/deadline.h"
#include "sched/hart.h"

/* This hart becomes `hart`, idle, with `tp` set by the caller. `slice_ticks` of the
 * time register; preempt: false for the cooperative machine. `trap_return`: the
 * boundary's pc. */
void sched_init(struct hart *hart, uint64_t hart_id, uint64_t trap_return,
                uint64_t slice_ticks, bool preempt);

/* `thread`, stopped or blocked, is ready. Whoever it waited for has put results into
 * its frame. */
void sched_make_ready(struct thread *thread);

/* `thread`, ready and dying, goes before all others. */
void sched_hasten(struct thread *thread);

/* The current thread waits in `state`, until somebody makes it ready or
 * `deadline_ticks` have come (0: never). It goes on in user mode, from its
 * trapframe. */
void sched_block(struct thread *thread, enum thread_state state,
                 uint64_t deadline_ticks);

/* The current thread lets the others go first, if there are any. */
void sched_yield(struct thread *thread);

/* The current thread has ended: it leaves its stack for ever, and the idle loop finds
 * it in hart->departed. */
_Noreturn void sched_depart(struct thread *thread);

/* Gives the hart to the next thread if `current` is to leave it; returns when it runs
 * again. */
void sched_switch(struct thread *current);

/* From the idle loop: gives the hart to a ready thread, until the hart is idle again.
 * False: none is ready. */
bool sched_leave_idle(void);

/* When the next deadline passes; UINT64_MAX if there is none. */
static inline uint64_t sched_next_expiry(void)
{
    return deadline_earliest();
}

/* The thread whose deadline passes next, if that is by `now`, else NULL; it is still
 * blocked, without its deadline. */
struct thread *sched_take_expired(uint64_t now);

/* The timer interrupt at `now`, after the expired threads: ends the slice if it is
 * over, and programs the timer for what comes next. */
void sched_tick(uint64_t now);

uint64_t sched_slice_ticks(void);
uint64_t sched_switches(void);

/* Panics unless the queues and the hart agree; walks at most `limit` entries.
 */
void sched_check(uint32_t limit);
