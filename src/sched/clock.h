/* SPDX-License-Identifier: MIT
 *
 * A hart's time: who pays for it, how long a slice and a limit last, and what the timer
 * is set to. sched.c asks and switches.
 */
#pragma once

#include "sched/harts.h"
#include "sched/limit.h"
#include "sched/sched_policy.h"

/* Something is due at `ticks`: this hart's timer interrupts then, or before. */
void clock_set_timer(uint64_t ticks);

/* How many slices assembly has begun, and set the timer for. */
uint64_t clock_fast_slices(void);

void clock_begin_slice(struct hart *hart);
void clock_begin_limit(struct hart *hart, struct thread *thread);

/* Times a slice, if somebody waits behind the current thread and none is timed yet. */
static inline void clock_ensure_slice(struct hart *hart)
{
    if (hart->slice_end == 0 && hart->highest_ready != 0)
        clock_begin_slice(hart);
}

/* The payer pays for the time until now. */
static inline void clock_charge(struct hart *hart)
{
    struct thread *payer = hart->payer;
    uint64_t now = csr_read(cycle);
    uint64_t cycles = now - hart->paid_until;
    hart->paid_until = now;
    payer->cycles += cycles;
    if (payer->limit.ticks != 0)
        limit_end(&payer->limit, csr_read(time));
    if (policy_charges && payer != &hart->idle)
        policy_charge(payer, cycles, hart->slice_cycles);
}

/* From now on `thread` pays. */
static inline void clock_set_payer(struct hart *hart, struct thread *thread)
{
    hart->payer = thread;
    thread->quick_reply = (uint64_t)thread;
    if ((hart->limit_end | thread->limit.ticks) != 0)
        clock_begin_limit(hart, thread);
}

/* The same in the middle of a slice, with what is behind paid for: the rest of the
 * slice is `thread`'s, or a client and its server could have two. Returns `thread`. */
struct thread *clock_change_payer(struct thread *thread);

/* The payer has blocked, and somebody is about to be chosen: nobody has had all of its
 * slice. But behind one that was more urgent the rest is a turn like any other. */
static inline void clock_give_up_slice(struct hart *hart)
{
    if (hart->slice == hart->payer)
        hart->slice = hart->payer->urgency > hart->highest_ready ? NULL : &hart->idle;
}

/* `thread` ends: whoever runs at its expense on another hart pays for itself. */
void clock_forget_payer(const struct thread *thread);

/* The timer interrupt at `now`: ends the slice and the limit that are over, and
 * programs the timer for what comes next; `expiry`: the next deadline of those who
 * wait. */
void clock_tick(uint64_t now, uint64_t expiry);
