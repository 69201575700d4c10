/* SPDX-License-Identifier: MIT
 *
 * The numbers of the privileged architecture, for C and assembly, by the
 * specification's names (Privileged 1.12, chapters 2 and 4). Facts only: csr.h reads
 * and writes the registers.
 */
#pragma once

/* sstatus, 4.1.1 */
#define SSTATUS_SIE (1 << 1)
#define SSTATUS_SPP (1 << 8)
#define SSTATUS_VS (3 << 9)
#define SSTATUS_FS (3 << 13)
#define SSTATUS_FS_OFF (0 << 13)
#define SSTATUS_FS_CLEAN (2 << 13)
#define SSTATUS_FS_DIRTY (3 << 13)
#define SSTATUS_SUM (1 << 18)
#define SSTATUS_MXR (1 << 19)

/* sie and sip, 4.1.3 */
#define SIE_SSIE (1 << 1)
#define SIE_STIE (1 << 5)
#define SIE_SEIE (1 << 9)

/* scause, 4.1.8: the top bit tells interrupts from exceptions (<trapeze/causes.def>) */
#define SCAUSE_INTERRUPT_BIT 63
#define SCAUSE_SUPERVISOR_SOFTWARE 1
#define SCAUSE_MACHINE_SOFTWARE 3
#define SCAUSE_SUPERVISOR_TIMER 5
#define SCAUSE_MACHINE_TIMER 7
#define SCAUSE_SUPERVISOR_EXTERNAL 9
#define SCAUSE_MACHINE_EXTERNAL 11
#define SCAUSE_COUNTER_OVERFLOW 13

/* scounteren, 4.1.5: the counters that U-mode may read */
#define SCOUNTEREN_CY 1
#define SCOUNTEREN_TM 2
#define SCOUNTEREN_IR 4

/* satp, 4.1.11 */
#define SATP_MODE_SV39 8
#define SATP_MODE_SHIFT 60
#define SATP_ASID_SHIFT 44

/* Sv39 page-table entries, 4.4.1 */
#define PTE_V 0x01
#define PTE_R 0x02
#define PTE_W 0x04
#define PTE_X 0x08
#define PTE_U 0x10
#define PTE_G 0x20
#define PTE_A 0x40
#define PTE_D 0x80
#define PTE_PPN_SHIFT 10

/* stimecmp of the Sstc extension, which older assemblers do not know by name */
#define CSR_STIMECMP 0x14d
