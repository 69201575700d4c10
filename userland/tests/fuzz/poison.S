/* SPDX-License-Identifier: MIT
 *
 * What a driver must never find in its registers: fuzz.h has the prototype.
 */
    .equ    POISON, 0x6c65616b      /* "leak"; driver.c has it, too */

    .section .text.hold_poison, "ax"
    .globl  hold_poison
    .type   hold_poison, @function
hold_poison:
    .irp    number, 5,6,7,10,11,12,13,14,15,16,17,28,29,30,31
    li      x\number, (POISON << 32) + \number
    .endr
    ret
    .size   hold_poison, . - hold_poison
