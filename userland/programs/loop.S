/* SPDX-License-Identifier: MIT
 *
 * uint64_t counted_loop(uint64_t rounds): loop.h.
 */
    .text
    .globl  counted_loop
    .type   counted_loop, @function
    .balign 4
counted_loop:
    rdinstret a1
1:  addi    a0, a0, -1          # LOOP_INSTRUCTIONS: these two
    bnez    a0, 1b
    rdinstret a2
    sub     a0, a2, a1
    ret
    .size   counted_loop, . - counted_loop
