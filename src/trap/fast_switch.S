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
    save_interrupted
    sd zero, TRAPFRAME_X(10)(sp)
    csrr s0, sepc
    addi s0, s0, ECALL_BYTES
    sd s0, TRAPFRAME_SEPC(sp)
    lock yield_gives_up_contended
    find_equal yield_gives_up_locked
    rotate
    exchange
    change_space
    unlock
    resume_interrupted

yield_gives_up_contended:
    andi s4, s4, 0xff
    bnez s4, yield_gives_up
yield_gives_up_locked:
    unlock
yield_gives_up:
    .irp number, 4, 8, 9, 18, 19, 20, 21, 22, 23
    ld x\number, TRAPFRAME_X(\number)(sp)
    .endr
    j trap_save
    .size FAST(yield_to), . - FAST(yield_to)

/* FAST(signal_wakes), from fast_path.S: somebody waits at the endpoint in s2 for the bits
 * in s0. s0 to s5 are saved, the lock is held. */
    .global FAST(signal_wakes)
    .type FAST(signal_wakes), @function
FAST(signal_wakes):
    .irp number, 1, 3, 4, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17, 22, 23, 24, 25, 26, 27, \
        28, 29, 30, 31
    sd x\number, TRAPFRAME_X(\number)(sp)
    .endr
    csrr s1, sscratch
    sd s1, TRAPFRAME_X(2)(sp)
    csrr s1, sepc
    addi s1, s1, ECALL_BYTES
    sd s1, TRAPFRAME_SEPC(sp)
    sd zero, TRAPFRAME_X(10)(sp)
    mv a1, s0
    wake signal_gives_up

signal_gives_up:
    unlock
    .irp number, 4, 8, 9, 11, 18, 19, 20, 21, 22, 23
    ld x\number, TRAPFRAME_X(\number)(sp)
    .endr
    j trap_save
    .size FAST(signal_wakes), . - FAST(signal_wakes)

/* FAST(slice_ends), from fast_path.S: the timer, which is a register, and no other hart
 * has to know of slices: hart.fast_slice is not 0. s0 is saved. */
    .global FAST(slice_ends)
    .type FAST(slice_ends), @function
FAST(slice_ends):
    save_interrupted
    sd a0, TRAPFRAME_X(10)(sp)
    csrr s0, sepc
    sd s0, TRAPFRAME_SEPC(sp)
    li s4, 1
    lock interrupt_gives_up_contended, s4
    find_equal interrupt_gives_up

    /* It is the end of the slice of sp, and nothing else will be due before the end of
     * the next. */
    ld s0, HART_SLICE_END(tp)
    ld s4, HART_TIMER_TARGET(tp)
    ld s7, HART_FAST_SLICE(tp)
    bne s0, s4, interrupt_gives_up
    ld s4, HART_SLICE(tp)
    add s8, s0, s7
    bne s4, sp, interrupt_gives_up
    lui s7, %hi(sched_deadlines)
    addi s7, s7, %lo(sched_deadlines)
    lwu s4, HEAP_COUNT(s7)
    beqz s4, 1f
    ld s4, HEAP_FIRST(s7)
    ld s4, THREAD_HEAP_KEY(s4)
    bleu s4, s8, interrupt_gives_up
1:  sd s8, HART_SLICE_END(tp)
    sd s8, HART_TIMER_TARGET(tp)
    csrw CSR_STIMECMP, s8
    ld s4, HART_FAST_SLICES(tp)
    addi s4, s4, 1
    sd s4, HART_FAST_SLICES(tp)
    rotate
    exchange
    ld s4, HART_SLICE_BEGAN(tp)
    sd s0, HART_SLICE_BEGAN(tp)
    sub s4, s0, s4
    sd s4, HART_SLICE_CYCLES(tp)
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
    sd a0, TRAPFRAME_X(10)(sp)
    csrr s0, sepc
    sd s0, TRAPFRAME_SEPC(sp)
    li s4, 1
    lock interrupt_gives_up_contended, s4

    /* Take it as plic_take does. s8 is the source. */
    lui s0, %hi(plic)
    ld s1, %lo(plic + PLIC_CLAIM)(s0)
    ld s3, %lo(plic + PLIC_REGISTERS)(s0)
    lwu s8, 0(s1)
    slli s4, s8, 2
    beqz s8, interrupt_gives_up
    add s3, s3, s4
    sw zero, 0(s3)
    sw s8, 0(s1)

    /* Whose is it? */
    lui s0, %hi(irq_objects)
    slli s4, s8, 3
    add s0, s0, s4
    ld s0, %lo(irq_objects)(s0)
    beqz s0, device_is_c
    ld s2, IRQ_ENDPOINT(s0)
    ld s3, IRQ_ENDPOINT_ID(s0)
    beqz s2, device_is_c
    ld s4, OBJECT_ID(s2)
    ld a1, IRQ_BADGE(s0)
    bne s4, s3, device_is_c
    beqz a1, device_is_c
    wake device_is_c

device_is_c:
    csrw sscratch, zero
    mv a0, sp
    ld tp, THREAD_HART(a0)
    ld sp, THREAD_STACK_TOP(a0)
    mv a0, s8
    call irq_deliver
    j trap_return
    .size FAST(device_interrupts), . - FAST(device_interrupts)
