/* SPDX-License-Identifier: MIT
 *
 * The way into the kernel and out of it. stvec points to trap_entry from boot on.
 *
 * The invariant of sscratch: in user mode it holds the running thread, whose first
 * field is its trapframe; in the kernel it holds 0. So the first instruction of a trap
 * gets a pointer to save registers by, and a 0 says that the trap came from the kernel
 * itself, which is always a bug.
 */
#include "sched/offsets.h"
#include "sched/trapframe.h"

    .section .text

/* All registers to the trapframe at sp; the interrupted sp comes from sscratch, which
 * becomes 0. */
    .macro save_registers
    .irp number, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
        21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sd x\number, TRAPFRAME_X(\number)(sp)
    .endr
    csrrw t0, sscratch, zero
    sd t0, TRAPFRAME_X(2)(sp)
    csrr t1, sepc
    sd t1, TRAPFRAME_SEPC(sp)
    .endm

/* The kernel's lock (platform/lock.h), for the thread a0; t2 is its flags then. If they
 * are not 0 somebody has marked it before this hart had the lock: it is as if the trap
 * had not happened yet. */
    .macro lock
    lui t0, %hi(kernel_lock)
    li t1, 1
    amoor.w.aq t1, t1, (t0)
    beqz t1, .Llocked\@
    jal t2, wait_for_lock
.Llocked\@:
    ld t2, THREAD_FLAGS(a0)
    .endm

    .macro unlock
    lui t0, %hi(kernel_lock)
    fence rw, w
    sb zero, (t0)
    .endm

/*
 * trap_entry, from the hart
 *
 * On entry: S-mode, interrupts off; scause, stval, sepc tell what happened. From user
 *   mode: every register is the user's; satp is the process's, whose upper half is the
 *   kernel.
 * On exit: through trap_return.
 */
    .balign 4
    .global trap_entry
    .type trap_entry, @function
trap_entry:
    /* 1. Get hold of the thread; its sp waits in sscratch. A thread is in the upper half:
     * a user's sp here means that step 2 has trapped, and would for ever. */
    csrrw sp, sscratch, sp
    bgez sp, trap_from_kernel

    /* 2. Save the user's registers in its trapframe. The fast path leads here, too, with
     * what it cannot do. */
    .global trap_save
trap_save:
    save_registers

    /* 3. Become the kernel: its hart, its stack, its lock. */
    .global trap_saved
trap_saved:
    mv a0, sp
    ld tp, THREAD_HART(a0)
    ld sp, THREAD_STACK_TOP(a0)
    lock
    bnez t2, work
    csrr a1, scause
    call trap_dispatch

/*
 * trap_return
 *
 * On entry: S-mode, interrupts off, the lock held, tp = the hart, on the kernel stack of
 *   its current thread, of which nothing is needed any more. This is where trap_dispatch returns
 *   to, where a new thread begins, and where one that was switched out goes on.
 * On exit: user mode, every register as the trapframe has it, sscratch = the thread.
 */
    .global trap_return
    .type trap_return, @function
trap_return:
    /* 4. Whoever runs here now may have something to do first. */
    ld a0, HART_CURRENT(tp)
    ld t0, THREAD_FLAGS(a0)
    bnez t0, work

    /* 5. Let go of the lock: what the trapframe holds is nobody else's business now.
     * Restore the user's registers, the pointer to them last. */
    unlock
    csrw sscratch, a0
    ld t0, TRAPFRAME_SEPC(a0)
    csrw sepc, t0
    .irp number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
        21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld x\number, TRAPFRAME_X(\number)(a0)
    .endr
    ld a0, TRAPFRAME_X(10)(a0)
    sret

work:
    /* 6. Do it and look again: after a switch another thread comes back here. */
    call trap_work
    j trap_return

    .size trap_return, . - trap_return

/* Where `lock` finds it held, or others waiting for it: t0 and t1 are what lock_wait
 * takes. Returns to t2, with a0 = the thread. */
    .type wait_for_lock, @function
wait_for_lock:
    addi sp, sp, -16
    sd t2, (sp)
    mv a0, t0
    mv a1, t1
    ld a2, HART_ID(tp)
    call lock_wait
    ld t2, (sp)
    addi sp, sp, 16
    ld a0, HART_CURRENT(tp)
    jr t2
    .size wait_for_lock, . - wait_for_lock

/*
 * trap_system_call, from the fast path: a system call that is C's
 *
 * On entry: sp = the thread, its own sp in sscratch, everything else the user's.
 * On exit: to user mode, or through trap_return's work.
 *
 * As trap_save to trap_return, but C keeps s0 to s11 anyway: they are saved only where
 * the thread leaves the hart. t3 to t6 have no arguments, and are lost.
 */
    .macro each_caller_saved instruction
    .irp number, 1, 3, 4, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17
    \instruction x\number, TRAPFRAME_X(\number)(a0)
    .endr
    .endm

    .global trap_system_call
    .type trap_system_call, @function
trap_system_call:
    sd a0, TRAPFRAME_X(10)(sp)
    mv a0, sp
    each_caller_saved sd
    csrrw t0, sscratch, zero
    sd t0, TRAPFRAME_X(2)(a0)
    csrr t1, sepc
    sd t1, TRAPFRAME_SEPC(a0)
    ld tp, THREAD_HART(a0)
    ld sp, THREAD_STACK_TOP(a0)
    lock
    bnez t2, 1f
    call trap_dispatch_call

    ld a0, HART_CURRENT(tp)
    ld t0, THREAD_FLAGS(a0)
    bnez t0, 1f
    unlock
    csrw sscratch, a0
    ld t0, TRAPFRAME_SEPC(a0)
    csrw sepc, t0
    each_caller_saved ld
    .irp number, 28, 29, 30, 31
    li x\number, 0
    .endr
    ld sp, TRAPFRAME_X(2)(a0)
    ld a0, TRAPFRAME_X(10)(a0)
    sret

1:  .irp number, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    sd x\number, TRAPFRAME_X(\number)(a0)
    .endr
    j work
    .size trap_system_call, . - trap_system_call

/*
 * trap_from_kernel
 *
 * On entry: sp = 0, sscratch = the kernel's sp, which may be the reason for the trap;
 *   tp may still be the user's. One register is free: sp.
 * On exit: none. The first trap reports, a second one stops the machine.
 */
    .global trap_from_kernel
    .type trap_from_kernel, @function
trap_from_kernel:
    /* 1. Claim the emergency stack: swap the word's own address, not 0, into it. Where
     * another hart has it, that one reports. */
    la sp, emergency_claim
    amoswap.d sp, sp, (sp)
    bnez sp, other_trap

    /* 2. Save what the bug left, and report it. The next trap of this hart is one in the
     * report. */
    la sp, second_trap
    csrw stvec, sp
    la sp, image_emergency_stack_end - TRAPFRAME_SIZE
    save_registers
    mv a0, sp
    call panic_report

    .balign 4
second_trap:
    /* 3. Even the report has failed. */
    csrw sscratch, zero
    la sp, image_emergency_stack_end
    call panic_stop

other_trap:
    wfi
    j other_trap
    .size trap_from_kernel, . - trap_from_kernel

    .section .data
    .balign 8
emergency_claim:
    .dword 0
