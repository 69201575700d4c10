/* SPDX-License-Identifier: MIT
 *
 * What the parts of the fast path have in common: fast_path.S says what it is. With
 * SHARED_ASIDS defined the same is assembled for a hart where processes share an ASID;
 * the names then end in _shared.
 *
 * Everywhere sp is the thread that has trapped, s6 the one that gets the hart, tp the
 * hart once the threads' quick words have been compared, s5 the lock; s4 is scratch.
 */
#pragma once

#define SYSCALL(number, name, arity, arguments, summary) .equ SYS_##name, number;
#include <trapeze/syscalls.def>
#define CAUSE(code, name, meaning) .equ name, code;
#include <trapeze/causes.def>
#define STATE(number, name, meaning) .equ STATE_##name, number;
#include <trapeze/states.def>

#ifdef SHARED_ASIDS
#define FAST(name) name##_shared
#define FAST_SECTION .fast_path_shared
#else
#define FAST(name) name
#define FAST_SECTION .fast_path
#endif

#include "object/offsets.h"
#include "platform/offsets.h"
#include "platform/riscv.h"
#include "sched/offsets.h"
#include "sched/trapframe.h"

/* clang-format off */
.option arch, +d
    .section FAST_SECTION, "ax"

/* Keeps what survives a message, and pc + 4. Afterwards s0 to s11 are free. */
    .macro save_survivors
    .irp number, 1, 3, 4, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    sd x\number, TRAPFRAME_X(\number)(sp)
    .endr
    csrr s0, sscratch
    sd s0, TRAPFRAME_X(2)(sp)
    csrr s0, sepc
    addi s0, s0, ECALL_BYTES
    sd s0, TRAPFRAME_SEPC(sp)
    .endm

/* Goes on as the thread in s6, with the message in place. */
    .macro resume_receiver
    csrw sscratch, s6
    ld s0, TRAPFRAME_SEPC(s6)
    csrw sepc, s0
    .irp number, 1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 23, 24, 25, 26, 27, 22
    ld x\number, TRAPFRAME_X(\number)(s6)
    .endr
    .irp number, 28, 29, 30, 31
    li x\number, 0
    .endr
    sret
    .endm

/* Those again, with what else the checks have used, and C's. */
    .macro give_up_checks
give_up_contended:
    andi s4, s4, 0xff
    bnez s4, give_up
give_up_locked:
    unlock
give_up:
    .irp number, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    ld x\number, TRAPFRAME_X(\number)(sp)
    .endr
    j trap_system_call
    .endm

/* All registers but s0, which is saved, and pc. */
    .macro save_interrupted
    .irp number, 1, 3, 4, 5, 6, 7, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, \
        24, 25, 26, 27, 28, 29, 30, 31
    sd x\number, TRAPFRAME_X(\number)(sp)
    .endr
    csrr s0, sscratch
    sd s0, TRAPFRAME_X(2)(sp)
    sd a0, TRAPFRAME_X(10)(sp)
    csrr s0, sepc
    sd s0, TRAPFRAME_SEPC(sp)
    .endm

/* Goes on as the thread in s6, where it was interrupted, which may be inside a loop of lr
 * and sc: no reservation of another's is left to it. */
    .macro resume_interrupted
    sc.d zero, s6, (tp)
    mv sp, s6
    csrw sscratch, sp
    ld t0, TRAPFRAME_SEPC(sp)
    csrw sepc, t0
    .irp number, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
        21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 2
    ld x\number, TRAPFRAME_X(\number)(sp)
    .endr
    sret
    .endm

/* The kernel's lock (platform/lock.h), its address in s5. Whoever finds it held, or
 * others waiting for it, takes the C path, which queues. `operand`: a register whose
 * lowest byte is not 0. */
    .macro lock otherwise, operand=a7
    lui s5, %hi(kernel_lock)
    amoor.w.aq s4, \operand, (s5)
    bnez s4, \otherwise
    .endm

    .macro unlock
    fence rw, w
    sb zero, 0(s5)
    .endm

/* The hart changes to the address space of the thread in s6. */
    .macro change_space
    ld s4, PROCESS_SATP(s6)
    csrw satp, s4
#ifdef SHARED_ASIDS
    li s4, 0
    sfence.vma zero, s4
#endif
    .endm

/* The quick words are s4 of s6, and tp of sp; they differ. If only because of the FPU, tp
 * is the hart afterwards, and s8 and s9 say whether sp and s6 use it. */
    .macro compare_without_fpu
    andi s8, tp, QUICK_FPU
    andi s9, s4, QUICK_FPU_TO
    sub tp, tp, s8
    sub s4, s4, s9
    bne s4, tp, give_up_locked
    .endm

/* sp, which pays for itself, may give way to s6, the first of those who are as urgent and
 * ready; s1 points to it. */
    .macro find_equal otherwise
    ld tp, THREAD_QUICK_CALL(sp)
    ld s1, THREAD_POLICY(sp)
    ld s6, 0(s1)
    beqz s6, \otherwise
    ld s4, THREAD_QUICK(s6)
    bne s4, tp, \otherwise
    .endm

/* s6, the first of its ring, leaves it, and sp is the last. Where s6 is the only one its
 * neighbour, s2, is s6 first, and s7 sp then. */
    .macro rotate
    ld s2, THREAD_READY_PREVIOUS(s6)
    sd s2, THREAD_READY_PREVIOUS(sp)
    sd sp, THREAD_READY_NEXT(s2)
    ld s7, THREAD_READY_NEXT(s6)
    sd s7, THREAD_READY_NEXT(sp)
    sd sp, THREAD_READY_PREVIOUS(s7)
    sd s7, 0(s1)
    .endm

/* sp is ready, s6 runs, and pays from now on. `ready`: a register that is STATE_READY. */
    .macro exchange ready
    sb \ready, THREAD_STATE(sp)
    sb zero, THREAD_STATE(s6)
    csrr s0, cycle
    ld s4, HART_PAID_UNTIL(tp)
    ld s7, THREAD_CYCLES(sp)
    sd s0, HART_PAID_UNTIL(tp)
    sub s4, s0, s4
    add s7, s7, s4
    sd s7, THREAD_CYCLES(sp)
    sd s6, HART_PAYER(tp)
    sd s6, HART_CURRENT(tp)
    .endm
