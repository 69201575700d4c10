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
    li      a7, SYS_yield
    rdinstret t0                # the kernel preserves all but a0
    ecall
    rdinstret t1
    sub     a0, t1, t0
    addi    a0, a0, -1          # the first read
    ret
    .size   timed_yield, . - timed_yield

    .globl  yield_forever
    .type   yield_forever, @function
    .balign 4
yield_forever:
    li      a7, SYS_yield
1:  ecall
    j       1b
    .size   yield_forever, . - yield_forever
