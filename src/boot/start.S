/* SPDX-License-Identifier: MIT
 *
 * The first instructions, from the firmware to main.
 *
 * On entry (SBI 1.0, HSM): S-mode, satp = 0, interrupts off, a0 = this hart's id, a1 =
 *   the physical address of the device tree; the image lies at any multiple of 2 MiB.
 * On exit: main(hart, device_tree, image, instret) on the boot stack, at the image's
 *   virtual address, on boot tables that map the image writable and all of the direct
 *   map.
 */
#include "memory/layout.h"
#include "platform/riscv.h"

#define BOOT_LEAF (PTE_V | PTE_R | PTE_W | PTE_G | PTE_A | PTE_D)
#define ROOT_INDEX(address) (((address) >> 30) & 511)
#define GIB_PTE_STEP (1 << (30 - PAGE_SHIFT + PTE_PPN_SHIFT))
#define LARGE_PTE_STEP (1 << (21 - PAGE_SHIFT + PTE_PPN_SHIFT))

    .section .text.start, "ax"
    .global _start
    .type _start, @function
_start:
    /* 1. Keep what the firmware says, and the counter that boot is measured from. */
    csrr s3, instret
    csrw sie, zero
    mv s0, a0
    mv s1, a1
    lla s2, _start

    /* 2. Clear .bss, whose ends are aligned to 64 bytes. Addresses are physical. */
    lla t0, image_bss
    lla t1, image_bss_end
1:  sd zero, 0(t0)
    sd zero, 8(t0)
    sd zero, 16(t0)
    sd zero, 24(t0)
    sd zero, 32(t0)
    sd zero, 40(t0)
    sd zero, 48(t0)
    sd zero, 56(t0)
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
    srli t2, s2, PAGE_SHIFT
    slli t2, t2, PTE_PPN_SHIFT
    ori t2, t2, BOOT_LEAF | PTE_X
    li t3, LARGE_PTE_STEP
    lla t4, image_end
    mv t5, s2
    li t6, LARGE_PAGE_SIZE
3:  sd t2, 0(t1)
    add t2, t2, t3
    addi t1, t1, 8
    add t5, t5, t6
    bltu t5, t4, 3b

    /* 5. Go to the virtual address: with translation on, the next fetch has no mapping,
     * and the trap that follows leads there. */
    lla t1, 4f
    sub t1, t1, s2
    li t2, KERNEL_IMAGE_BASE
    add t1, t1, t2
    csrw stvec, t1
    srli t0, t0, PAGE_SHIFT
    li t1, SATP_MODE_SV39
    slli t1, t1, SATP_MODE_SHIFT
    or t0, t0, t1
    sfence.vma
    csrw satp, t0
    .balign 4

    /* 6. Into C. */
4:  lla sp, image_boot_stack_end
    mv a0, s0
    mv a1, s1
    mv a2, s2
    mv a3, s3
    call main
    .size _start, . - _start

    .section .bss
    .balign PAGE_SIZE
boot_root:
    .zero PAGE_SIZE
boot_image_table:
    .zero PAGE_SIZE
