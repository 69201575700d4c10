/* SPDX-License-Identifier: MIT
 *
 * Which harts must forget translations that they have cached before they run a thread:
 * flush marks, one bit for each hart, in thread->stale.
 *
 * An address space is used by one hart at a time, so whoever changes it fences this
 * hart, and marks the others: each fences when it runs the thread the next time. Only a
 * hart that runs it at the moment is told at once, by the firmware's RFENCE. A new
 * thread has all marks, for the ASID and the kernel stack that another had before it.
 */
#pragma once

#include "sched/hart.h"

#define TRANSLATIONS_STALE 0xffU       /* on every hart */
#define TRANSLATIONS_SHARED (1U << 31) /* the ASID is not its own: never clean */

static inline uint16_t translations_asid(const struct thread *thread)
{
    return (uint16_t)(thread->satp >> SATP_ASID_SHIFT);
}

/* The rest, where `thread` runs on another hart, or was last there. */
void translations_changed_elsewhere(struct thread *thread, bool executable);

/* Page tables have changed, and this hart has forgotten the translations. `executable`:
 * instructions that are there may be others now. Every hart sees it before it runs the
 * thread again. */
static inline void translations_changed(struct thread *thread, bool executable)
{
    if (executable)
        fence_instructions();
    thread->stale |= TRANSLATIONS_STALE & ~hart_this()->marks;
    if (thread->hart != hart_this())
        translations_changed_elsewhere(thread, executable);
}

/* `thread`, whose marks say so, is about to run on `hart`, this one, whose satp is its
 * already. */
void translations_forget(struct hart *hart, struct thread *thread);

/* The current thread leaves its address space for good. */
void translations_leave(struct thread *thread);

/* Makes the address space of `thread` the hart's, this one's. */
INLINE void translations_activate(struct hart *hart, struct thread *thread)
{
    csr_write(satp, thread->satp);
    if (thread->stale & hart->marks)
        translations_forget(hart, thread);
}
