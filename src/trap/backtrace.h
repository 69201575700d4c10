/* SPDX-License-Identifier: MIT
 *
 * Who called whom, without frame pointers: the kernel's own code tells where each
 * function keeps its return address.
 */
#pragma once

#include "sched/trapframe.h"

/* Logs a line for the function that trapped and for each of its callers. Reads no
 * memory that it has not found to be a kernel stack or the kernel's text. */
void backtrace_print(const struct trapframe *frame);
