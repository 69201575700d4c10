/* SPDX-License-Identifier: MIT
 *
 * What a program can ask of the kernel and of libtrapeze, beside what the C library
 * offers. Every call returns a negative `enum trapeze_error` on failure
 * (trapeze_error_name() names it) and validates everything before it changes anything:
 * a call that fails has done nothing.
 *
 * A handle, a token and a mapping are positive numbers; 0 is none.
 *
 * Time is counted in ticks of the `time` register, INFO_TIMEBASE_HZ of them in a
 * second, since the machine was switched on. A deadline is a point on that scale;
 * TRAPEZE_NEVER is none.
 */
#pragma once

#include <assert.h>
#include <stdbool.h>
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

/* Messages. The words stay in registers all the way: a0, a1 to a5, a6, a7, t0. */

struct trapeze_message {
    int64_t kind;   /* received: enum trapeze_kind */
    uint64_t label; /* what is asked for, or the answer; a signal's bits */
    uint64_t words[4];
    uint64_t
        token; /* received: to reply to, 0 for none; reply_recv: whom to reply to */
    uint64_t badge; /* received: of the handle that was used */
    uint64_t grant; /* sent: a handle to grant; received: the handle granted; 0: none */
    uint64_t deadline; /* sent: TRAPEZE_NEVER or when to give up */
    uint64_t welcome;  /* sent: 1 if a handle may come with what is received */
};
static_assert(sizeof(struct trapeze_message) == 88, "syscalls.S counts the words");

/* Sends label, words and grant, and waits for the reply, which takes their place (with
 * kind, badge, token 0). The deadline covers both. */
long trapeze_call(uint64_t endpoint, struct trapeze_message *message);

/* Replies to message->token (0: to nobody) with label, words and grant, then waits as
 * trapeze_recv. A caller that has gone is no error. */
long trapeze_reply_recv(uint64_t endpoint, struct trapeze_message *message);

/* Sends, and waits until it is received. */
long trapeze_send(uint64_t endpoint, struct trapeze_message *message);

/* Waits for a message, a signal, a fault or an end. endpoint 0: only for the deadline.
 * The kind, which is in message->kind as well, or an error. */
long trapeze_recv(uint64_t endpoint, struct trapeze_message *message);

/* Replies; never waits. E_GONE where the caller has gone. */
long trapeze_reply(uint64_t token, const struct trapeze_message *message);

/* Blocks until the deadline. 0, or E_INVALID for TRAPEZE_NEVER. */
long trapeze_sleep_until(uint64_t deadline_ticks);

/* System calls: a stub for each line of trapeze/syscalls.def; docs/abi.md is their
 * reference. Those that take further registers are above. */
long sys_signal(uint64_t endpoint);
long sys_process_self(void);
long sys_yield(void);
_Noreturn void sys_process_exit(long status);
long sys_kernel_info(long item);
long sys_handle_duplicate(uint64_t handle, uint64_t rights, uint64_t badge);
long sys_handle_close(uint64_t handle);
long sys_object_destroy(uint64_t handle);
long sys_endpoint_create(void);
long sys_memory_create(size_t page_count, uint64_t flags);
/* process 0: the caller. rights: RIGHT_READ, RIGHT_WRITE, RIGHT_EXECUTE. The mapping.
 */
long sys_memory_map(uint64_t memory, uint64_t process, uintptr_t address,
                    size_t first_page, size_t page_count, uint64_t rights);
long sys_memory_unmap(uint64_t process, uint64_t mapping);
long sys_memory_protect(uint64_t process, uint64_t mapping, uint64_t rights);
long sys_memory_physical(uint64_t memory, size_t page);
long sys_device_create(uint64_t machine, uint64_t address, size_t page_count);
/* supervisor 0: nobody is told. name: up to 8 bytes, first byte lowest. */
long sys_process_create(uint64_t supervisor, uint64_t badge, size_t pages, size_t slots,
                        uint64_t priority, uint64_t name);
long sys_process_give(uint64_t process, uint64_t handle);
long sys_process_start(uint64_t process, uintptr_t pc, uintptr_t sp, uint64_t word0,
                       uint64_t word1, uint64_t word2);
long sys_process_kill(uint64_t process);
long sys_registers_write(uint64_t process, uint64_t group, uint64_t word0,
                         uint64_t word1, uint64_t word2, uint64_t word3);
long sys_process_priority(uint64_t process, uint64_t priority);
long sys_process_limit(uint64_t process, uint64_t microseconds, uint64_t period);
long sys_irq_create(uint64_t machine, uint64_t source);
long sys_irq_bind(uint64_t irq, uint64_t endpoint);
long sys_irq_ack(uint64_t irq);
long sys_machine_off(uint64_t machine, uint64_t status);
long sys_log_write(uint64_t machine, size_t length, uint64_t byte0, uint64_t byte8,
                   uint64_t byte16, uint64_t byte24, uint64_t byte32);
long sys_log_claim(uint64_t machine, uint64_t claim);
long sys_process_pin(uint64_t process, uint64_t hart);

/* Those with results in a1 to a4: they go to `results` on success. */
struct trapeze_handle {
    uint64_t type; /* enum trapeze_object */
    uint64_t rights;
    uint64_t badge;
    uint64_t number; /* the object's own, which never repeats; memory: its pages */
};
long trapeze_handle_inspect(uint64_t handle, struct trapeze_handle *results);
long trapeze_process_inspect(uint64_t process, uint64_t group, uint64_t results[4]);
long trapeze_registers_read(uint64_t process, uint64_t group, uint64_t results[4]);

/* What a program starts with. The block is the page above its stack; a0 of _start is
 * its address (trapeze/program.h has the picture). Strings follow it: the arguments,
 * then the environment ("NAME=value"), each with its NUL; behind them is room for the
 * pointers of argv and envp, which crt0 makes there. */

#define TRAPEZE_STARTUP_BYTES 4096
#define TRAPEZE_STARTUP_HANDLES 24
#define TRAPEZE_NAME_BYTES 16

struct trapeze_startup {
    uint32_t bytes; /* of the block in use, strings included */
    uint32_t argument_count;
    uint32_t environment_count;
    uint32_t handle_count;
    uint64_t image_end; /* page-aligned: the first address behind the program's image */
    struct {
        char name[TRAPEZE_NAME_BYTES]; /* "console", "names", "archive", ... */
        uint64_t handle;
    } handles[TRAPEZE_STARTUP_HANDLES];
    char strings[];
};

/* The handle that the program was started with under this name, 0 if none. Names that
 * every ordinary program has: "console" (send), "names" (send), "archive" (read). */
uint64_t trapeze_inherited(const char *name);
const struct trapeze_startup *trapeze_startup(void);

/* From now on trapeze_inherited(name) is this handle (0: none), and children inherit it
 * where they inherit that name. E_INVALID (the name), E_NO_SLOT (too many names). */
long trapeze_adopt(const char *name, uint64_t handle);

/* Address ranges for mappings: above the heap, none twice, each with a page behind it
 * that stays unmapped. 0: none is left. What is given must have been taken as it is:
 * any other address or length ends the program. */
uintptr_t trapeze_range_take(size_t page_count);
void trapeze_range_give(uintptr_t address, size_t page_count);

/* Maps a memory object's first pages into the caller where there is room (in pieces of
 * MAP_PAGES_MAX), and takes them out again. NULL: *error (if not NULL) says why. */
void *trapeze_map(uint64_t memory, size_t page_count, uint64_t rights, long *error);
void trapeze_unmap(void *address);

/* The boot archive, the inherited handle "archive", is mapped when it is first asked
 * for, and stays. NULL: there is none, or there is no file of this name.
 * trapeze/archive.h lists what is in it. */
const void *trapeze_archive(size_t *length);
const void *trapeze_archive_file(const char *name, size_t *length);

/* The name server: the handle for a name, or an error (E_INVALID: the name is too long
 * or empty; E_BAD_HANDLE: the caller has inherited no "names"; those of trapeze/names.h
 * and of trapeze_call). What is registered is a duplicate that can only be sent to. */
long trapeze_lookup(const char *name);
long trapeze_register(const char *name, uint64_t endpoint);

/* Programs. */

struct trapeze_spawn_options {
    uint64_t pages;      /* the child's budget; 0: what it needs, and to grow
                            TRAPEZE_SPAWN_EXTRA_PAGES, but at most a quarter of what
                            the caller has left. The pages of its image and of its stack
                            are the caller's beside that. */
    uint64_t slots;      /* 0: the same, with TRAPEZE_SPAWN_SLOTS */
    int64_t priority;    /* negative: the caller's */
    uint64_t supervisor; /* endpoint handle with RIGHT_SEND; 0: libtrapeze's own, for
                            trapeze_wait() */
    uint64_t badge;      /* of the supervisor's messages; 0 with supervisor 0 */
    char *const *environment; /* ends with NULL; NULL: the caller's */
    /* Handles beside those that are inherited from the caller ("console", "names",
     * "archive", unless given here); ends with a NULL name. NULL: none. */
    const struct trapeze_spawn_handle {
        const char *name;
        uint64_t handle;
    } * handles;
    bool bare;    /* inherit nothing */
    bool stopped; /* do not start it: trapeze_start_spawned() */
};
#define TRAPEZE_SPAWN_EXTRA_PAGES 1024
#define TRAPEZE_SPAWN_SLOTS 1024

/* Why there is no child: beside the kernel's errors, from -100 down. */
#define SPAWN_NO_PROGRAM (-100L)  /* the archive has no program of this name */
#define SPAWN_BAD_ARCHIVE (-101L) /* the archive is broken, or there is none */
#define SPAWN_TOO_LONG (-102L)    /* arguments and environment fill more than a page */
#define SPAWN_BAD_PROGRAM (-200L) /* -200 - n: an enum elf_error n */

/* Starts the program argv[0] of the boot archive. The process's handle (all rights), or
 * a negative error. options NULL: as trapeze_spawn. An own supervisor may hear of the
 * end of a child of which the caller hears only that it could not be started. */
long trapeze_spawn_with(int argc, char *const argv[],
                        const struct trapeze_spawn_options *options);
long trapeze_start_spawned(long process);

/* The same with options that are all zero, but for the caller's priority. */
long trapeze_spawn(int argc, char *const argv[]);

/* For a child with a supervisor of its own, after its KIND_END: gives back what it was
 * made of and closes its handle. 0, or E_BAD_HANDLE (no such child). */
long trapeze_collect(long process);

/* How a child ended. */
struct trapeze_child {
    int64_t process; /* the handle, closed by now */
    int64_t kind;    /* enum trapeze_end */
    union {
        int64_t status;  /* END_EXITED: 0 to 255 */
        uint64_t scause; /* END_FAULTED: Privileged 1.12, table 4.2 */
    };
    uint64_t pc;    /* END_FAULTED: of the instruction that did it */
    uint64_t value; /* END_FAULTED: stval, an address or an instruction's bits */
};

/* Blocks until that child (0: any) of those spawned without a supervisor has ended, or
 * the deadline has passed. A fault of theirs ends them. The child's handle, which is
 * closed with that; E_TIMEOUT; E_BAD_HANDLE (no such child). Each end is told once. */
long trapeze_wait(long process, uint64_t deadline_ticks, struct trapeze_child *child);

/* Ends a child; trapeze_wait() then tells END_KILLED. */
static inline long trapeze_kill(long process)
{
    return sys_process_kill((uint64_t)process);
}

/* A server's loop: receives on `endpoint`, and gives each message to the handler, which
 * turns it into the reply. Where the handler returns false there is no reply now: it
 * has kept the token, or there is nobody to reply to. TRAPEZE_PING is answered by the
 * loop. A handle that comes with a message (`grant`) is the handler's if it sets
 * `grant` to something else, 0 or what the reply is to grant; the loop closes it
 * otherwise. A reply whose grant fails, since it is not welcome or gone, goes out
 * without it and with the error as its label. The handler may set `deadline`, for the
 * next receive and those that follow. Returns only
 * with an error of reply_recv. */
#define TRAPEZE_PING UINT64_C(0x70696e67) /* label: answered with the same label */
long trapeze_serve(uint64_t endpoint, bool (*handle)(struct trapeze_message *message));

/* Output past stdio: buffers nothing, allocates nothing. */
void trapeze_console_write(const char *text, size_t length);

/* The name, "E_INVALID", and the meaning of a negative result, SPAWN_* included. */
const char *trapeze_error_name(long error);
const char *trapeze_error_meaning(long error);

/* "illegal instruction" for scause 2, and so on: Privileged 1.12, table 4.2. */
const char *trapeze_cause_name(uint64_t scause);

/* "RECEIVING" and "waits for a message, or sleeps". */
const char *trapeze_state_name(uint64_t state);
const char *trapeze_state_meaning(uint64_t state);

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

/* Executes an ecall with these registers, and puts what comes back in their place.
 * Everything may be garbage, even sp. */
void trapeze_ecall(struct trapeze_registers *registers);
