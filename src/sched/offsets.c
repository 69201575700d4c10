/* SPDX-License-Identifier: MIT
 *
 * What assembly knows of this layer's structures: see base/assembly.h.
 */
#include "base/assembly.h"
#include "sched/hart.h"
#include "sched/policy_priority.h"

OFFSET(TRAPFRAME_SEPC, trapframe, sepc)
CONSTANT(TRAPFRAME_SIZE, sizeof(struct trapframe))

OFFSET(THREAD_FLAGS, thread, flags)
OFFSET(THREAD_HART, thread, hart)
OFFSET(THREAD_STACK_TOP, thread, stack_top)
OFFSET(THREAD_CONTEXT_RA, thread, context.ra)
OFFSET(THREAD_CONTEXT_SP, thread, context.sp)
OFFSET(THREAD_CONTEXT_S, thread, context.s)
OFFSET(THREAD_QUICK, thread, quick)
OFFSET(THREAD_QUICK_CALL, thread, quick_call)
OFFSET(THREAD_QUICK_REPLY, thread, quick_reply)
OFFSET(THREAD_STATE, thread, state)
OFFSET(THREAD_PRIORITY, thread, priority)
OFFSET(THREAD_URGENCY, thread, urgency)
OFFSET(THREAD_READY_NEXT, thread, ready_next)
OFFSET(THREAD_READY_PREVIOUS, thread, ready_previous)
OFFSET(THREAD_POLICY, thread, policy)
OFFSET(THREAD_CYCLES, thread, cycles)
OFFSET(THREAD_STALE, thread, stale)
OFFSET(THREAD_FPU_HART, thread, fpu_hart)
OFFSET(THREAD_FPU, thread, fpu)

OFFSET(HART_CURRENT, hart, current)
OFFSET(HART_TRAP_RETURN, hart, trap_return)
OFFSET(HART_SATP, hart, satp)
OFFSET(HART_HIGHEST_READY, hart, highest_ready)
OFFSET(HART_MARKS, hart, marks)
OFFSET(HART_FPU_OWNER, hart, fpu_owner)
OFFSET(HART_PAYER, hart, payer)
OFFSET(HART_PAID_UNTIL, hart, paid_until)
OFFSET(HART_SLICE, hart, slice)
OFFSET(HART_SLICE_END, hart, slice_end)
OFFSET(HART_SLICE_TICKS, hart, slice_ticks)
OFFSET(HART_WAKE_QUEUE, hart, wake_queue)
OFFSET(HART_FAST_UNTIL, hart, fast_until)
OFFSET(HART_ID, hart, id)

OFFSET(READY_NONEMPTY, queue, nonempty)
