/* SPDX-License-Identifier: MIT
 *
 * The interface between the kernel and user programs, for C and for assembly's
 * constants. Both sides include it; nothing here belongs to only one of them.
 */
#pragma once

#define TRAPEZE_ABI_VERSION 4

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

/* scause of a fault. */
enum trapeze_cause {
#define CAUSE(code, name, meaning) name = (code),
#include <trapeze/causes.def>
#undef CAUSE
};

/* What a process is doing. */
enum trapeze_state {
#define STATE(number, name, meaning) STATE_##name = (number),
#include <trapeze/states.def>
#undef STATE
};

/* INFO_FEATURES. */
#define FEATURE_PREEMPT 1U      /* the timer ends time slices (preempt=on) */
#define FEATURE_SSTC 2U         /* the timer is stimecmp, not SBI TIME */
#define FEATURE_DEBUG_KERNEL 4U /* invariants are checked at every kernel exit */

/* INFO_SCHEDULER. */
#define SCHEDULER_PRIORITY 0
#define SCHEDULER_RR 1
#define SCHEDULER_MLFQ 2
#define SCHEDULER_LOTTERY 3
#define SCHEDULER_STRIDE 4

/* What a handle can name: handle_inspect gives it in a1. */
enum trapeze_object {
    OBJECT_PROCESS = 1,
    OBJECT_ENDPOINT = 2,
    OBJECT_MEMORY = 3,
    OBJECT_IRQ = 4,
    OBJECT_MACHINE = 5,
};

/* Rights of a handle. For memory_map and memory_protect: READ, WRITE, EXECUTE. */
#define RIGHT_SEND 0x0001U     /* endpoint: call, send */
#define RIGHT_RECEIVE 0x0002U  /* endpoint: recv, reply_recv */
#define RIGHT_SIGNAL 0x0004U   /* endpoint: signal, irq_bind */
#define RIGHT_READ 0x0008U     /* memory */
#define RIGHT_WRITE 0x0010U    /* memory */
#define RIGHT_EXECUTE 0x0020U  /* memory */
#define RIGHT_PHYSICAL 0x0040U /* memory: memory_physical */
#define RIGHT_CONTROL 0x0080U  /* process: whatever changes it */
#define RIGHT_INSPECT 0x0100U  /* process: process_inspect */
#define RIGHT_BIND 0x0200U     /* irq */
#define RIGHT_OFF 0x0400U      /* machine: machine_off */
#define RIGHT_DEVICE 0x0800U   /* machine: device_create, irq_create */
#define RIGHT_LOG 0x1000U      /* machine: log_write, log_claim */
#define RIGHTS_ALL 0x1fffU

/* What a message is: a0 of the one who receives. The kernel sets it. */
enum trapeze_kind {
    KIND_MESSAGE = 0,
    KIND_SIGNAL = 1, /* a1: all bits that were pending */
    KIND_FAULT = 2,  /* a1: scause, a2: pc, a3: stval, a4: the process's number */
    KIND_END = 3, /* a1: enum trapeze_end, a2: status, a3: pc, a4: stval, a5: number */
};

/* The label of the reply to a KIND_FAULT. */
enum trapeze_verdict {
    VERDICT_RESUME = 0, /* it goes on, with the registers as they now are */
    VERDICT_KILL = 1,   /* it ends, with END_FAULTED */
};

/* How a process ended: a1 of KIND_END. */
enum trapeze_end {
    END_EXITED = 0,  /* a2: the status given to process_exit, 0 to 255 */
    END_FAULTED = 1, /* a2: scause, a3: pc, a4: stval */
    END_KILLED = 2,  /* by process_kill, or because its parent ended */
};

/* process_pin. */
#define HART_ANY UINT64_MAX

/* memory_create. */
#define MEMORY_CONTIGUOUS 1U /* page_count is rounded up to a power of two */

/* process_inspect: results in a1 to a4. */
enum trapeze_inspect {
    INSPECT_STATE = 0,    /* enum trapeze_state, number waited for, cycles used, name */
    INSPECT_BUDGET = 1,   /* pages used, pages at most, slots used, slots at most */
    INSPECT_SCHEDULE = 2, /* own priority, priority now, limit in us, period in us */
    INSPECT_OBJECTS = 3,  /* number, handles, parent's number, hart */
};

/* registers_read, registers_write: group g holds words 4g to 4g + 3 of: pc, x1 to x31,
 * f0 to f31, fcsr. */
#define REGISTER_GROUPS 17
#define REGISTER_FLOAT_GROUP 8 /* the first of f0 to f31 */

/* Tokens, handles and mappings are positive numbers. */
#define PRIORITIES 16 /* 0 to 15; 15 is the most urgent */
#define MAP_PAGES_MAX 128
#define MEMORY_PAGES_MAX 262144
#define HANDLES_MAX 65536
#define PROCESS_PAGES_MIN 3 /* the least budget: process, stack, root table */
#define SLOT_BYTES 128      /* what the kernel takes for an object */
#define LOG_WRITE_BYTES 40

/* The status with which the machine powers off where the first process did not say one:
 * it ended by itself, it or the archive could not be started, every process waits for
 * ever, or the kernel panicked. */
#define STATUS_INIT_ENDED 125
#define STATUS_STUCK 126
#define STATUS_NOT_RUN 127
#define STATUS_FAULT_BASE 128
#define STATUS_PANIC 255

/*
 * The first process starts with these registers; every other one with what
 * process_start says:
 *
 *   a0  handle of the machine, with all rights
 *   a1  handle of the boot archive (memory: read, execute); a2: its length in bytes
 *   a3  handle of the device tree (memory: read); a4: its first byte's offset
 *   a5  handle of the kernel's log (memory: read), a struct trapeze_log
 *   a6  handle of itself (process: inspect)
 *   sp  INIT_STACK_TOP
 */
#define PAGE_BYTES 4096UL
#define USER_BOTTOM 0x1000UL    /* the page below is never mapped */
#define USER_TOP 0x4000000000UL /* the end of Sv39's lower half (4.4.1) */
#define INIT_BASE 0x100000UL    /* the lowest address of the first process's image */
#define INIT_STACK_TOP 0xff000UL
#define INIT_STACK_BYTES 65536UL

#ifndef __ASSEMBLER__
#include <stdint.h>

#define LOG_TEXT_BYTES 8192UL
#define LOG_HEADER_BYTES 4096UL

/* The kernel's log. Byte n of all that was ever logged is text[n % LOG_TEXT_BYTES]
 * while end - n <= LOG_TEXT_BYTES. */
struct trapeze_log {
    uint64_t end; /* bytes logged since boot; grows only, after the text is there */
    uint64_t text_bytes; /* LOG_TEXT_BYTES */
    uint64_t shown; /* up to here the kernel itself has written it to the console */
    uint8_t reserved[LOG_HEADER_BYTES - 3 * sizeof(uint64_t)];
    char text[LOG_TEXT_BYTES];
};
#endif
