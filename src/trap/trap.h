/* SPDX-License-Identifier: MIT
 *
 * Traps: the only ways into the kernel after boot.
 */
#pragma once

#include "sched/thread.h"

/* In trap_entry.S and fast_path.S, which say what holds there. */
void trap_entry(void);
void trap_entry_fast(void);
void trap_entry_fast_shared(void);
void trap_return(void);

/* This hart's traps go to trap_entry; user mode may read the counters, and no more. */
void trap_init(void);

/* From now on this hart's go to trap_entry_fast; `shared`: processes share an ASID. */
void trap_use_fast_path(bool shared);

/* The end of boot, on each hart, with the lock held: runs the processes and waits where
 * none is ready. Returns, on one hart, when the first process has ended and all its
 * pages are back, or when every process waits for something that cannot come. */
void trap_idle(void);

/* What trap_entry calls: `thread` has trapped for the reason `scause`. */
void trap_dispatch(struct thread *thread, uint64_t scause);

/* The same for a system call, with the callee-saved registers still the user's. */
void trap_dispatch_call(struct thread *thread);

/* What trap_return calls while `thread` has flags. */
void trap_work(struct thread *thread);

/* Where the trap table leads: system calls; what follows are interrupts. */
void syscall_dispatch(struct thread *thread, uint64_t scause);

/* Wakes whose deadline has passed, ends the slice if it is over. */
void interrupt_timer(void);

/* Of a device: its driver is signalled. */
void interrupt_external(void);

/* The kernel's own: another hart calls this one, or it goes on with what it has put
 * off. */
void interrupt_software(void);

/* No source of any other interrupt is enabled. */
void interrupt_unexpected(void);

/* The end of the machine by a kernel bug; trap_entry calls these on the emergency
 * stack. The first says all that is known about a trap from S-mode, with the registers
 * in `frame`; the second as little as possible, after a trap in the first. Both power
 * off with STATUS_PANIC. */
_Noreturn void panic_report(const struct trapframe *frame);
_Noreturn void panic_stop(void);

/* "illegal instruction" for scause 2, and so on. */
const char *fault_name(uint64_t scause);

/* Logs a line for the function that trapped and for each of its callers. Reads no
 * memory that it has not found to be a kernel stack or the kernel's text. */
void backtrace_print(const struct trapframe *frame);

/* Handles what is pending, from the kernel's own long operations. */
void trap_poll_interrupts(void);
