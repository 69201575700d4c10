/* SPDX-License-Identifier: MIT
 *
 * A user program's misdeed.
 */
#pragma once

#include "sched/thread.h"

/* The trap handler for it: the process is suspended and its supervisor hears of it, or,
 * where there is none, it ends. */
void fault_suspend(struct thread *thread, uint64_t scause);

/* "illegal instruction" for scause 2, and so on. */
const char *fault_name(uint64_t scause);
