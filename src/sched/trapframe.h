/* SPDX-License-Identifier: MIT
 *
 * The two register saves, never confused, and the offsets that assembly knows them by.
 *
 *   trapframe  the user's registers, saved by trap_entry when a process traps
 *   context    the kernel's callee-saved registers, saved by swtch when a
 * process leaves the hart
 *
 * thread.h checks the offsets at compile time.
 */
#pragma once

#define ECALL_BYTES 4

/* struct trapframe: where register xN is; x0's place holds sepc. */
#define TRAPFRAME_X(number) (8 * (number))
#define TRAPFRAME_SEPC TRAPFRAME_X(0)
#define TRAPFRAME_SIZE TRAPFRAME_X(32)

/* struct context, 14 words: ra, sp and register sN */
#define CONTEXT_RA 0
#define CONTEXT_SP 8
#define CONTEXT_S(number) (16 + 8 * (number))

/* struct thread, whose trapframe comes first */
#define THREAD_FLAGS 256
#define THREAD_HART 264
#define THREAD_STACK_TOP 272
#define THREAD_CONTEXT 280
#define THREAD_QUICK 392
#define THREAD_QUICK_CALL 400
#define THREAD_QUICK_REPLY 408
#define QUICK_FPU 1    /* added in THREAD_QUICK_CALL and _REPLY */
#define QUICK_FPU_TO 4 /* added in THREAD_QUICK */
#define THREAD_HEAP_KEY 432
#define THREAD_READY_NEXT 440
#define THREAD_READY_PREVIOUS 448
#define THREAD_POLICY 472
#define THREAD_CYCLES 488
#define QUICK_VERDICT 2 /* added in THREAD_QUICK */
#define THREAD_STATE 416
#define THREAD_PRIORITY 417
#define THREAD_URGENCY 419
#define THREAD_STALE 552
#define THREAD_FPU_HART 560
#define THREAD_FPU 568

/* struct hart */
#define HART_CURRENT 0
#define HART_TRAP_RETURN 8
#define HART_SATP 16
#define HART_HIGHEST_READY 24
#define HART_MARKS 28
#define HART_PAYER 88
#define HART_PAID_UNTIL 96
#define HART_SLICE 104
#define HART_SLICE_END 112
#define HART_SLICE_TICKS 120
#define HART_WAKE_QUEUE 168
#define HART_FAST_UNTIL 176
#define HART_FPU_OWNER 32
#define HART_ID 192

#ifndef __ASSEMBLER__

#include <stdint.h>

struct trapframe {
    uint64_t sepc; /* where the user program goes on */
    uint64_t ra, sp, gp, tp;
    uint64_t t0, t1, t2;
    uint64_t s0, s1;
    uint64_t a0, a1, a2, a3, a4, a5, a6, a7;
    uint64_t s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
    uint64_t t3, t4, t5, t6;
};

struct context {
    uint64_t ra; /* where swtch returns to */
    uint64_t sp;
    uint64_t s[12];
};

#endif
