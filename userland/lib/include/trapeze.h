/* SPDX-License-Identifier: MIT
 *
 * What a program can ask of the kernel, beside what the C library offers. Every call
 * returns a negative `enum trapeze_error` on failure (trapeze_error_name() names it)
 * and validates everything before it changes anything: a call that fails has done
 * nothing.
 *
 * Time is counted in ticks of the `time` register, INFO_TIMEBASE_HZ of them in a
 * second, since the machine was switched on. A deadline is a point on that scale;
 * TRAPEZE_NEVER is none.
 */
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <trapeze/abi.h>

#define TRAPEZE_NEVER UINT64_C(0)

/* The machine's counters: Unprivileged ISA, Zicntr. */

/* Ticks since power-on, at INFO_TIMEBASE_HZ. */
static inline uint64_t trapeze_time(void)
{
    uint64_t ticks;
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

/* Instructions that this hart has retired, in all modes. Exact under QEMU's -icount
 * only. */
static inline uint64_t trapeze_instret(void)
{
    uint64_t instructions;
    __asm__ volatile("rdinstret %0" : "=r"(instructions));
    return instructions;
}

/* System calls: a stub for each line of trapeze/syscalls.def. */

/* The caller's process id: positive, never used twice. Does not fail. */
long sys_process_self(void);

/* Lets the other ready processes run first. 0. */
long sys_yield(void);

/* Ends the caller and its children at once, with status & 0xff. Standard output that is
 * still buffered is lost: programs call exit(). */
_Noreturn void sys_process_exit(long status);

/* Makes a stopped child; trapeze_create() is its comfortable form. The words hold up to
 * PROGRAM_NAME_BYTES of name, first byte lowest, padded with NUL. The child's id, or
 * E_NO_PROGRAM, E_BAD_PROGRAM, E_NO_MEMORY, E_INVALID (no name). */
long sys_process_create(uint64_t name0, uint64_t name1, uint64_t name2, uint64_t name3,
                        uint64_t name4);

/* Adds `length` bytes (1 to 32, in the words, first byte lowest) to a stopped child's
 * arguments: strings, each with its NUL, argv[0] among them. 0, or E_NO_PROCESS,
 * E_BAD_STATE (it runs already), E_INVALID (length), E_TOO_LONG (more than
 * MAX_ARGUMENT_BYTES). */
long sys_process_argument(long process, size_t length, uint64_t byte0, uint64_t byte8,
                          uint64_t byte16, uint64_t byte24);

/* Lets a stopped child run. 0, or E_NO_PROCESS, E_BAD_STATE (it runs already),
 * E_INVALID (its last argument has no NUL). */
long sys_process_start(long process);

/* Ends a child, and all of its own first; trapeze_wait() then tells END_KILLED. 0, or
 * E_NO_PROCESS. */
long sys_process_kill(long process);

/* Adds zeroed pages to the heap; returns the address where they begin, which is where
 * the heap ended. 0 pages: asks where it ends. E_NO_MEMORY. malloc() and sbrk() use
 * this. */
long sys_memory_extend(size_t page_count);

/* Gives up to 40 bytes (in the words, first byte lowest) to the console. How many it
 * took, from 0 on: never blocks, call again with the rest. E_INVALID (length). stdout
 * uses this. */
long sys_debug_write(size_t length, uint64_t byte0, uint64_t byte8, uint64_t byte16,
                     uint64_t byte24, uint64_t byte32);

/* One item of trapeze/info.def, or E_INVALID. */
long sys_kernel_info(long item);

/* The two calls with a deadline take it in t1, where no C function has an argument. */

/* How a child ended: the registers a0 to a4 of process_wait. */
struct trapeze_child {
    int64_t process;
    int64_t kind; /* enum trapeze_end */
    union {
        int64_t status;  /* END_EXITED: 0 to 255 */
        uint64_t scause; /* END_FAULTED: Privileged 1.12, table 4.2 */
    };
    uint64_t pc;    /* END_FAULTED: of the instruction that did it */
    uint64_t value; /* END_FAULTED: stval, an address or an instruction's bits */
};
static_assert(sizeof(struct trapeze_child) == 40, "trapeze_wait stores five registers");

/* process_wait: blocks until that child, or any child if `process` is 0, has ended, or
 * the deadline has passed. Its id, or E_NO_PROCESS (no such child), E_TIMEOUT. Each end
 * is told once. */
long trapeze_wait(long process, uint64_t deadline_ticks, struct trapeze_child *child);

/* sleep: blocks until the deadline. 0, or E_INVALID for TRAPEZE_NEVER. */
long trapeze_sleep_until(uint64_t deadline_ticks);

/* On top of them. */

/* Makes a stopped child from the program argv[0], with those arguments;
 * sys_process_start() lets it run. Its id, or a negative error of process_create and
 * process_argument; with E_BAD_PROGRAM, *elf_error (if not NULL) is an `enum
 * elf_error`. */
long trapeze_create(int argc, char *const argv[], long *elf_error);

/* trapeze_create() and sys_process_start(). */
long trapeze_spawn(int argc, char *const argv[]);

/* Writes text to the console past stdio: buffers nothing, allocates nothing; yields
 * while the console takes no more. */
void trapeze_console_write(const char *text, size_t length);

/* The name, "E_INVALID", and the meaning of a negative result. */
const char *trapeze_error_name(long error);
const char *trapeze_error_meaning(long error);

/* What is wrong with the ELF file, for the detail that comes with E_BAD_PROGRAM. */
const char *trapeze_elf_error_text(long elf_error);

/* "illegal instruction" for scause 2, and so on: Privileged 1.12, table 4.2. */
const char *trapeze_cause_name(uint64_t scause);

/* Writes "exited with status 3", "was ended: load page fault, pc 0x..., value 0x..." or
 * the like, with its NUL, to the buffer and returns the buffer. */
char *trapeze_describe(const struct trapeze_child *child, char *buffer,
                       size_t capacity);

/* For tests: a system call with every register in the caller's hand. */

/* x1 to x31. */
struct trapeze_registers {
    uint64_t ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5, a6, a7;
    uint64_t s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6;
};
static_assert(sizeof(struct trapeze_registers) == 31 * 8,
              "syscalls.S counts the words");

/* Loads all of them (sp, gp and tp too, whatever they hold), executes an ecall, and
 * stores all of them back. */
void trapeze_ecall(struct trapeze_registers *registers);
