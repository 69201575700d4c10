/* SPDX-License-Identifier: MIT
 *
 * The fast path where the one who leaves the hart could go on: a yield to an equal, the
 * end of a slice, a signal or an interrupt for somebody more urgent. It knows how the
 * policy `priority` keeps the ready threads, and is used with that policy only.
 */
#include "trap/fast_path.h"

/* FAST(yield_to), from fast_path.S: somebody is ready. s0 is saved. */
    .global FAST(yield_to)
    .type FAST(yield_to), @function
FAST(yield_to):
    save_survivors
    sd zero, TRAPFRAME_X(10)(sp)
    lock give_up_contended
    find_equal give_up_locked
    ld s4, HART_PAYER(tp)
    bne s4, sp, give_up_locked
    rotate
    li s4, STATE_READY
    exchange s4
    change_space
    unlock
    resume_interrupted

    .size FAST(yield_to), . - FAST(yield_to)

/* FAST(signal_wakes), from fast_path.S: s6 waits at the endpoint in s2 for the bits in
 * s0. s0, s2 to s6 are saved, the lock is held. */
    .global FAST(signal_wakes)
    .type FAST(signal_wakes), @function
FAST(signal_wakes):
    .irp number, 1, 3, 4, 9, 23, 24, 25, 26, 27
    sd x\number, TRAPFRAME_X(\number)(sp)
    .endr
    csrr s1, sscratch
    sd s1, TRAPFRAME_X(2)(sp)
    csrr s1, sepc
    addi s1, s1, ECALL_BYTES
    sd s1, TRAPFRAME_SEPC(sp)
    sd zero, TRAPFRAME_X(10)(sp)

/* The only receiver, s6, of the endpoint in s2 gets the bits in s0. If it is more urgent
 * than sp, that gives way, and is the first of its equals. a7 is STATE_READY. */
wake:
    ld tp, THREAD_QUICK_CALL(sp)
    ld s4, THREAD_QUICK(s6)
    bne s4, tp, wake_gives_up
    lbu s3, THREAD_URGENCY(sp)
    lbu s7, THREAD_URGENCY(s6)
    bgeu s3, s7, wake_gives_up
    ld s4, HART_PAYER(tp)
    ld s1, HART_WAKE_QUEUE(tp)
    bne s4, sp, wake_gives_up
    beqz s1, wake_gives_up

    ld s7, THREAD_POLICY(sp)
    ld s4, 0(s7)
    bnez s4, wake_among
    sd sp, THREAD_READY_NEXT(sp)
    sd sp, THREAD_READY_PREVIOUS(sp)
wake_first:
    sd sp, 0(s7)
    lwu s7, READY_NONEMPTY(s1)
    li s4, 1
    sll s4, s4, s3
    or s7, s7, s4
    sw s7, READY_NONEMPTY(s1)
    sw s3, HART_HIGHEST_READY(tp)
    sd zero, ENDPOINT_WAITING(s2)
    mv a1, s0
    exchange a7
    sd s6, THREAD_QUICK_REPLY(s6)
    change_space
    unlock

    li a0, 1 /* KIND_SIGNAL */
    .irp number, 5, 6, 7, 12, 13, 14, 15, 16, 17
    li x\number, 0
    .endr
    resume_receiver

wake_among:
    ld s8, THREAD_READY_PREVIOUS(s4)
    sd s4, THREAD_READY_NEXT(sp)
    sd s8, THREAD_READY_PREVIOUS(sp)
    sd sp, THREAD_READY_PREVIOUS(s4)
    sd sp, THREAD_READY_NEXT(s8)
    j wake_first

wake_gives_up:
    csrr s4, scause
    bgez s4, give_up_locked
    j device_is_c

/* To C, as if nothing had been done. */
    give_up_checks
    .size FAST(signal_wakes), . - FAST(signal_wakes)

/* FAST(slice_ends), from fast_path.S: the timer. s0 is saved. */
    .global FAST(slice_ends)
    .type FAST(slice_ends), @function
FAST(slice_ends):
    save_interrupted
    li s8, STATE_READY
    lock interrupt_gives_up_contended, s8
    find_equal interrupt_gives_up

    /* sp has had all of its slice, which it has paid for, and nothing else is due before
     * the end of the next. */
    ld s4, HART_SLICE(tp)
    ld s0, HART_SLICE_END(tp)
    ld s7, HART_SLICE_TICKS(tp)
    bne s4, sp, interrupt_gives_up
    ld s4, HART_FAST_UNTIL(tp)
    add s0, s0, s7
    bgeu s0, s4, interrupt_gives_up
    sd s0, HART_SLICE_END(tp)
    csrw CSR_STIMECMP, s0
    rotate
    exchange s8
    sd s6, HART_SLICE(tp)
    change_space
    unlock
    resume_interrupted

/* Everything is saved: to C behind that. */
interrupt_gives_up_contended:
    andi s4, s4, 0xff
    bnez s4, 1f
interrupt_gives_up:
    unlock
1:  csrw sscratch, zero
    j trap_saved
    .size FAST(slice_ends), . - FAST(slice_ends)

/* FAST(device_interrupts), from fast_path.S: the interrupt controller. s0 is saved. */
    .global FAST(device_interrupts)
    .type FAST(device_interrupts), @function
FAST(device_interrupts):
    save_interrupted
    li a7, STATE_READY
    lock interrupt_gives_up_contended, a7

    /* Take it. s8 is the source. */
    lui s0, %hi(irq_table)
    ld s1, %lo(irq_table + IRQ_CLAIM)(s0)
    lwu s8, 0(s1)
    slli s4, s8, 3
    add s4, s4, s0
    ld s0, %lo(irq_table + IRQ_OBJECTS)(s4)
    beqz s0, device_is_nobodys
    ld s3, IRQ_PRIORITY(s0)
    sw zero, 0(s3)
    sw s8, 0(s1)

    /* Who is to hear of it? */
    ld s2, IRQ_ENDPOINT(s0)
    ld s3, IRQ_WAKES(s0)
    ld s4, OBJECT_ID(s2)
    ld s6, ENDPOINT_WAITING(s2)
    bne s4, s3, device_is_c
    ld s0, IRQ_BADGE(s0)
    bltz s6, wake

    .macro go_on_in_c function
    csrw sscratch, zero
    ld tp, THREAD_HART(sp)
    ld sp, THREAD_STACK_TOP(sp)
    mv a0, s8
    call \function
    j trap_return
    .endm

device_is_c:
    go_on_in_c irq_deliver
device_is_nobodys:
    go_on_in_c irq_take
    .size FAST(device_interrupts), . - FAST(device_interrupts)
