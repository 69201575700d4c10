/* SPDX-License-Identifier: MIT
 *
 * What is measured, and what other processes do meanwhile, to the instruction:
 * measured.h has the prototypes. None of it needs an address of its own, so a copy of
 * all of it runs anywhere.
 *
 * The labels tell the host's trace where a figure begins and ends: NAME_ecall is the
 * ecall that is measured, NAME_next the instruction after it, NAME_read the one that reads
 * instret.
 */
#define SYSCALL(number, name, arity, arguments, summary) .equ SYS_##name, number;
#include <trapeze/syscalls.def>

    .macro  function name
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    .endm

/* An ecall that is measured: instret before it in \before, after it in \after. With
 * \float the FPU's registers are in use on both sides of it. */
    .macro  measured_ecall name, before, after, float
    .if \float
    fadd.d  fa0, fa0, fa0
    .endif
    rdinstret \before
\name\()_ecall:
    ecall
\name\()_next:
    .if \float
    fadd.d  fa0, fa0, fa0
    .endif
\name\()_read:
    rdinstret \after
    .endm

    .section .text.measured, "ax"
    .globl  measured_begin
    .balign 4
measured_begin:
    function bench_pair
    rdinstret a0
    rdinstret a1
    sub     a0, a1, a0
    ret

    .macro  define_call name, float
    function \name
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
    ld      t1, 56(s1)
    li      t2, 0
    measured_ecall \name, s0, t0, \float
    sd      a0, 0(s1)
    sd      a6, 48(s1)
    mv      a0, s0
    mv      a1, t0
    ld      s0, 0(sp)
    ld      s1, 8(sp)
    addi    sp, sp, 16
    ret
    .endm
    define_call bench_call, 0
    define_call bench_call_float, 1

/* What was received stays where the reply is to be; t0 to t2 come as 0. */
    .macro  define_serve name, float
    function \name
    mv      s0, a0
    mv      s1, a1
    li      a6, 0               # nobody to reply to yet
    li      t0, 0
    li      t1, 0
    li      t2, 0
1:  mv      a0, s0
    li      a7, SYS_reply_recv
    measured_ecall \name, s2, s3, \float
    sd      s2, 0(s1)
    sd      s3, 8(s1)
    j       1b
    .endm
    define_serve bench_serve, 0
    define_serve bench_serve_float, 1

    function bench_yield
1:  li      a7, SYS_yield
bench_yield_ecall:
    ecall
bench_yield_next:
    j       1b

    function bench_signal
    mv      s0, a0
    mv      s1, a1
1:  mv      a0, s0
    li      a7, SYS_signal
    rdinstret t0
    sd      t0, 0(s1)
bench_signal_ecall:
    ecall
    j       1b

    function bench_interrupt
1:  rdinstret t0
    sd      t0, 0(a1)
bench_interrupt_store:
    sw      zero, 0(a0)
    j       1b

    function bench_fault
    ebreak
    j       bench_fault

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
bench_find_gap_reads:
    rdinstret a3
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
bench_find_gap_compares:
    sub     a2, t6, a1
    mv      a1, t6
    addi    a2, a2, -16
    beqz    a2, bench_find_gap_reads
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

/* Counts itself, and waits. */
    function bench_wait
    mv      s0, a0
    mv      s1, a2
    li      t0, 1
    amoadd.d zero, t0, (a1)
1:  mv      a0, s0
    mv      t1, s1
    li      t0, 0
    li      t2, 0
    li      a7, SYS_recv
    ecall
    j       1b
    .globl  measured_end
measured_end:
