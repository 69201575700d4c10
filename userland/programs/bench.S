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
    addi    sp, sp, -16
    sd      s0, 0(sp)           # what the messages preserve, too
    sd      s1, 8(sp)
    mv      a7, a0
    mv      s1, a1
    ld      a0, 0(s1)
    ld      a1, 8(s1)
    ld      a2, 16(s1)
    ld      a3, 24(s1)
    ld      a4, 32(s1)
    ld      a5, 40(s1)
    ld      a6, 48(s1)
    li      t0, 0
    li      t1, 0
    li      t2, 0
    rdinstret s0
    ecall
    rdinstret t0
    sd      a0, 0(s1)
    sd      a6, 48(s1)
    mv      a0, s0
    mv      a1, t0
    ld      s0, 0(sp)
    ld      s1, 8(sp)
    addi    sp, sp, 16
    ret

    function bench_yield_forever
    li      a7, SYS_yield
1:  ecall
    j       1b

/* What was received stays where the reply is to be; t0 to t2 come as 0. */
    function bench_serve_forever
    mv      s0, a0
    li      a6, 0               # nobody to reply to yet
    li      t0, 0
    li      t1, 0
    li      t2, 0
1:  mv      a0, s0
    li      a7, SYS_reply_recv
    ecall
    j       1b

    function bench_signal_forever
    mv      s0, a0
    li      a7, SYS_signal
1:  mv      a0, s0
    rdinstret t0
    sd      t0, 0(a1)
    ecall
    j       1b

    function bench_interrupt_forever
1:  rdinstret t0
    sd      t0, 0(a1)
    sw      zero, 0(a0)
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

    .bss
    .balign 8
    .globl  bench_first_instret
bench_first_instret:
    .zero   8
