/* SPDX-License-Identifier: MIT
 *
 * What belongs to one hart. In the kernel `tp` points to it; a process's thread keeps
 * the pointer so that trap_entry can find it again while `tp` is still the user's.
 */
#pragma once

#include <stdint.h>

#include "platform/csr.h"
#include "platform/lock.h"
#include "sched/thread.h"

#define HARTS_MAX LOCK_SLEEPERS

struct hart {
    /* Who runs here, &idle when nobody does; known to assembly. */
    struct thread *current;
    uint64_t trap_return;     /* the boundary's pc, which a lower layer may not name */
    uint64_t satp;            /* the kernel's own tables: what a hart starts with */
    uint32_t highest_ready;   /* the urgency of the most urgent thread that is ready and
                                 may run here, 0 if there is none */
    uint32_t marks;           /* its bit in thread->stale, and TRANSLATIONS_SHARED */
    struct thread *fpu_owner; /* whose registers the FPU may hold: fpu_owner.h */

    struct thread *departed; /* has left its stack; idle gives its last pages back */
    struct thread *direct;   /* gets the hart from the current one, which has blocked */
    struct thread *preemptor;   /* READY, in no queue: more urgent than all that are */
    bool rotate;                /* the current one goes behind its equals, not before */
    bool several;               /* there are other harts */
    bool unshared;              /* harts_share has been left to who chooses next */
    bool pinned_turn;           /* among equals, those who may only run here go first */
    bool fast_slices;           /* assembly may begin slices: it sets the timer */
    bool online;                /* it has started */
    bool waiting;               /* in wfi, without the lock: it takes an IPI to go on */
    struct ready_queue *common; /* who may run anywhere, the same for all harts, and */
    struct ready_queue *pinned; /* who may run here only: sched_policy.h */

    struct thread *payer; /* who pays for the time: whoever was chosen last, not who got
                             the hart by a message */
    uint64_t paid_until;  /* cycles */
    struct thread *slice; /* whose slice is being timed, while it pays or is ready;
                             NULL: of who comes next; &idle: nobody's */
    uint64_t slice_end;   /* ticks; 0: no slice is being timed */
    uint64_t slice_ticks; /* a slice has so many */
    uint64_t slice_known; /* what slice_end was when C last looked at it */
    uint64_t slice_began; /* cycles */
    uint64_t slice_cycles; /* of the one that ended last; 0: none has */
    uint64_t limit_end;    /* ticks: the payer's limit is used up; 0: it has none */
    uint64_t timer_target; /* ticks: what its timer is set to; DEADLINE_NONE: nothing */

    /* What assembly (trap/fast_switch.S) may do without C. */
    struct ready_queue *wake_queue; /* for who gives way to one that it has woken; NULL:
                                       another hart might want it, or a slice begins */
    uint64_t fast_until; /* ticks: a slice that ends before only begins the next */

    uint64_t switches;  /* to another thread, since boot */
    uint64_t id;        /* the device tree's */
    struct thread idle; /* its context is the hart's own stack, its frame is unused */
};

/* This hart's. */
static inline struct hart *hart_this(void)
{
    register struct hart *hart __asm__("tp");
    return hart;
}

/* From now on `hart` is this hart's. */
static inline void hart_set(struct hart *hart) { thread_pointer_write((uint64_t)hart); }
