/* SPDX-License-Identifier: MIT
 *
 * System calls: from the registers of an ecall to a function of the layers below, and
 * back.
 */
#pragma once

#include <stdint.h>

#include "sched/thread.h"

/* The trap handler for SCAUSE_ECALL_FROM_U. */
void syscall_dispatch(struct thread *thread, uint64_t scause);
