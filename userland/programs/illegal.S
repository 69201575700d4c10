/* SPDX-License-Identifier: MIT
 *
 * A program that executes an illegal instruction, and nothing else; again and again, where its
 * supervisor lets it go on.
 *
 * A reserved encoding of quadrant 1. Not 0: for that stval is 0 as well, as on a hart that does not
 * tell the bits, and the kernel has to try whether the FPU is what was missing.
 */
    .section .text.start, "ax"
    .globl  _start
    .type   _start, @function
_start:
    .half   0x9c41
    j       _start
    .size   _start, . - _start
