/* SPDX-License-Identifier: MIT
 *
 *   void swtch(struct thread *from, struct thread *to)
 *   _Noreturn void swtch_leave(struct thread *to)
 *
 * The switch from one kernel stack to another. swtch keeps the callee-saved registers
 * of `from` in its context and returns on the stack of `to`, as if `to` had just called
 * swtch; it comes back when somebody switches to `from`. swtch_leave does not come
 * back: `from` has blocked or ended, and its context is the boundary value already.
 *
 * On entry: S-mode, interrupts off, tp = this hart, to->hart = tp.
 * On exit: the registers of `to`; its context holds the boundary value again
 *   (trap_return, the top of its stack), which is what it must be whenever `to` stops
 *   without being saved here.
 * Clobbers: every callee-saved register is replaced; t0, t1.
 */
#include "sched/trapframe.h"

    .section .text
    .global swtch
    .type swtch, @function
swtch:
    /* 1. Keep what C expects to survive a call. */
    sd ra, THREAD_CONTEXT + CONTEXT_RA(a0)
    sd sp, THREAD_CONTEXT + CONTEXT_SP(a0)
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sd s\number, THREAD_CONTEXT + CONTEXT_S(\number)(a0)
    .endr
    mv a0, a1

    .global swtch_leave
    .type swtch_leave, @function
swtch_leave:
    /* 2. Become the other thread. At the boundary its s registers hold anything. */
    ld ra, THREAD_CONTEXT + CONTEXT_RA(a0)
    ld sp, THREAD_CONTEXT + CONTEXT_SP(a0)
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ld s\number, THREAD_CONTEXT + CONTEXT_S(\number)(a0)
    .endr

    /* 3. Leave the boundary value behind. */
    ld t0, HART_TRAP_RETURN(tp)
    ld t1, THREAD_STACK_TOP(a0)
    sd t0, THREAD_CONTEXT + CONTEXT_RA(a0)
    sd t1, THREAD_CONTEXT + CONTEXT_SP(a0)
    ret
    .size swtch, . - swtch
