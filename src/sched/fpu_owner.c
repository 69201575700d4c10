/* SPDX-License-Identifier: MIT
 *
 * Whose numbers the FPU holds.
 */
#include "sched/fpu_owner.h"

#include "platform/csr.h"

void fpu_switch_status(struct hart *hart, uint64_t status, struct thread *from,
                       struct thread *to)
{
    if (status == SSTATUS_FS_DIRTY)
        fpu_save(&from->fpu);
    bool owned = hart->fpu_owner == to && to->fpu_hart == hart;
    uint64_t wanted = owned ? SSTATUS_FS_CLEAN : SSTATUS_FS_OFF;
    if (status != wanted) {
        csr_clear(sstatus, SSTATUS_FS);
        csr_set(sstatus, wanted);
    }
}

bool fpu_first_use(struct thread *thread)
{
    if ((csr_read(sstatus) & SSTATUS_FS) != SSTATUS_FS_OFF)
        return false;
    csr_set(sstatus, SSTATUS_FS_DIRTY);
    fpu_load(&thread->fpu);
    csr_clear(sstatus, SSTATUS_FS);
    csr_set(sstatus, SSTATUS_FS_CLEAN);
    thread->hart->fpu_owner = thread;
    thread->fpu_hart = thread->hart;
    thread->quick |= QUICK_FPU_TO;
    thread->quick_call |= QUICK_FPU;
    thread->quick_reply |= QUICK_FPU;
    return true;
}
