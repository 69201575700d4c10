/* SPDX-License-Identifier: MIT
 *
 *   void swtch(struct thread *from, struct thread *to)
 *   _Noreturn void swtch_leave(struct thread *to)
 *
 * The switch from one kernel stack to another. swtch_leave goes on as `to` and does not
 * come back: nothing of the kernel's is left to do for the one that leaves, and its
 * context is the boundary value already. swtch is for the idle thread, which has a loop
 * to go on with: it keeps the callee-saved registers of `from` in its context, and comes
 * back when somebody switches to `from`.
 *
 * On entry: S-mode, interrupts off, tp = this hart, to->hart = tp.
 * On exit: the registers of `to`; its context holds the boundary value again
 *   (trap_return, the top of its stack), which is what it must be whenever `to` stops
 *   without being saved here.
 * Clobbers: every callee-saved register is replaced; t0, t1.
 */
#include "sched/offsets.h"

    .section .text
    .global swtch
    .type swtch, @function
swtch:
    /* 1. Keep what C expects to survive a call. */
    sd ra, THREAD_CONTEXT_RA(a0)
    sd sp, THREAD_CONTEXT_SP(a0)
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    sd s\number, THREAD_CONTEXT_S + 8 * \number(a0)
    .endr
    mv a0, a1

    .global swtch_leave
    .type swtch_leave, @function
swtch_leave:
    /* 2. Become the other thread. The store is for what it does beside: no reservation of
     * the old thread's (lr) is left for the new one. */
    ld ra, THREAD_CONTEXT_RA(a0)
    ld sp, THREAD_CONTEXT_SP(a0)
    ld t0, HART_TRAP_RETURN(tp)
    addi t1, a0, THREAD_CONTEXT_RA
    sc.d zero, t0, (t1)
    beq ra, t0, 1f

    /* 3. It is not at the boundary, but idle: it has more to find, and leaves the boundary
     * value behind. */
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    ld s\number, THREAD_CONTEXT_S + 8 * \number(a0)
    .endr
    ld t1, THREAD_STACK_TOP(a0)
    sd t0, THREAD_CONTEXT_RA(a0)
    sd t1, THREAD_CONTEXT_SP(a0)
1:  ret
    .size swtch, . - swtch
