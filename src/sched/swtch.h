/* SPDX-License-Identifier: MIT
 *
 * The switch between kernel stacks; swtch.S says what it keeps.
 */
#pragma once

#include "sched/thread.h"

/* Saves `from`, the idle thread, and goes on as `to`; returns when somebody switches
 * back to `from`. */
void swtch(struct thread *from, struct thread *to);

/* Goes on as `to`; the caller's context stays at the boundary. */
_Noreturn void swtch_leave(struct thread *to);
