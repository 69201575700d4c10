/* SPDX-License-Identifier: MIT
 *
 * The end of the machine by a kernel bug. trap_entry.S calls these on the emergency
 * stack.
 */
#pragma once

#include "sched/trapframe.h"

/* Says all that is known about a trap from S-mode, with the registers in `frame`, and
 * powers off with STATUS_PANIC. */
_Noreturn void panic_report(const struct trapframe *frame);

/* Powers off with STATUS_PANIC, with as little as possible, after a trap in
 * panic_report. */
_Noreturn void panic_stop(void);
