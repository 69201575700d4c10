/* SPDX-License-Identifier: MIT
 *
 * A user program's misdeed ends it, and nothing else.
 */
#pragma once

#include <stdint.h>

#include "sched/thread.h"

/* Marks the process as ended by that fault. Its parent is told in the usual way; what
 * the first process, which has none, did is said on the console. */
void fault_end_process(struct thread *thread, uint64_t scause);

/* "load page fault" for any scause of an exception, "reserved cause" for those that
 * have no name. */
const char *fault_name(uint64_t scause);
