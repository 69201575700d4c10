/* SPDX-License-Identifier: MIT
 *
 * System calls. Each reads its arguments from the caller's trapframe, checks all of
 * them, and only then changes anything; results go into the trapframe as well. A call
 * that blocks leaves that to whoever wakes the caller. A long one that an interrupt
 * cuts short puts sepc back on the ecall and is made again, with its progress kept in
 * the object.
 */
#include "trap/syscall.h"

#include "base/string.h"
#include "memory/frame.h"
#include "object/process.h"
#include "platform/machine.h"
#include "platform/timer.h"
#include "platform/uart.h"
#include "sched/sched.h"

#define ECALL_BYTES 4
#define FIRST_CALL 8UL /* the lowest number in syscalls.def */

static void give(struct process *caller, int64_t result)
{
    caller->thread.trapframe.a0 = (uint64_t)result;
}

static void restart(struct process *caller)
{
    caller->thread.trapframe.sepc -= ECALL_BYTES;
}

static void sys_process_self(struct process *caller)
{
    give(caller, caller->id);
}

static void sys_yield(struct process *caller)
{
    give(caller, E_OK);
    sched_yield(&caller->thread);
}

static void sys_process_exit(struct process *caller)
{
    struct process_end end = {.kind = END_EXITED,
                              .status = caller->thread.trapframe.a0 & 0xff};
    process_end(caller, &end);
}

/* The name in a0 to a4, which are neighbours in the trapframe. */
static enum trapeze_error begin_creation(struct process *caller, uint32_t *elf_error)
{
    char name[PROGRAM_NAME_BYTES + 1];
    memcpy(name, &caller->thread.trapframe.a0, PROGRAM_NAME_BYTES);
    name[PROGRAM_NAME_BYTES] = '\0';
    if (name[0] == '\0')
        return E_INVALID;
    return process_create(caller, name, &caller->loading, elf_error);
}

static void sys_process_create(struct process *caller)
{
    if (caller->loading == NULL) {
        uint32_t elf_error = 0;
        enum trapeze_error error = begin_creation(caller, &elf_error);
        if (error != E_OK) {
            if (error == E_BAD_PROGRAM)
                caller->thread.trapframe.a1 = elf_error;
            give(caller, error);
            return;
        }
    }
    struct process *child = caller->loading;
    switch (process_load(child)) {
    case STEP_MORE:
        restart(caller);
        return;
    case STEP_NO_MEMORY:
        caller->loading = NULL;
        process_abandon(child);
        give(caller, E_NO_MEMORY);
        sched_yield(&caller->thread); /* its pages are back before the caller goes on */
        return;
    case STEP_DONE:
        caller->loading = NULL;
        give(caller, child->id);
        return;
    }
}

/* The stopped child that a0 names, or NULL with the error in a0. */
static struct process *stopped_child(struct process *caller)
{
    int64_t id = (int64_t)caller->thread.trapframe.a0;
    struct process *child = process_find_child(caller, id);
    if (child != NULL && child->thread.state == THREAD_STOPPED)
        return child;
    give(caller, child == NULL ? E_NO_PROCESS : E_BAD_STATE);
    return NULL;
}

static void sys_process_argument(struct process *caller)
{
    const struct trapframe *frame = &caller->thread.trapframe;
    struct process *child = stopped_child(caller);
    if (child == NULL)
        return;
    if (frame->a1 < 1 || frame->a1 > 4 * sizeof(uint64_t))
        give(caller, E_INVALID);
    else
        give(caller, process_add_argument(child, (const char *)&frame->a2, frame->a1));
}

static void sys_process_start(struct process *caller)
{
    struct process *child = stopped_child(caller);
    if (child != NULL)
        give(caller, process_start(child));
}

static void sys_process_wait(struct process *caller)
{
    const struct trapframe *frame = &caller->thread.trapframe;
    process_wait(caller, (int64_t)frame->a0, frame->t1);
}

static void sys_process_kill(struct process *caller)
{
    int64_t id = (int64_t)caller->thread.trapframe.a0;
    struct process *child = process_find_child(caller, id);
    if (child != NULL)
        process_end(child, &(struct process_end){.kind = END_KILLED});
    give(caller, child != NULL ? E_OK : E_NO_PROCESS);
}

static void sys_sleep(struct process *caller)
{
    uint64_t deadline_ticks = caller->thread.trapframe.t1;
    if (deadline_ticks == 0)
        give(caller, E_INVALID);
    else if (deadline_ticks <= timer_now())
        give(caller, E_OK);
    else
        sched_block(&caller->thread, THREAD_SLEEPING, deadline_ticks);
}

static void sys_memory_extend(struct process *caller)
{
    uint64_t page_count = caller->thread.trapframe.a0;
    uint64_t start = caller->heap_end;
    if (page_count > (USER_TOP - start) / PAGE_SIZE) {
        give(caller, E_NO_MEMORY);
        return;
    }
    switch (process_extend_heap(caller, start + page_count * PAGE_SIZE)) {
    case STEP_MORE:
        restart(caller);
        return;
    case STEP_NO_MEMORY:
        give(caller, E_NO_MEMORY);
        return;
    case STEP_DONE:
        give(caller, (int64_t)start);
        return;
    }
}

static void sys_debug_write(struct process *caller)
{
    const struct trapframe *frame = &caller->thread.trapframe;
    if (frame->a0 < 1 || frame->a0 > 5 * sizeof(uint64_t)) {
        give(caller, E_INVALID);
        return;
    }
    give(caller, (int64_t)uart_try_write((const char *)&frame->a1, frame->a0));
}

static void sys_kernel_info(struct process *caller)
{
    uint64_t item = caller->thread.trapframe.a0;
    const uint64_t values[] = {
        [INFO_ABI_VERSION] = TRAPEZE_ABI_VERSION,
        [INFO_FEATURES] = machine.features,
        [INFO_TIMEBASE_HZ] = timer_hz(),
        [INFO_HARTS] = machine.hart_count,
        [INFO_HART] = caller->thread.hart->id,
        [INFO_MEMORY_BYTES] = machine.memory_bytes,
        [INFO_FREE_PAGES] = frame_free_count(),
        [INFO_LARGEST_RUN_PAGES] = frame_largest_run(),
        [INFO_PROCESSES] = process_count(),
        [INFO_SLICE_TICKS] = sched_slice_ticks(),
        [INFO_TIMER_PROGRAMMINGS] = timer_programmings(),
        [INFO_SWITCHES] = sched_switches(),
        [INFO_ENTRY_INSTRET] = machine.entry_instret,
        [INFO_ASID_BITS] = asid_bits(),
        [INFO_IDLE_WAITS] = machine.idle_waits,
    };
    bool known = item < sizeof values / sizeof values[0];
    give(caller, known ? (int64_t)values[item] : E_INVALID);
}

static void no_such_call(struct process *caller)
{
    give(caller, E_NO_SYSCALL);
}

typedef void syscall_handler(struct process *caller);

static syscall_handler *const calls[] = {
#define SYSCALL(number, name, arity, arguments, summary) \
    [(number)-FIRST_CALL] = sys_##name,
#include <trapeze/syscalls.def>
#undef SYSCALL
};

void syscall_dispatch(struct thread *thread, uint64_t scause)
{
    (void)scause;
    uint64_t number = thread->trapframe.a7;
    thread->trapframe.sepc += ECALL_BYTES;
    if (number - FIRST_CALL < sizeof calls / sizeof calls[0])
        calls[number - FIRST_CALL](process_of(thread));
    else
        no_such_call(process_of(thread));
}
