/* SPDX-License-Identifier: MIT
 *
 * Whose numbers the FPU holds. A hart's registers are a thread's own if and only if the
 * hart says so (fpu_owner) and the thread agrees (fpu_hart); every other thread runs
 * with sstatus.FS off, and its first floating-point instruction traps. sstatus.FS of
 * the thread that runs is the only record of whether its registers have changed since
 * they were last in memory.
 */
#pragma once

#include <stdbool.h>

#include "sched/hart.h"

/* The rest of fpu_switch, where one of the two has used the FPU; `status`:
 * sstatus.FS. */
void fpu_switch_status(struct hart *hart, uint64_t status, struct thread *from,
                       struct thread *to);

/* `from` leaves the hart: its registers are saved if they have changed. They stay
 * loaded. Then sstatus.FS becomes what `to` may have. */
INLINE void fpu_switch(struct hart *hart, struct thread *from, struct thread *to)
{
    uint64_t status = csr_read(sstatus) & SSTATUS_FS;
    if (status != SSTATUS_FS_OFF || hart->fpu_owner == to)
        fpu_switch_status(hart, status, from, to);
}

/* A trap that a floating-point instruction may have caused, FS being off: loads the
 * thread's registers. False: FS was on, the cause is another. */
bool fpu_first_use(struct thread *thread);
