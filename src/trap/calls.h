/* SPDX-License-Identifier: MIT
 *
 * The functions of the system calls. By the time one runs, what a0 names has been
 * looked up (syscall.c has the table). It reads its other arguments from the caller's
 * registers, checks all of them, and only then changes anything. What it returns
 * becomes a0.
 */
#pragma once

#include "object/process.h"

/* `handle`: what a0 names, where the table has a type; `process`: the same, where that
 * is a process (0 names the caller). */
struct call {
    struct process *caller;
    struct trapframe *frame; /* the caller's */
    struct handle *handle;
    struct process *process;
};

#define STATUS_MAX 255 /* of a process's end, and the machine's */

typedef int64_t syscall_handler(const struct call *call);

#define SYSCALL(number, name, arity, arguments, summary) syscall_handler sys_##name;
#include <trapeze/syscalls.def>
#undef SYSCALL

/* A long call that an interrupt has cut short will be made again; its progress is in
 * the object. */
static inline int64_t restart(const struct call *call)
{
    call->frame->sepc -= ECALL_BYTES;
    return (int64_t)call->frame->a0;
}

/* Results in a1 to a4. */
static inline int64_t give_words(const struct call *call, uint64_t word0,
                                 uint64_t word1, uint64_t word2, uint64_t word3)
{
    call->frame->a1 = word0;
    call->frame->a2 = word1;
    call->frame->a3 = word2;
    call->frame->a4 = word3;
    return E_OK;
}

/* A new handle of the caller's, for which there is room, to what it has just made. */
static inline int64_t give_handle(const struct call *call, struct object *object,
                                  uint32_t rights)
{
    return (int64_t)handle_add(&call->caller->handles, object, rights, 0);
}
