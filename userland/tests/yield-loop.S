/* SPDX-License-Identifier: MIT
 *
 * Yields whose instructions are counted one by one: the prototypes are in yield-loop.h.
 */
#define SYSCALL(number, name, arity, arguments, summary) .equ SYS_##name, number;
#include <trapeze/syscalls.def>

    .text
    .globl  timed_yield
    .type   timed_yield, @function
    .balign 4
timed_yield:
    addi    sp, sp, -16
    sd      s0, 0(sp)
    li      a7, SYS_yield
    rdinstret s0
    ecall
    rdinstret t1
    sub     a0, t1, s0
    addi    a0, a0, -1          # the first read
    ld      s0, 0(sp)
    addi    sp, sp, 16
    ret
    .size   timed_yield, . - timed_yield

    .globl  yield_forever
    .type   yield_forever, @function
    .balign 4
yield_forever:
1:  li      a7, SYS_yield
    ecall
    j       1b
    .size   yield_forever, . - yield_forever
