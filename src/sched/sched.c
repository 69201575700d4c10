/* SPDX-License-Identifier: MIT
 *
 * Round robin, the time slice and the deadlines.
 */
#include "sched/sched.h"

#include "platform/timer.h"
#include "sched/deadline.h"
#include "sched/fpu_owner.h"
#include "sched/run_queue.h"
#include "sched/swtch.h"

static struct run_queue ready;
static uint64_t slice_ticks;
static bool preemptive;
static uint64_t timer_target; /* what the timer is set to; DEADLINE_NONE: nothing */

void sched_init(struct hart *hart, uint64_t hart_id, uint64_t trap_return,
                uint64_t slice, bool preempt)
{
    run_queue_init(&ready);
    deadline_init();
    slice_ticks = slice;
    preemptive = preempt;
    timer_target = DEADLINE_NONE;
    *hart = (struct hart){.id = hart_id, .trap_return = trap_return};
    hart->idle.hart = hart;
    hart->idle.state = THREAD_RUNNING;
    hart->current = &hart->idle;
}

static void set_timer(uint64_t ticks)
{
    if (ticks < timer_target) {
        timer_target = ticks;
        timer_set(ticks);
    }
}

static void begin_slice(struct hart *hart)
{
    if (!preemptive || run_queue_is_empty(&ready) || hart->current == &hart->idle)
        return;
    hart->slice_end = timer_now() + slice_ticks;
    hart->slice_owner = hart->current;
    set_timer(hart->slice_end);
}

/* Times a slice for the current thread, if somebody waits behind it and none is timed
 * yet. */
static inline void ensure_slice(struct hart *hart)
{
    if (hart->slice_end == 0)
        begin_slice(hart);
}

void sched_make_ready(struct thread *thread)
{
    assert(thread->state == THREAD_STOPPED || thread_is_blocked(thread));
    deadline_remove(thread);
    thread_set_state(thread, THREAD_READY);
    if (thread->flags & THREAD_DYING)
        run_queue_prepend(&ready, thread);
    else
        run_queue_append(&ready, thread);
    ensure_slice(hart_this());
}

void sched_hasten(struct thread *thread)
{
    assert(thread->state == THREAD_READY);
    list_remove(&thread->run_link);
    run_queue_prepend(&ready, thread);
}

void sched_block(struct thread *thread, enum thread_state state,
                 uint64_t deadline_ticks)
{
    thread_set_state(thread, state);
    thread->flags |= THREAD_RESCHEDULE;
    if (deadline_ticks != 0) {
        deadline_add(thread, deadline_ticks);
        set_timer(deadline_earliest());
    }
}

void sched_yield(struct thread *thread)
{
    if (!run_queue_is_empty(&ready))
        thread->flags |= THREAD_RESCHEDULE;
}

/* Everything of a switch but the registers and the stack. */
static inline void hand_over(struct hart *hart, struct thread *from, struct thread *to)
{
    hart->switches++;
    to->hart = hart;
    hart->current = to;
    fpu_switch(hart, from, to);
    address_space_activate(to->space);
    ensure_slice(hart);
}

/* The current thread goes to the end of the queue and the first one takes its place. */
static void give_way(struct thread *current)
{
    if (run_queue_is_empty(&ready))
        return;
    thread_set_state(current, THREAD_READY);
    run_queue_append(&ready, current);
    struct thread *next = run_queue_take(&ready);
    thread_set_state(next, THREAD_RUNNING);
    hand_over(current->hart, current, next);
    swtch(current, next);
}

/* The current thread has blocked, and so is at the boundary. */
static _Noreturn void leave(struct thread *current)
{
    struct hart *hart = current->hart;
    struct thread *next = run_queue_take(&ready);
    if (next == NULL)
        next = &hart->idle;
    else
        thread_set_state(next, THREAD_RUNNING);
    hand_over(hart, current, next);
    swtch_leave(next);
}

void sched_switch(struct thread *current)
{
    assert(current == current->hart->current);
    current->flags &= ~THREAD_RESCHEDULE;
    if (current->state == THREAD_RUNNING)
        give_way(current);
    else
        leave(current);
}

_Noreturn void sched_depart(struct thread *thread)
{
    struct hart *hart = thread->hart;
    assert(thread == hart->current && hart->departed == NULL);
    thread_set_state(thread, THREAD_ENDED);
    thread->flags = 0;
    hart->departed = thread;
    hand_over(hart, thread, &hart->idle);
    swtch_leave(&hart->idle);
}

bool sched_leave_idle(void)
{
    struct hart *hart = hart_this();
    struct thread *next = run_queue_take(&ready);
    if (next == NULL)
        return false;
    thread_set_state(next, THREAD_RUNNING);
    hand_over(hart, &hart->idle, next);
    swtch(&hart->idle, next);
    return true;
}

struct thread *sched_take_expired(uint64_t now)
{
    return deadline_take_passed(now);
}

/* The slice is over. Whoever has had all of it gives way to the first in the queue;
 * whoever came in the middle of it gets a whole one. */
static void end_slice(struct hart *hart, uint64_t now)
{
    struct thread *next = run_queue_first(&ready);
    hart->slice_end = 0;
    if (next == NULL)
        return;
    if (hart->current == hart->slice_owner)
        hart->current->flags |= THREAD_RESCHEDULE;
    else if (hart->current != &hart->idle)
        next = hart->current;
    hart->slice_owner = next;
    hart->slice_end = now + slice_ticks;
}

void sched_tick(uint64_t now)
{
    struct hart *hart = hart_this();
    if (hart->slice_end != 0 && now >= hart->slice_end)
        end_slice(hart, now);
    timer_target = deadline_earliest();
    if (hart->slice_end != 0 && hart->slice_end < timer_target)
        timer_target = hart->slice_end;
    if (timer_target == DEADLINE_NONE)
        timer_stop();
    else
        timer_set(timer_target);
}

uint64_t sched_slice_ticks(void)
{
    return slice_ticks;
}

uint64_t sched_switches(void)
{
    return hart_this()->switches;
}

void sched_check(uint32_t limit)
{
    struct hart *hart = hart_this();
    run_queue_check(&ready, limit);
    deadline_check(limit);
    if (hart->current != &hart->idle) {
        thread_check(hart->current);
        assert(hart->current->hart == hart);
    }
}
