/* SPDX-License-Identifier: MIT
 *
 * Slices, limits and the timer.
 */
#include "sched/clock.h"

#include "platform/timer.h"

static uint64_t fast_slices; /* that C has noticed */

/* Assembly has begun slices, and set the timer to the end of the last. */
static void note_fast_slices(struct hart *hart)
{
    if (hart->slice_end != hart->slice_known) {
        fast_slices += (hart->slice_end - hart->slice_known) / hart->slice_ticks;
        hart->timer_target = hart->slice_known = hart->slice_end;
    }
}

static void set_timer(struct hart *hart, uint64_t ticks)
{
    if (ticks < hart->timer_target) {
        hart->timer_target = ticks;
        timer_set(ticks);
    }
}

void clock_set_timer(uint64_t ticks)
{
    if (ticks < hart_this()->fast_until)
        hart_this()->fast_until = ticks;
    note_fast_slices(hart_this());
    set_timer(hart_this(), ticks);
}

uint64_t clock_fast_slices(void)
{
    note_fast_slices(hart_this()); /* where there are several assembly begins none */
    return fast_slices;
}

void clock_begin_slice(struct hart *hart)
{
    if (!harts_preempt || hart->current == &hart->idle)
        return;
    hart->slice_end = hart->slice_known = timer_now() + hart->slice_ticks;
    hart->slice_began = csr_read(cycle);
    hart->slice = hart->payer;
    hart->wake_queue = hart->several ? NULL : hart->common;
    set_timer(hart, hart->slice_end);
}

void clock_begin_limit(struct hart *hart, struct thread *thread)
{
    hart->limit_end = 0;
    if (thread->limit.ticks != 0 && !thread->hurried) {
        hart->limit_end = limit_begin(&thread->limit, timer_now());
        clock_set_timer(hart->limit_end);
    }
}

struct thread *clock_change_payer(struct thread *thread)
{
    struct hart *hart = hart_this();
    clock_charge(hart);
    if (hart->slice == hart->payer)
        hart->slice = thread;
    clock_set_payer(hart, thread);
    return thread;
}

void clock_forget_payer(const struct thread *thread)
{
    for (struct hart *hart = harts; hart < harts + harts_count; hart++) {
        if (hart->payer == thread) {
            clock_set_payer(hart, hart->current);
            if (hart->limit_end != 0)
                harts_recall(hart); /* its timer is not this hart's to set */
        }
        if (hart->slice == thread)
            hart->slice = &hart->idle;
    }
}

/* The slice is over. Whoever has had all of it gives way; whoever came in the middle of
 * it gets a whole one. Whoever has been preempted goes behind its equals, or one that
 * runs whenever a slice ends would keep them waiting for ever. */
static void end_slice(struct hart *hart)
{
    if (hart->highest_ready == 0 || hart->current == &hart->idle) {
        hart->slice_end = hart->slice_known = 0;
        hart->wake_queue = NULL;
        return;
    }
    hart->slice_cycles = csr_read(cycle) - hart->slice_began;
    bool whole = hart->payer == hart->slice;
    struct thread *slice = hart->slice;
    if (slice->state == THREAD_READY && slice->urgency < hart->current->urgency &&
        !slice->hurried) {
        policy_remove(slice);
        policy_add(slice, POLICY_BACK);
    }
    clock_begin_slice(hart);
    if (hart->several)
        harts_time_slices();
    if (whole) {
        hart->slice = NULL;
        hart->rotate = true;
        hart->current->flags |= THREAD_RESCHEDULE;
    }
}

/* The payer's limit is used up: whoever runs at its expense goes on at its own. */
static void end_limit(struct hart *hart)
{
    clock_change_payer(hart->current);
    if (limit_is_used_up(&hart->current->limit, timer_now())) {
        hart->limit_end = 0;
        hart->current->flags |= THREAD_RESCHEDULE;
    }
}

void clock_tick(uint64_t now, uint64_t expiry)
{
    struct hart *hart = hart_this();
    note_fast_slices(hart);
    hart->timer_target = 0; /* set once, below */
    if (hart->slice_end != 0 && now >= hart->slice_end)
        end_slice(hart);
    if (hart->limit_end != 0 && now >= hart->limit_end)
        end_limit(hart);
    uint64_t target = expiry;
    if (hart->limit_end != 0 && hart->limit_end < target)
        target = hart->limit_end;
    hart->fast_until = hart->fast_slices ? target : 0;
    if (hart->slice_end != 0 && hart->slice_end < target)
        target = hart->slice_end;
    hart->timer_target = target;
    if (target == UINT64_MAX)
        timer_stop();
    else
        timer_set(target);
}
