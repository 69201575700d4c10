/* SPDX-License-Identifier: MIT
 *
 * Flush marks.
 */
#include "sched/translations.h"

#include "platform/sbi.h"

void translations_changed_elsewhere(struct thread *thread, bool executable)
{
    struct hart *hart = thread->hart;
    if (thread->state != THREAD_RUNNING) {
        thread_unquick(thread);
        return;
    }
    sbi_remote_sfence_vma_asid(hart->id, translations_asid(thread));
    if (executable)
        sbi_remote_fence_i(hart->id);
    thread->stale &= ~hart->marks | TRANSLATIONS_SHARED;
}

/* The fences also order the tables' stores, which another hart may have made, before
 * this hart's walks. */
void translations_forget(struct hart *hart, struct thread *thread)
{
    uint32_t mark = hart->marks & ~TRANSLATIONS_SHARED;
    fence_address_space(translations_asid(thread));
    if (thread->stale & mark) {
        thread->stale &= ~mark;
        fence_page(thread->stack_top - PAGE_SIZE);
        fence_instructions();
    }
}

void translations_leave(struct thread *thread)
{
    thread->space = NULL;
    thread->satp = thread->hart->satp;
    thread->stale &= ~TRANSLATIONS_SHARED;
    csr_write(satp, thread->satp);
}
