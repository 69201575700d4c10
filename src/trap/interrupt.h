/* SPDX-License-Identifier: MIT
 *
 * Interrupts: of this hart's timer, of other harts, and of devices.
 */
#pragma once

#include <stdint.h>

#include "sched/thread.h"

/* Wakes whose deadline has passed, ends the slice if it is over. */
void interrupt_timer(struct thread *thread, uint64_t scause);

/* Of a device: its driver is signalled. */
void interrupt_external(struct thread *thread, uint64_t scause);

/* The kernel's own: another hart calls this one, or it goes on with what it has put
 * off. */
void interrupt_software(struct thread *thread, uint64_t scause);

/* No source of any other interrupt is enabled. */
void interrupt_unexpected(struct thread *thread, uint64_t scause);
