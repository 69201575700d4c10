/* SPDX-License-Identifier: MIT
 *
 * The fast path: a message between two processes, where nothing has to be thought of but
 * the message, from trap to return without a stack. What is done here is what the C path
 * (endpoint.c) does in the same case, in the same fields; what is not found fit, before
 * the first of them changes, goes to the C path as if it had just trapped.
 *
 * The words of the message stay in their registers; the callee-saved ones of the one are
 * saved and those of the other loaded; the rest become 0. docs/performance.md tells where
 * each instruction goes.
 *
 * What every message checks:
 *   the handle     the number is that of the handle looked up last for this right, and
 *                  the object still has the id that it had then
 *   the peer       a receiver waits; for a reply: the token is that of the one caller
 *   thread.quick   both threads' words name this hart: no flags, no limit, no deadline,
 *                  no grant, nothing to forget in the TLB; where one of them uses the
 *                  FPU, its registers are switched, too
 *   priorities     nobody who is ready is more urgent than who gets the hart, and nobody
 *                  runs at another priority afterwards
 *   t0, t1, t2     are 0: no grant, no deadline
 */
#include "trap/fast_path.h"

/*
 * trap_entry_fast, from the hart, instead of trap_entry
 *
 * On entry: as trap_entry.
 * On exit: to user mode, or through trap_save.
 */
    /* Without a size: so debuggers and panics name the step, not only the whole. */
    .balign 4
    .global FAST(trap_entry_fast)
    .type FAST(trap_entry_fast), @function
FAST(trap_entry_fast):
    /* 1. Get hold of the thread and of one register; which call is it? */
    csrrw sp, sscratch, sp
    bgez sp, trap_from_kernel
    sd s0, TRAPFRAME_X(8)(sp)
    csrr s0, scause
    addi s0, s0, -SCAUSE_ECALL_FROM_U
    bnez s0, not_ecall
    addi s0, a7, -SYS_call
    bnez s0, not_call

fast_call:
    save_survivors

    /* 2. Nothing special, and the handle that was used last. */
    or s0, t0, t1
    or s0, s0, t2
    ld s1, PROCESS_SEND + CACHE_NUMBER(sp)
    bnez s0, give_up
    bne s1, a0, give_up
    ld s2, PROCESS_SEND + CACHE_OBJECT(sp)
    ld s3, PROCESS_SEND + CACHE_ID(sp)

    /* 3. It lives; somebody receives; both are quick; the receiver is as urgent. */
    lock give_up_contended
    ld s4, OBJECT_ID(s2)
    bne s4, s3, give_up_locked
    ld s6, ENDPOINT_WAITING(s2)
    bgez s6, give_up_locked
    ld tp, THREAD_QUICK_CALL(sp)
    ld s4, THREAD_QUICK(s6)
    bne s4, tp, call_with_fpu
    lbu s4, THREAD_PRIORITY(sp)
    lbu s7, THREAD_PRIORITY(s6)
    bltu s7, s4, give_up_locked

call_is_made:
    /* 4. The call is made: sp waits for the reply of s6, which runs. */
    sd zero, ENDPOINT_WAITING(s2)
    sb a7, THREAD_STATE(sp)
    sb zero, THREAD_STATE(s6)
    sd s6, PROCESS_SERVER(sp)
    sd sp, PROCESS_CALLER(s6)
    sd s6, HART_CURRENT(tp)
    ld a6, PROCESS_TOKEN(sp)
    lui s4, 1 << (NUMBER_INDEX_BITS - 12)
    add a6, a6, s4
    sd a6, PROCESS_TOKEN(sp)
    ld a7, PROCESS_SEND + CACHE_BADGE(sp)
    change_space
    unlock

    /* 5. Return to the receiver. */
    li a0, 0 /* KIND_MESSAGE */
    resume_receiver

not_call:
    addi s0, s0, SYS_call - SYS_reply_recv
    bnez s0, not_reply_recv

fast_reply_recv:
    save_survivors

    /* 2. As above, by the handle that receives. */
    or s0, t0, t1
    ld s1, PROCESS_RECEIVE_NUMBER(sp)
    or s0, s0, t2
    bne s1, a0, give_up
    ld s2, PROCESS_ENDPOINT(sp)

    /* 3. It lives; the token is the caller's; nothing is there to receive; both are
     * quick; the caller is urgent enough. */
    lock give_up_contended
    ld s3, PROCESS_RECEIVE_ID(sp) /* another server may have changed it */
    ld s4, OBJECT_ID(s2)
    bne s4, s3, give_up_locked
    ld s6, PROCESS_CALLER(sp)
    beqz s6, give_up_locked
    ld s4, PROCESS_TOKEN(s6)
    bne s4, a6, give_up_locked
    ld s4, ENDPOINT_WAITING(s2)
    or s0, s0, s4
    bnez s0, give_up_locked
    ld tp, THREAD_QUICK_REPLY(sp)
    ld s4, THREAD_QUICK(s6)
    bne s4, tp, reply_otherwise
    lwu s4, HART_HIGHEST_READY(tp)
    lbu s7, THREAD_URGENCY(s6)
    bltu s7, s4, give_up_locked

reply_is_given:
    /* 4. The reply is given: sp receives, s6 runs. */
    sd sp, ENDPOINT_WAITING(s2)
    sb a7, THREAD_STATE(sp)
    sb zero, THREAD_STATE(s6)
    sd zero, PROCESS_CALLER(sp)
    sd s6, HART_CURRENT(tp)
    change_space
    unlock

    /* 5. Return to the caller. */
    li a0, 0 /* KIND_MESSAGE */
    li a6, 0
    li a7, 0
    resume_receiver

call_with_fpu:
    compare_without_fpu
    lbu s4, THREAD_PRIORITY(sp)
    lbu s7, THREAD_PRIORITY(s6)
    bgeu s7, s4, switch_fpu
    j give_up_locked

reply_otherwise:
    addi s0, s4, -QUICK_VERDICT
    beq s0, tp, reply_is_verdict
    compare_without_fpu
    lwu s4, HART_HIGHEST_READY(tp)
    lbu s7, THREAD_URGENCY(s6)
    bltu s7, s4, give_up_locked

/* What fpu_owner.c does, but that the registers of s6 are loaded at once. sstatus.SD is
 * the sign: dirty. s0 is 0 for a call, and not for a reply. */
    .macro each_float instruction, thread
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, \
        20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \instruction f\number, THREAD_FPU + 8 * \number(\thread)
    .endr
    .endm

switch_fpu:
    beqz s8, 1f
    csrr s7, sstatus
    bgez s7, 2f
    each_float fsd, sp
    frcsr s7
    sd s7, THREAD_FPU + FPU_STATE_FCSR(sp)
2:  bnez s9, 3f
    lui s7, SSTATUS_FS >> 12
    csrc sstatus, s7
    j 4f
1:  lui s7, SSTATUS_FS >> 12
    csrs sstatus, s7
3:  each_float fld, s6
    ld s7, THREAD_FPU + FPU_STATE_FCSR(s6)
    fscsr s7
    lui s7, (SSTATUS_FS_DIRTY - SSTATUS_FS_CLEAN) >> 12
    csrc sstatus, s7
    sd s6, HART_FPU_OWNER(tp)
    sd tp, THREAD_FPU_HART(s6)
4:  beqz s0, call_is_made
    j reply_is_given

reply_is_verdict:
    /* 3. It is to go on, and is urgent enough. */
    bnez a1, give_up_locked /* VERDICT_RESUME */
    lwu s4, HART_HIGHEST_READY(tp)
    lbu s7, THREAD_URGENCY(s6)
    bltu s7, s4, give_up_locked

    /* 4. The verdict is given: sp receives, s6 runs. */
    sd sp, ENDPOINT_WAITING(s2)
    sb a7, THREAD_STATE(sp)
    sb zero, THREAD_STATE(s6)
    sd zero, PROCESS_CALLER(sp)
    sd s6, HART_CURRENT(tp)
    sd tp, THREAD_QUICK(s6)
    change_space
    unlock

    /* 5. Go on where it has faulted. */
    resume_interrupted

not_ecall:
    addi s0, s0, SCAUSE_ECALL_FROM_U
    bltz s0, interrupt
    sd s1, TRAPFRAME_X(9)(sp)
    li s1, SCAUSE_ILLEGAL_INSTRUCTION /* it may want the FPU */
    beq s0, s1, pass_on_s1

fast_fault:
    /* 2. All registers, and who is to hear of it. */
    .irp number, 1, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, \
        23, 24, 25, 26, 27, 28, 29, 30, 31
    sd x\number, TRAPFRAME_X(\number)(sp)
    .endr
    csrr s1, sscratch
    sd s1, TRAPFRAME_X(2)(sp)
    csrr a2, sepc
    sd a2, TRAPFRAME_SEPC(sp)
    ld s2, PROCESS_SUPERVISOR(sp)
    ld s3, PROCESS_SUPERVISOR_ID(sp)
    beqz s2, give_up_fault

    /* 3. As for a call. */
    li s4, 1
    lock give_up_fault_contended, s4
    ld s4, OBJECT_ID(s2)
    bne s4, s3, give_up_fault_locked
    ld s6, ENDPOINT_WAITING(s2)
    bgez s6, give_up_fault_locked
    ld tp, THREAD_QUICK_CALL(sp)
    ld s4, THREAD_QUICK(s6)
    bne s4, tp, give_up_fault_locked
    lbu s4, THREAD_PRIORITY(sp)
    lbu s7, THREAD_PRIORITY(s6)
    bltu s7, s4, give_up_fault_locked

    /* 4. sp waits for the verdict of s6, which runs. */
    sd zero, ENDPOINT_WAITING(s2)
    li s4, STATE_AWAITING_VERDICT
    sb s4, THREAD_STATE(sp)
    sb zero, THREAD_STATE(s6)
    sd s6, PROCESS_SERVER(sp)
    sd sp, PROCESS_CALLER(s6)
    sd s6, HART_CURRENT(tp)
    addi s4, tp, QUICK_VERDICT
    sd s4, THREAD_QUICK(sp)
    ld s7, PROCESS_OBJECT(sp)
    csrr a3, stval
    sd s0, OBJECT_STATUS(s7)
    sd a2, OBJECT_PC(s7)
    sd a3, OBJECT_VALUE(s7)
    ld a4, OBJECT_ID(s7)
    ld a6, PROCESS_TOKEN(sp)
    lui s4, 1 << (NUMBER_INDEX_BITS - 12)
    add a6, a6, s4
    sd a6, PROCESS_TOKEN(sp)
    ld a7, PROCESS_SUPERVISOR_BADGE(sp)
    change_space
    unlock

    /* 5. Return to the supervisor. */
    mv a1, s0
    .irp number, 5, 6, 7, 15
    li x\number, 0
    .endr
    li a0, 2 /* KIND_FAULT */
    resume_receiver

interrupt:
    /* Of those that are enabled bit 3 is set in an external one's number only, and bit 2
     * in the timer's. */
    slli s0, s0, 60
    bltz s0, FAST(device_interrupts)
    slli s0, s0, 1
    bltz s0, FAST(slice_ends)
    j pass_on

not_reply_recv:
    addi s0, s0, SYS_reply_recv - SYS_yield
    beqz s0, fast_yield
    addi s0, s0, SYS_yield - SYS_process_self
    beqz s0, fast_process_self
    addi s0, s0, SYS_process_self - SYS_signal
    beqz s0, fast_signal
    addi s0, s0, SYS_signal - SYS_memory_map
    bnez s0, pass_on_call
    j fast_map

fast_signal:
    /* 2. The handle; s2 to s6 are saved to be used. */
    .irp number, 18, 19, 20, 21, 22
    sd x\number, TRAPFRAME_X(\number)(sp)
    .endr
    ld s6, PROCESS_SIGNAL + CACHE_NUMBER(sp)
    ld s2, PROCESS_SIGNAL + CACHE_OBJECT(sp)
    bne s6, a0, signal_gives_up
    ld s3, PROCESS_SIGNAL + CACHE_ID(sp)
    ld s0, PROCESS_SIGNAL + CACHE_BADGE(sp)

    /* 3. It lives; nobody waits for the signal. */
    lock signal_gives_up_contended
    ld s4, OBJECT_ID(s2)
    ld s6, ENDPOINT_WAITING(s2)
    bne s4, s3, signal_gives_up_locked
    bltz s6, FAST(signal_wakes)
    andi s4, s6, ENDPOINT_RECEIVERS
    bnez s4, signal_gives_up_locked

    /* 4. The bits are pending. */
    ld s4, ENDPOINT_PENDING(s2)
    ori s6, s6, ENDPOINT_SIGNALS
    or s4, s4, s0
    sd s6, ENDPOINT_WAITING(s2)
    sd s4, ENDPOINT_PENDING(s2)
    unlock

    /* 5. Return. */
    li a0, 0
    .irp number, 18, 19, 20, 21, 22
    ld x\number, TRAPFRAME_X(\number)(sp)
    .endr
    j step_over

fast_process_self:
    ld s0, PROCESS_OBJECT(sp)
    ld a0, OBJECT_ID(s0)
    j step_over

fast_yield:
    /* 2. Nobody is ready. */
    ld s0, THREAD_HART(sp)
    lwu s0, HART_HIGHEST_READY(s0)
    bnez s0, FAST(yield_to)
    li a0, 0

step_over:
    /* Back to the instruction after the ecall. */
    csrr s0, sepc
    addi s0, s0, ECALL_BYTES
    csrw sepc, s0
    ld s0, TRAPFRAME_X(8)(sp)
    csrrw sp, sscratch, sp
    sret

pass_on_s1:
    ld s1, TRAPFRAME_X(9)(sp)
pass_on:
    ld s0, TRAPFRAME_X(8)(sp)
    j trap_save

pass_on_call:
    ld s0, TRAPFRAME_X(8)(sp)
    j trap_system_call

/* The C path, as if nothing had been done. Where the lock was found free but others wait
 * for it, it is given back. */
signal_gives_up_contended:
    andi s4, s4, 0xff
    bnez s4, signal_gives_up
signal_gives_up_locked:
    unlock
signal_gives_up:
    .irp number, 8, 18, 19, 20, 21, 22
    ld x\number, TRAPFRAME_X(\number)(sp)
    .endr
    j trap_system_call

give_up_fault_contended:
    andi s4, s4, 0xff
    bnez s4, give_up_fault
give_up_fault_locked:
    unlock
give_up_fault:
    ld a2, TRAPFRAME_X(12)(sp)
    ld a7, TRAPFRAME_X(17)(sp)
    .irp number, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    ld x\number, TRAPFRAME_X(\number)(sp)
    .endr
    j trap_save

    give_up_checks
