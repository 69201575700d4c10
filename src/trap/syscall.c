/* SPDX-License-Identifier: MIT
 *
 * The table of system calls, and the way from an ecall's registers to a function and
 * back.
 */
#include "object/endpoint.h"
#include "object/memory_object.h"
#include "sched/sched.h"
#include "trap/calls.h"
#include "trap/trap.h"

/* The calls that are to be quick find their arguments, and put their results, where
 * those belong themselves. */
typedef void direct_handler(struct process *caller);

static void direct_process_self(struct process *caller)
{
    caller->thread.trapframe.a0 = caller->object->id;
}

static void direct_yield(struct process *caller)
{
    caller->thread.trapframe.a0 = E_OK;
    sched_yield(&caller->thread);
}

static direct_handler *const direct[] = {
    [SYS_call] = endpoint_call,           [SYS_reply_recv] = endpoint_reply_recv,
    [SYS_send] = endpoint_send,           [SYS_recv] = endpoint_recv,
    [SYS_reply] = endpoint_reply,         [SYS_signal] = endpoint_signal,
    [SYS_memory_map] = direct_memory_map, [SYS_process_self] = direct_process_self,
    [SYS_yield] = direct_yield,
};

#define ANY 0xff
#define sys_call NULL
#define sys_reply_recv NULL
#define sys_send NULL
#define sys_recv NULL
#define sys_reply NULL
#define sys_signal NULL
#define sys_memory_map NULL
#define sys_process_self NULL
#define sys_yield NULL
static const struct row {
    syscall_handler *handler;
    struct target {        /* what a0 has to name */
        uint8_t type;      /* enum trapeze_object, ANY, or 0: a0 is no handle */
        bool makes_handle; /* the caller's table needs room for one more */
        uint16_t rights;
    } target;
} rows[] = {
#define SYSCALL(number, name, arity, arguments, summary) [number].handler = sys_##name,
#include <trapeze/syscalls.def>
#undef SYSCALL
    [SYS_handle_inspect].target = {ANY, false, 0},
    [SYS_endpoint_create].target = {0, true, 0},
    [SYS_memory_create].target = {0, true, 0},
    [SYS_memory_unmap].target = {OBJECT_PROCESS, false, RIGHT_CONTROL},
    [SYS_memory_protect].target = {OBJECT_PROCESS, false, RIGHT_CONTROL},
    [SYS_memory_physical].target = {OBJECT_MEMORY, false, RIGHT_PHYSICAL},
    [SYS_device_create].target = {OBJECT_MACHINE, true, RIGHT_DEVICE},
    [SYS_process_create].target = {0, true, 0},
    [SYS_process_give].target = {OBJECT_PROCESS, false, RIGHT_CONTROL},
    [SYS_process_start].target = {OBJECT_PROCESS, false, RIGHT_CONTROL},
    [SYS_process_kill].target = {OBJECT_PROCESS, false, RIGHT_CONTROL},
    [SYS_process_inspect].target = {OBJECT_PROCESS, false, RIGHT_INSPECT},
    [SYS_registers_read].target = {OBJECT_PROCESS, false, RIGHT_CONTROL},
    [SYS_registers_write].target = {OBJECT_PROCESS, false, RIGHT_CONTROL},
    [SYS_process_priority].target = {OBJECT_PROCESS, false, RIGHT_CONTROL},
    [SYS_process_limit].target = {OBJECT_PROCESS, false, RIGHT_CONTROL},
    [SYS_process_pin].target = {OBJECT_PROCESS, false, RIGHT_CONTROL},
    [SYS_irq_create].target = {OBJECT_MACHINE, true, RIGHT_DEVICE},
    [SYS_irq_bind].target = {OBJECT_IRQ, false, RIGHT_BIND},
    [SYS_irq_ack].target = {OBJECT_IRQ, false, RIGHT_BIND},
    [SYS_machine_off].target = {OBJECT_MACHINE, false, RIGHT_OFF},
    [SYS_log_write].target = {OBJECT_MACHINE, false, RIGHT_LOG},
    [SYS_log_claim].target = {OBJECT_MACHINE, false, RIGHT_LOG},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Looks up what the call needs. */
static enum trapeze_error prepare(struct call *call, const struct target *target)
{
    struct handle_table *handles = &call->caller->handles;
    enum trapeze_error error = E_OK;
    if (target->type == 0)
        ;
    else if (target->type == OBJECT_PROCESS)
        error = process_lookup(call->caller, call->frame->a0, target->rights,
                               &call->process);
    else
        error = handle_lookup(handles, call->frame->a0,
                              target->type == ANY ? 0 : target->type, target->rights,
                              &call->handle);
    return error == E_OK && target->makes_handle ? handle_reserve(handles) : error;
}

static __attribute__((noinline)) void dispatch(struct process *caller,
                                               const struct row *row)
{
    struct call call;
    int64_t result = E_NO_SYSCALL;
    call.caller = caller;
    call.frame = &caller->thread.trapframe;
    if (row->handler != NULL) {
        result = prepare(&call, &row->target);
        if (result == E_OK)
            result = row->handler(&call);
    }
    caller->thread.trapframe.a0 = (uint64_t)result;
}

void syscall_dispatch(struct thread *thread, uint64_t scause)
{
    (void)scause;
    struct process *caller = process_of(thread);
    uint64_t number = thread->trapframe.a7;
    thread->trapframe.sepc += ECALL_BYTES;
    if (number < COUNT(direct) && direct[number] != NULL)
        direct[number](caller);
    else
        dispatch(caller, &rows[number < COUNT(rows) ? number : 0]); /* 0: none */
}
