/* SPDX-License-Identifier: MIT
 *
 * Switching and deadlines.
 */
#include "sched/sched.h"

#include "base/boot_text.h"
#include "platform/timer.h"
#include "sched/fpu_owner.h"
#include "sched/heap.h"
#include "sched/swtch.h"
#include "sched/translations.h"

struct heap sched_deadlines; /* of those who wait */
static bool quick_words;     /* are kept: there is a fast path */
static uint64_t slice_ticks; /* that each hart gets */

BOOT_ONLY void sched_init(uint64_t slice, bool preempt)
{
    slice_ticks = slice;
    harts_init(preempt);
}

BOOT_ONLY void sched_use_fast_path(void)
{
    quick_words = harts_preempt && policy_keeps_order;
}

BOOT_ONLY void sched_begin(void)
{
    hart_this()->online = true;
    hart_this()->slice_ticks = slice_ticks;
    hart_this()->fast_slices = timer_is_direct() && !hart_this()->several;
    hart_this()->paid_until = csr_read(cycle);
}

void sched_admit(struct thread *thread)
{
    thread->queue = hart_this()->common;
    policy_set_urgency(thread);
}

/* READY, and in thread->queue. */
static bool is_queued(const struct thread *thread)
{
    return thread->state == THREAD_READY && thread != hart_this()->direct &&
           thread != hart_this()->preemptor;
}

uint64_t sched_next_expiry(void)
{
    struct thread *first = heap_first(&sched_deadlines);
    return first == NULL ? DEADLINE_NONE : first->heap_key;
}

/* Whoever takes it from the queue lets it pay. Assembly does not look at those who may
 * run on one hart only: while one waits, C switches there. */
static void add_ready(struct thread *thread, enum policy_place place)
{
    thread->quick_reply = (uint64_t)thread;
    if (thread->pin != NULL && thread->pin->several)
        thread_unquick(thread->pin->current);
    policy_add(thread, thread->hurried ? POLICY_FRONT : place);
}

/* Holds a ready thread whose limit is used up back, until its next period. */
static bool hold(struct thread *thread)
{
    if (thread->hurried || !limit_is_used_up(&thread->limit, timer_now()))
        return false;
    thread_set_state(thread, THREAD_HELD);
    heap_add(&sched_deadlines, thread, thread->limit.period_end);
    clock_set_timer(thread->limit.period_end);
    return true;
}

static __attribute__((noinline)) struct thread *wake_slowly(struct thread *thread)
{
    if (thread->heap_index != 0)
        heap_remove(&sched_deadlines, thread);
    return thread->limit.ticks != 0 && hold(thread) ? NULL : thread;
}

/* Whatever it waited for, it does not wait any more. NULL: its limit holds it back. */
static inline struct thread *wake(struct thread *thread)
{
    thread_set_state(thread, THREAD_READY);
    bool plain = (thread->heap_index | thread->limit.ticks) == 0;
    return plain ? thread : wake_slowly(thread);
}

static __attribute__((noinline)) void queue(struct thread *thread)
{
    add_ready(thread, POLICY_WOKEN);
    if (hart_this()->several)
        harts_share(thread->hart);
    clock_ensure_slice(hart_this());
}

/* A thread is ready now, and preempts the current one if it is more urgent. */
static void arrive(struct thread *thread)
{
    struct hart *hart = hart_this();
    struct thread *current = hart->current;
    if (!hart->several && thread->urgency > current->urgency &&
        current != &hart->idle && harts_preempt) {
        current->flags |= THREAD_RESCHEDULE;
        if (hart->preemptor == NULL && thread->urgency > hart->highest_ready) {
            hart->preemptor = thread;
            return;
        }
    }
    queue(thread);
}

void sched_make_ready(struct thread *thread)
{
    thread = wake(thread);
    if (thread != NULL)
        arrive(thread);
}

void sched_hand_to(struct thread *thread)
{
    thread = wake(thread);
    if (thread == NULL)
        return;
    if (hart_this()->direct == NULL && thread->urgency >= hart_this()->highest_ready &&
        hart_this()->current->state != THREAD_RUNNING &&
        (thread->pin == NULL || thread->pin == hart_this()))
        hart_this()->direct = thread;
    else
        arrive(thread);
}

void sched_set_deadline(struct thread *thread, uint64_t deadline_ticks)
{
    heap_add(&sched_deadlines, thread, deadline_ticks);
    thread_unquick(thread);
    clock_set_timer(deadline_ticks);
}

void sched_yield(struct thread *thread)
{
    if (hart_this()->highest_ready >= thread->urgency) {
        thread->hart->rotate = true;
        thread->flags |= THREAD_RESCHEDULE;
    }
}

void sched_set_priority(struct thread *thread, uint8_t priority)
{
    bool queued = is_queued(thread);
    if (queued)
        policy_remove(thread);
    thread->priority = priority;
    policy_set_urgency(thread);
    if (queued)
        arrive(thread);
    else if (thread->state == THREAD_RUNNING)
        harts_reconsider(thread->hart);
}

void sched_pin(struct thread *thread, struct hart *hart)
{
    bool queued = is_queued(thread);
    if (queued)
        policy_remove(thread);
    thread->pin = hart;
    thread_unquick(thread); /* it may have run elsewhere last */
    thread->queue = hart != NULL && hart->several ? hart->pinned : thread->hart->common;
    policy_set_urgency(thread);
    if (queued)
        arrive(thread);
    else if (thread->state == THREAD_RUNNING && hart != NULL && hart != thread->hart)
        harts_recall(thread->hart);
}

void sched_hurry(struct thread *thread)
{
    thread->hurried = true;
    if (is_queued(thread)) {
        policy_remove(thread);
        policy_add(thread, POLICY_FRONT);
        if (hart_this()->several)
            harts_share(thread->hart);
    } else if (thread->state == THREAD_RUNNING && thread->hart != hart_this()) {
        harts_recall(thread->hart);
    }
}

void sched_set_limit(struct thread *thread, uint64_t ticks, uint64_t period)
{
    thread->limit = (struct limit){.ticks = ticks, .period = period};
    thread_unquick(thread);
    for (struct hart *hart = harts; hart < harts + harts_count; hart++)
        if (hart->payer == thread && hart == hart_this())
            clock_begin_limit(hart, thread);
        else if (hart->payer == thread)
            harts_recall(hart); /* when it has chosen it begins the limit */
    if (thread->state == THREAD_HELD)
        sched_make_ready(thread);
}

static inline void set_quick_reply(const struct hart *hart, struct thread *thread)
{
    bool pays = hart->payer == thread || thread->priority != thread->own_priority;
    thread->quick_reply = pays ? (uint64_t)thread : thread->quick_call;
}

/* The quick words, for who comes and who goes; `chosen`: `to` pays. */
static inline void set_quick(const struct hart *hart, struct thread *from,
                             struct thread *to, bool chosen)
{
    if (!quick_words)
        return;
    bool fpu = hart->fpu_owner == to && to->fpu_hart == hart;
    bool plain = to->space != NULL && (to->flags | to->limit.ticks) == 0 &&
                 (!hart->several || *hart->pinned->highest == 0);
    to->quick = plain ? (uint64_t)hart + (fpu ? QUICK_FPU_TO : 0) : (uint64_t)to;
    to->quick_call = plain ? (uint64_t)hart + (fpu ? QUICK_FPU : 0) : (uint64_t)to;
    if (!chosen)
        set_quick_reply(hart, to);
    if (from->state != THREAD_READY)
        set_quick_reply(hart, from);
}

/* Everything of a switch but the registers, the stack, and the quick words. GCC takes
 * what ends in swtch_leave for rare, and would call it, and what it calls. */
INLINE void hand_over(struct thread *to)
{
    struct thread *from = hart_this()->current;
    hart_this()->switches++;
    to->hart = hart_this();
    hart_this()->current = to;
    fpu_switch(hart_this(), from, to);
    translations_activate(hart_this(), hart_this()->current);
}

/* The current thread, which could go on, gives way: it is ready, or held back. */
static inline void give_way(struct hart *hart, struct thread *current)
{
    thread_set_state(current, THREAD_READY);
    if (current->limit.ticks == 0 || !hold(current))
        add_ready(current, hart->rotate ? POLICY_BACK : POLICY_FRONT);
}

/* Who runs next, and pays for itself. */
static inline struct thread *choose(struct hart *hart)
{
    struct thread *next = hart->preemptor;
    hart->preemptor = NULL;
    if (next != NULL && next->urgency < hart->highest_ready) {
        add_ready(next, POLICY_WOKEN);
        next = NULL;
    }
    if (next == NULL)
        next = hart->several ? harts_take(hart) : policy_take(hart->common);
    if (next == NULL)
        next = &hart->idle;
    else
        thread_set_state(next, THREAD_RUNNING);
    if (hart->slice == NULL)
        hart->slice = next;
    clock_set_payer(hart, next);
    return next;
}

/* The hart has chosen: what is left may be somebody else's. */
static inline void share(void)
{
    if (hart_this()->several)
        harts_share(NULL);
}

/* To whom the policy chooses, which may be `current` again. Returns then, and where
 * that is the idle thread, which has a loop to go on with. */
static __attribute__((noinline)) void switch_by_policy(struct thread *current)
{
    clock_charge(hart_this());
    if (current->state == THREAD_RUNNING && current != &hart_this()->idle)
        give_way(hart_this(), current);
    if (hart_this()->payer->state != THREAD_READY)
        clock_give_up_slice(hart_this());
    hart_this()->rotate = false;
    struct thread *next = choose(hart_this());
    if (next != current)
        hand_over(next);
    set_quick(hart_this(), current, hart_this()->current, true);
    share();
    clock_ensure_slice(hart_this());
    if (hart_this()->current != current && current != &hart_this()->idle)
        swtch_leave(hart_this()->current);
}

void sched_switch(struct thread *current)
{
    struct hart *hart = hart_this();
    struct thread *next = hart->direct;
    assert(current == hart->current);
    current->flags &= ~THREAD_RESCHEDULE;
    if (next == NULL) {
        switch_by_policy(current);
        return;
    }
    hart->direct = NULL;
    if (hart->payer == current && current->state == THREAD_RECEIVING)
        next = clock_change_payer(next); /* a server that was preempted has replied */
    thread_set_state(next, THREAD_RUNNING);
    hand_over(next);
    set_quick(hart_this(), current, hart_this()->current, false);
    if (hart_this()->unshared)
        share();
    swtch_leave(hart_this()->current); /* next: few registers need keeping so */
}

_Noreturn void sched_depart(struct thread *thread)
{
    struct hart *hart = thread->hart;
    assert(thread == hart->current && hart->departed == NULL && hart->direct == NULL);
    thread_set_state(thread, THREAD_ENDED);
    thread->flags = 0;
    hart->departed = thread;
    clock_change_payer(&hart->idle);
    clock_forget_payer(thread);
    hand_over(&hart->idle);
    swtch_leave(&hart->idle);
}

bool sched_leave_idle(void)
{
    struct hart *hart = hart_this();
    switch_by_policy(&hart->idle);
    if (hart->current == &hart->idle) {
        if (hart->unshared)
            harts_share_pinned();
        return false;
    }
    swtch(&hart->idle, hart->current);
    return true;
}

struct thread *sched_take_expired(uint64_t now)
{
    struct thread *thread = heap_first(&sched_deadlines);
    if (thread == NULL || thread->heap_key > now)
        return NULL;
    heap_remove(&sched_deadlines, thread);
    if (thread->state != THREAD_HELD)
        return thread;
    sched_make_ready(thread);
    return NULL;
}

void sched_check(uint32_t limit)
{
    struct hart *hart = hart_this();
    heap_check(&sched_deadlines, limit);
    assert(hart->direct == NULL || hart->preemptor == NULL); /* one would go first */
    assert(*hart->pinned->highest == 0 ||
           (hart->current->quick_call & ~(uint64_t)QUICK_FPU) != (uint64_t)hart);
    /* Nobody waits behind one whose slice does not end. */
    assert(hart->several || !harts_preempt || hart->highest_ready == 0 ||
           hart->slice_end != 0 || hart->current == &hart->idle ||
           hart->current->state != THREAD_RUNNING ||
           (hart->current->flags & THREAD_RESCHEDULE) != 0);
    assert(hart->wake_queue == NULL || (hart->slice_end != 0 && !hart->several));
    assert(hart->several || hart->slice != hart->current ||
           hart->payer == hart->current || hart->slice_end == 0);
    if (hart->current != &hart->idle) {
        thread_check(hart->current);
        assert(hart->current->hart == hart);
    }
}
