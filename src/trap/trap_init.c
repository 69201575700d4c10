/* SPDX-License-Identifier: MIT
 *
 * Tells the hart where its traps go. Apart from the trap table, which trap_entry calls:
 * what names trap_entry stands above it.
 */
#include "platform/csr.h"
#include "trap/trap.h"

void trap_init(void)
{
    csr_clear(sstatus, SSTATUS_SIE | SSTATUS_SPP | SSTATUS_FS | SSTATUS_VS |
                           SSTATUS_SUM | SSTATUS_MXR);
    csr_write(scounteren, SCOUNTEREN_CY | SCOUNTEREN_TM | SCOUNTEREN_IR);
    csr_write(sscratch, 0);
    csr_write(stvec, (uint64_t)trap_entry);
    csr_set(sie, SIE_SSIE);
}

void trap_use_fast_path(bool shared)
{
    csr_write(stvec, (uint64_t)(shared ? trap_entry_fast_shared : trap_entry_fast));
}
