/* SPDX-License-Identifier: MIT
 *
 * The two register saves, never confused, and what else assembly shares with C here.
 *
 *   trapframe  the user's registers, saved by trap_entry when a process traps
 *   context    the kernel's callee-saved registers, saved by swtch when a
 * process leaves the hart
 */
#pragma once

#define ECALL_BYTES 4

/* struct trapframe: where register xN is; x0's place holds sepc. */
#define TRAPFRAME_X(number) (8 * (number))

/* Added in a thread's quick words, of which thread.h tells. */
#define QUICK_FPU 1
#define QUICK_VERDICT 2
#define QUICK_FPU_TO 4

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
