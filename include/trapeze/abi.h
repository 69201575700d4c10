/* SPDX-License-Identifier: MIT
 *
 * The interface between the kernel and user programs, for C and for assembly's
 * constants. Both sides include it; nothing here belongs to only one of them.
 */
#pragma once

#define TRAPEZE_ABI_VERSION 1

enum trapeze_syscall {
#define SYSCALL(number, name, arity, arguments, summary) SYS_##name = (number),
#include <trapeze/syscalls.def>
#undef SYSCALL
};

enum trapeze_error {
    E_OK = 0,
#define ERROR(code, name, meaning) name = -(code),
#include <trapeze/errors.def>
#undef ERROR
};

enum trapeze_info {
#define INFO(item, name, meaning) name = (item),
#include <trapeze/info.def>
#undef INFO
};

/* Why the loader refuses a program: process_create gives it in a1 beside E_BAD_PROGRAM.
 */
enum elf_error {
    ELF_OK = 0,
#define ELF_ERROR(code, name, meaning) name = (code),
#include <trapeze/elf_errors.def>
#undef ELF_ERROR
};

/* scause of a fault: the status of END_FAULTED. */
enum trapeze_cause {
#define CAUSE(code, name, meaning) name = (code),
#include <trapeze/causes.def>
#undef CAUSE
};

/* INFO_FEATURES. */
#define FEATURE_PREEMPT 1U      /* the timer ends time slices (preempt=on) */
#define FEATURE_SSTC 2U         /* the timer is stimecmp, not SBI TIME */
#define FEATURE_DEBUG_KERNEL 4U /* invariants are checked at every kernel exit */

/* How a child ended: process_wait gives the kind in a1. */
enum trapeze_end {
    END_EXITED = 0,  /* a2: the status given to process_exit */
    END_FAULTED = 1, /* a2: scause, a3: pc, a4: stval */
    END_KILLED = 2,  /* by process_kill, or because its parent ended */
};

/* The status with which the machine powers off after the first process, where it did
 * not exit by itself: 128 + scause for a fault, STATUS_NOT_RUN where it could not be
 * started, STATUS_STUCK where every process waits for ever. A panic ends with
 * STATUS_PANIC. */
#define STATUS_FAULT_BASE 128
#define STATUS_STUCK 126
#define STATUS_NOT_RUN 127
#define STATUS_PANIC 255

/*
 * A program's address space, from low to high:
 *
 *   0x0000_0000            never mapped: a null pointer faults
 *   0x000f_f000 - size     the stack, its size from PT_GNU_STACK (DEFAULT_STACK_BYTES
 *                          if 0); the page below it is its guard
 *   0x000f_f000            USER_STACK_TOP; the page above it is never mapped
 *   0x0010_0000            USER_IMAGE_BASE: the lowest address of an ELF segment
 *   end of the image       the heap, grown by memory_extend, page-aligned
 *   0x40_0000_0000         USER_TOP: the end of Sv39's lower half
 *                          (Privileged 1.12, 4.4.1)
 *
 * A program starts with sp = the end of its stack, less MAX_ARGUMENT_BYTES for its
 * arguments; a0 = how many there are; a1 = the first one's address; each is followed by
 * its NUL and then by the next.
 */
#define PAGE_BYTES 4096UL
#define USER_STACK_TOP 0xff000UL
#define USER_IMAGE_BASE 0x100000UL
#define USER_TOP 0x4000000000UL
#define DEFAULT_STACK_BYTES (4 * PAGE_BYTES)
#define MAX_STACK_BYTES (128 * PAGE_BYTES)
#define MAX_ARGUMENT_BYTES 2048
#define PROGRAM_NAME_BYTES 40
