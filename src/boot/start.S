/* SPDX-License-Identifier: MIT
 *
 * The first instructions of a hart, from the firmware into C: _start of the one that
 * boots, start_hart of the others.
 *
 * On entry (SBI 1.0, HSM): S-mode, satp = 0, interrupts off, a0 = this hart's id, a1 =
 *   the physical address of the device tree; the image lies at any multiple of 2 MiB.
 * On exit: main(hart, device_tree, image, instret, start_hart) on the boot stack, at the image's
 *   virtual address, on boot tables that map the image writable and all of the direct
 *   map.
 */
#include "memory/layout.h"
#include "platform/riscv.h"
#include "sched/offsets.h"

#define BOOT_LEAF (PTE_V | PTE_R | PTE_W | PTE_G | PTE_A | PTE_D)
#define ROOT_INDEX(address) (((address) >> 30) & 511)
#define GIB_PTE_STEP (1 << (30 - PAGE_SHIFT + PTE_PPN_SHIFT))
#define LARGE_PTE_STEP (1 << (21 - PAGE_SHIFT + PTE_PPN_SHIFT))

    .section .text.start, "ax"
    .global _start
    .type _start, @function
_start:
    /* 0. One hart boots. A hart that it starts may come here, too: OpenSBI 1.1 says that
     * the hart is to start before it has told where. */
    lla t0, claimed
    li t1, 1
    amoswap.w.aq t1, t1, (t0)
    bnez t1, started_too_early
    j first_steps

started_too_early:
    lla t0, main_starting
    ld a1, (t0)
    bnez a1, 2f
1:  wfi /* nobody is being started: it is not wanted */
    j 1b
2:  lla a2, _start
    li t1, KERNEL_IMAGE_BASE
    sub a1, a1, t1
    add a1, a1, a2
    j start_hart
    .size _start, . - _start

    .section .boot_text, "ax"
    .type first_steps, @function
first_steps:
    /* 1. The rest of what main takes: the counter that boot is measured from, and where
     * the image and start_hart are. Nothing below changes a0 to a4. */
    csrr a3, instret
    csrw sie, zero
    lla a2, _start
    lla a4, start_hart

    /* 2. Clear .bss, whose ends are aligned to 64 bytes. Addresses are physical. */
    lla t0, image_bss
    lla t1, image_bss_end
1:  .irp offset, 0, 8, 16, 24, 32, 40, 48, 56
    sd zero, \offset(t0)
    .endr
    addi t0, t0, 64
    bltu t0, t1, 1b

    /* 3. Boot tables: the direct map in pages of 1 GiB... */
    lla t0, boot_root
    li t1, ROOT_INDEX(DIRECT_MAP_BASE) * 8
    add t1, t0, t1
    addi t2, t1, 8 * (DIRECT_MAP_SIZE >> 30)
    li t3, BOOT_LEAF
    li t4, GIB_PTE_STEP
2:  sd t3, 0(t1)
    add t3, t3, t4
    addi t1, t1, 8
    bltu t1, t2, 2b

    /* 4. ...and the image in pages of 2 MiB, below one entry of the root. */
    lla t1, boot_image_table
    srli t2, t1, PAGE_SHIFT
    slli t2, t2, PTE_PPN_SHIFT
    ori t2, t2, PTE_V
    li t3, ROOT_INDEX(KERNEL_IMAGE_BASE) * 8
    add t3, t0, t3
    sd t2, 0(t3)
    srli t2, a2, PAGE_SHIFT
    slli t2, t2, PTE_PPN_SHIFT
    ori t2, t2, BOOT_LEAF | PTE_X
    li t3, LARGE_PTE_STEP
    lla t4, image_end
    mv t5, a2
    li t6, LARGE_PAGE_SIZE
3:  sd t2, 0(t1)
    add t2, t2, t3
    addi t1, t1, 8
    add t5, t5, t6
    bltu t5, t4, 3b

    /* 5. Into C, at its virtual address. */
    srli t0, t0, PAGE_SHIFT
    li t1, SATP_MODE_SV39 << SATP_MODE_SHIFT
    or t0, t0, t1
    lla t1, 4f
    j translate
    .balign 4
4:  lla sp, image_boot_stack_end
    call main
    .size first_steps, . - first_steps

    .section .text.start, "ax"
/* void start_hart(uint64_t id, struct hart *hart)
 *
 * On entry: as above, but that a1 is the physical address of this hart's structure.
 * On exit: main_of_hart(hart) on the stack of the hart's idle thread, on the kernel's
 *   own tables.
 */
    .global start_hart
    .type start_hart, @function
start_hart:
    csrw sie, zero
    lla a2, _start
    ld t0, HART_SATP(a1)
    lla t1, 5f
    sub a1, a1, a2
    li a0, KERNEL_IMAGE_BASE
    add a0, a0, a1

/* satp = t0, pc = t1 at its virtual address: with translation on, the next fetch has no
 * mapping, and the trap that follows leads there. */
translate:
    sub t1, t1, a2
    li t2, KERNEL_IMAGE_BASE
    add t1, t1, t2
    csrw stvec, t1
    sfence.vma
    csrw satp, t0
    .balign 4
5:  ld t0, HART_CURRENT(a0)
    ld sp, THREAD_STACK_TOP(t0)
    call main_of_hart
    .size start_hart, . - start_hart

    .section .data
    .balign 4
claimed:
    .word 0

    .section .bss
    .balign PAGE_SIZE
boot_root:
    .zero PAGE_SIZE
boot_image_table:
    .zero PAGE_SIZE
