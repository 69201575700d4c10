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
#define ROW(name, ...) [SYS_##name] = {sys_##name, __VA_ARGS__}

static const struct row {
    syscall_handler *handler;
    uint8_t type;      /* of what a0 names: enum trapeze_object, ANY, or 0: no handle */
    bool makes_handle; /* the caller's table needs room for one more */
    uint16_t rights;   /* that the handle in a0 needs */
} rows[] = {
    ROW(process_exit, 0, false, 0),
    ROW(kernel_info, 0, false, 0),
    ROW(handle_duplicate, 0, false, 0),
    ROW(handle_close, 0, false, 0),
    ROW(handle_inspect, ANY, false, 0),
    ROW(object_destroy, 0, false, 0),
    ROW(endpoint_create, 0, true, 0),
    ROW(memory_create, 0, true, 0),
    ROW(memory_unmap, OBJECT_PROCESS, false, RIGHT_CONTROL),
    ROW(memory_protect, OBJECT_PROCESS, false, RIGHT_CONTROL),
    ROW(memory_physical, OBJECT_MEMORY, false, RIGHT_PHYSICAL),
    ROW(device_create, OBJECT_MACHINE, true, RIGHT_DEVICE),
    ROW(process_create, 0, true, 0),
    ROW(process_give, OBJECT_PROCESS, false, RIGHT_CONTROL),
    ROW(process_start, OBJECT_PROCESS, false, RIGHT_CONTROL),
    ROW(process_kill, OBJECT_PROCESS, false, RIGHT_CONTROL),
    ROW(process_inspect, OBJECT_PROCESS, false, RIGHT_INSPECT),
    ROW(registers_read, OBJECT_PROCESS, false, RIGHT_CONTROL),
    ROW(registers_write, OBJECT_PROCESS, false, RIGHT_CONTROL),
    ROW(process_priority, OBJECT_PROCESS, false, RIGHT_CONTROL),
    ROW(process_limit, OBJECT_PROCESS, false, RIGHT_CONTROL),
    ROW(irq_create, OBJECT_MACHINE, true, RIGHT_DEVICE),
    ROW(irq_bind, OBJECT_IRQ, false, RIGHT_BIND),
    ROW(irq_ack, OBJECT_IRQ, false, RIGHT_BIND),
    ROW(machine_off, OBJECT_MACHINE, false, RIGHT_OFF),
    ROW(log_write, OBJECT_MACHINE, false, RIGHT_LOG),
    ROW(log_claim, OBJECT_MACHINE, false, RIGHT_LOG),
    ROW(process_pin, OBJECT_PROCESS, false, RIGHT_CONTROL),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Looks up what the call needs. */
static enum trapeze_error prepare(struct call *call, const struct row *row)
{
    struct handle_table *handles = &call->caller->handles;
    enum trapeze_error error = E_OK;
    if (row->type == 0)
        ;
    else if (row->type == OBJECT_PROCESS)
        error =
            process_lookup(call->caller, call->frame->a0, row->rights, &call->process);
    else
        error =
            handle_lookup(handles, call->frame->a0, row->type == ANY ? 0 : row->type,
                          row->rights, &call->handle);
    return error == E_OK && row->makes_handle ? handle_reserve(handles) : error;
}

static __attribute__((noinline)) void dispatch(struct process *caller,
                                               const struct row *row)
{
    struct call call;
    int64_t result = E_NO_SYSCALL;
    call.caller = caller;
    call.frame = &caller->thread.trapframe;
    if (row->handler != NULL) {
        result = prepare(&call, row);
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
