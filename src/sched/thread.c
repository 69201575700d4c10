/* SPDX-License-Identifier: MIT
 *
 * The states of a thread.
 */
#include "sched/thread.h"

#include "base/string.h"
#include "sched/translations.h"

void thread_init(struct thread *thread, struct hart *hart, uint64_t trap_return,
                 uint64_t stack_top, struct address_space *space)
{
    memset(thread, 0, sizeof *thread);
    thread->hart = hart;
    thread->stack_top = stack_top;
    thread->context.ra = trap_return;
    thread->context.sp = stack_top;
    thread->state = THREAD_STOPPED;
    thread->space = space;
    thread->satp = space == NULL ? 0 : space->satp;
    thread->stale = TRANSLATIONS_STALE;
    if (space != NULL && space->asid == 0)
        thread->stale |= TRANSLATIONS_SHARED;
    thread_unquick(thread);
}

void thread_check(const struct thread *thread)
{
    assert(thread->state < THREAD_STATES);
    assert((thread->flags & ~(THREAD_RESCHEDULE | THREAD_DYING)) == 0);
    assert(thread->heap_index == 0 || thread->state == THREAD_READY ||
           thread_is_blocked(thread));
    assert(thread->stack_top % 16 == 0);
    assert(thread->context.sp <= thread->stack_top &&
           thread->context.sp > thread->stack_top - PAGE_SIZE);
}
