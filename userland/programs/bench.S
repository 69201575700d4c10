/* SPDX-License-Identifier: MIT
 *
 * The parts of `bench` whose instructions are counted one by one: bench.h has the prototypes.
 */
#define SYSCALL(number, name, arity, arguments, summary) .equ SYS_##name, number;
#include <trapeze/syscalls.def>

    .macro  function name
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    .endm

    .section .text.start, "ax"
/* Where the kernel enters: reads instret, and goes on as any program does. */
    function _start
    rdinstret t0
    .option push
    .option norelax             # gp is not set up yet
    lla     t1, bench_first_instret
    .option pop
    sd      t0, 0(t1)
    tail    crt0_start

    .text
    function bench_pair
    rdinstret a0
    rdinstret a1
    sub     a0, a1, a0
    ret

    function bench_call
    mv      a7, a0
    rdinstret t0                # the kernel preserves all but a0
    ecall
    rdinstret t1
    sub     a0, t1, t0
    ret

    function bench_wait
    mv      t0, a1
    li      t1, 0               # no deadline
    li      a7, SYS_process_wait
    rdinstret t2
    ecall
    rdinstret t3
    sd      t2, 0(t0)
    sd      t3, 8(t0)
    sd      a1, 16(t0)
    sd      a3, 24(t0)
    ret

    function bench_yield_forever
    li      a7, SYS_yield
1:  ecall
    j       1b

/* A round is 16 instructions, 12 of them reads: more than 16 from a round's last read to the
 * next one's means that the process was off the CPU. The delay comes first, and counts as well. */
    function bench_find_gap
    rdinstret a3
    mv      a4, a1
1:  nop                         # three instructions, so that 16 delays give 16 phases
    addi    a1, a1, -1
    bnez    a1, 1b
    slli    t0, a4, 1
    add     t0, t0, a4
    add     a1, a3, t0          # a1 = what the last read would have been, had there been a
    addi    a1, a1, 1           # round before the first: 16 instructions before its last
1:  rdinstret a3
    rdinstret a4
    rdinstret a5
    rdinstret a6
    rdinstret a7
    rdinstret t0
    rdinstret t1
    rdinstret t2
    rdinstret t3
    rdinstret t4
    rdinstret t5
    rdinstret t6
    sub     a2, t6, a1
    mv      a1, t6
    addi    a2, a2, -16
    beqz    a2, 1b
    sd      a3, 0(a0)
    sd      a4, 8(a0)
    sd      a5, 16(a0)
    sd      a6, 24(a0)
    sd      a7, 32(a0)
    sd      t0, 40(a0)
    sd      t1, 48(a0)
    sd      t2, 56(a0)
    sd      t3, 64(a0)
    sd      t4, 72(a0)
    sd      t5, 80(a0)
    sd      t6, 88(a0)
    ret

    function bench_give_parent
    li      a1, 1
    slli    a1, a1, 63
    or      a0, a0, a1
    ld      zero, 0(a0)

    .bss
    .balign 8
    .globl  bench_first_instret
bench_first_instret:
    .zero   8
