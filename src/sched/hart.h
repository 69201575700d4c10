/* SPDX-License-Identifier: MIT
 *
 * What belongs to one hart. In the kernel `tp` points to it; a process's thread keeps
 * the pointer so that trap_entry can find it again while `tp` is still the user's.
 */
#pragma once

#include <stdint.h>

#include "platform/csr.h"
#include "sched/thread.h"

struct hart {
    struct thread
        *current;         /* who runs here; &idle when nobody does. Known to assembly */
    uint64_t trap_return; /* the boundary's pc, for swtch: the lower layer may not
                             name it */
    struct thread *departed; /* has ended and left its stack; idle gives its last
                                pages back */
    struct thread
        *fpu_owner; /* whose registers the FPU may hold; fpu.h says when it does */
    struct thread *slice_owner; /* who was running when the slice began */
    uint64_t slice_end;         /* ticks; 0: no slice is being timed */
    uint64_t switches;          /* to another thread, since boot */
    uint64_t id;                /* the device tree's */
    struct thread idle; /* its context is the hart's own stack, its frame is unused */
};

static_assert(offsetof(struct hart, current) == HART_CURRENT, "hart");
static_assert(offsetof(struct hart, trap_return) == HART_TRAP_RETURN, "hart");

/* This hart's. */
static inline struct hart *hart_this(void)
{
    register struct hart *hart __asm__("tp");
    return hart;
}

/* From now on `hart` is this hart's. */
static inline void hart_set(struct hart *hart)
{
    thread_pointer_write((uint64_t)hart);
}
