/* SPDX-License-Identifier: MIT
 *
 * Access to control and status registers and tp, fences and wfi: the only inline
 * assembly in the kernel. The registers are named as the assembler names them:
 * csr_read(scause).
 */
#pragma once

#include <stdint.h>

#include "platform/riscv.h"

#define CSR_STRING(name) #name
#define CSR_NAME(name) CSR_STRING(name)

#define csr_read(name)                                                                \
    __extension__({                                                                   \
        uint64_t csr_value_;                                                          \
        __asm__ volatile("csrr %0, " CSR_NAME(name) : "=r"(csr_value_) : : "memory"); \
        csr_value_;                                                                   \
    })

#define CSR_CHANGE(instruction, name, value)               \
    __asm__ volatile(instruction " " CSR_NAME(name) ", %0" \
                     :                                     \
                     : "rK"((uint64_t)(value))             \
                     : "memory")

#define csr_write(name, value) CSR_CHANGE("csrw", name, value)
#define csr_set(name, bits) CSR_CHANGE("csrs", name, bits)
#define csr_clear(name, bits) CSR_CHANGE("csrc", name, bits)

/* Every translation that this hart has cached (Privileged 1.12, 4.2.1). */
static inline void fence_translations(void)
{
    __asm__ volatile("sfence.vma" : : : "memory");
}

/* The translations of one address space; the global entries stay, because rs2 is not
 * x0. */
static inline void fence_address_space(uint64_t asid)
{
    __asm__ volatile("sfence.vma x0, %0" : : "r"(asid) : "memory");
}

/* The translation of one page in one address space. */
static inline void fence_address_space_page(uint64_t vaddr, uint64_t asid)
{
    __asm__ volatile("sfence.vma %0, %1" : : "r"(vaddr), "r"(asid) : "memory");
}

/* The translation of one page, in all address spaces, the global entries too.
 */
static inline void fence_page(uint64_t vaddr)
{
    __asm__ volatile("sfence.vma %0, x0" : : "r"(vaddr) : "memory");
}

/* What was written as data can be fetched as instructions afterwards, on this hart. */
static inline void fence_instructions(void)
{
    __asm__ volatile("fence.i" : : : "memory");
}

/* What was read from sip, or written to it, comes before what is loaded afterwards. */
static inline void fence_csr(void) { __asm__ volatile("fence io, r" : : : "memory"); }

/* Waits until an interrupt that sie lets through is pending, whether or not it may be
 * taken. */
static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" : : : "memory"); }

/* Somebody else is to do something first (Zihintpause; no effect on other harts). */
static inline void spin_pause(void)
{
    __asm__ volatile(".insn i 0x0f, 0, x0, x0, 0x010" : : : "memory");
}

static inline void thread_pointer_write(uint64_t value)
{
    __asm__ volatile("mv tp, %0" : : "r"(value));
}
