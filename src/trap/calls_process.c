/* SPDX-License-Identifier: MIT
 *
 * System calls: processes.
 */
#include "trap/calls.h"

#include "base/string.h"
#include "object/death.h"
#include "object/priority.h"
#include "platform/machine.h"
#include "sched/harts.h"
#include "sched/sched.h"
#include "sched/translations.h"

#define PERIOD_MAX 60000000 /* microseconds */
#define LIMIT_MIN 100 /* the same: the interrupt that ends them must not take all */
#define GROUP_WORDS 4

/* The first end counts: of a dying process's, nothing is changed any more. */
int64_t sys_process_exit(const struct call *call)
{
    struct process_object *end = &call->caller->object->process;
    end->status = call->frame->a0 & STATUS_MAX;
    end->pc = end->value = 0;
    death_mark(call->caller, END_EXITED, 0);
    return E_OK;
}

int64_t sys_process_kill(const struct call *call)
{
    death_mark(call->process, END_KILLED, call->caller->thread.priority);
    return E_OK;
}

int64_t sys_process_create(const struct call *call)
{
    const struct trapframe *frame = call->frame;
    struct process_request request = {.badge = frame->a1,
                                      .pages = frame->a2,
                                      .slots = frame->a3,
                                      .priority = frame->a4,
                                      .name = frame->a5};
    struct handle *supervisor;
    struct process *process;
    enum trapeze_error error = E_OK;
    if (frame->a0 != 0) {
        error = handle_lookup(&call->caller->handles, frame->a0, OBJECT_ENDPOINT,
                              RIGHT_SEND, &supervisor);
        if (error != E_OK)
            return error;
        if (supervisor->badge != 0 && request.badge != 0)
            return E_BADGE;
        request.supervisor = supervisor->object;
        request.badge |= supervisor->badge;
    }
    error = process_create(call->caller, &request, &process);
    return error != E_OK
               ? error
               : give_handle(call, process->object, RIGHT_CONTROL | RIGHT_INSPECT);
}

int64_t sys_process_give(const struct call *call)
{
    struct handle_table *table = &call->process->handles;
    struct handle *handle;
    enum trapeze_error error =
        handle_lookup(&call->caller->handles, call->frame->a1, 0, 0, &handle);
    if (error == E_OK)
        error = handle_reserve(table);
    return error != E_OK ? error
                         : (int64_t)handle_add(table, handle->object, handle->rights,
                                               handle->badge);
}

int64_t sys_process_start(const struct call *call)
{
    const struct trapframe *frame = call->frame;
    struct thread *thread = &call->process->thread;
    if (thread->state != THREAD_STOPPED)
        return E_BAD_STATE;
    thread->trapframe.sepc = frame->a1;
    thread->trapframe.sp = frame->a2;
    thread->trapframe.a0 = frame->a3;
    thread->trapframe.a1 = frame->a4;
    thread->trapframe.a2 = frame->a5;
    thread->stale |= TRANSLATIONS_STALE; /* code may have been written meanwhile */
    sched_make_ready(thread);
    return E_OK;
}

/* The number of what a process waits for. */
static uint64_t awaited(const struct process *process)
{
    enum thread_state state = process->thread.state;
    const struct object *peer = NULL;
    if (process_awaits_reply(process))
        peer = process->server->object;
    else if (state == THREAD_RECEIVING || state == THREAD_SENDING ||
             state == THREAD_CALLING || state == THREAD_FAULTING)
        peer = process->endpoint;
    return peer == NULL ? 0 : peer->id;
}

static uint64_t to_microseconds(uint64_t ticks)
{
    return ticks * 1000000 / machine.timebase_hz;
}

static uint64_t to_ticks(uint64_t microseconds)
{
    return microseconds * machine.timebase_hz / 1000000;
}

int64_t sys_process_inspect(const struct call *call)
{
    const struct process *process = call->process;
    const struct thread *thread = &process->thread;
    const struct process *parent = process->parent;
    switch (call->frame->a1) {
    case INSPECT_STATE:
        return give_words(call, thread->state, awaited(process), thread->cycles,
                          process->name);
    case INSPECT_BUDGET:
        return give_words(call, process->pages.used, process->pages.limit,
                          process->slots.used, process->slots.limit);
    case INSPECT_SCHEDULE:
        return give_words(call, process->thread.own_priority, thread->priority,
                          to_microseconds(thread->limit.ticks),
                          to_microseconds(thread->limit.period));
    case INSPECT_OBJECTS:
        return give_words(call, process->object->id, process->handles.count,
                          parent == NULL ? 0 : parent->object->id, thread->hart->id);
    default:
        return E_INVALID;
    }
}

/* The registers of a group, of a process whose registers are in memory: never started,
 * or suspended by a fault. */
static enum trapeze_error find_registers(const struct call *call, uint64_t **words)
{
    struct thread *thread = &call->process->thread;
    uint64_t group = call->frame->a1;
    if (group >= REGISTER_GROUPS)
        return E_INVALID;
    if (thread->state != THREAD_STOPPED && thread->state != THREAD_FAULTING &&
        thread->state != THREAD_AWAITING_VERDICT)
        return E_BAD_STATE;
    *words =
        group < REGISTER_FLOAT_GROUP
            ? (uint64_t *)&thread->trapframe + group * GROUP_WORDS
            : (uint64_t *)&thread->fpu + (group - REGISTER_FLOAT_GROUP) * GROUP_WORDS;
    return E_OK;
}

/* The last group is fcsr alone. */
static size_t group_bytes(uint64_t group)
{
    return (group == REGISTER_GROUPS - 1 ? 1 : GROUP_WORDS) * sizeof(uint64_t);
}

int64_t sys_registers_read(const struct call *call)
{
    uint64_t *words, copy[GROUP_WORDS] = {0};
    enum trapeze_error error = find_registers(call, &words);
    if (error != E_OK)
        return error;
    memcpy(copy, words, group_bytes(call->frame->a1));
    return give_words(call, copy[0], copy[1], copy[2], copy[3]);
}

int64_t sys_registers_write(const struct call *call)
{
    uint64_t *words;
    enum trapeze_error error = find_registers(call, &words);
    if (error != E_OK)
        return error;
    memcpy(words, &call->frame->a2, group_bytes(call->frame->a1));
    call->process->thread.fpu_hart = NULL; /* what is loaded is old */
    return E_OK;
}

int64_t sys_process_priority(const struct call *call)
{
    uint64_t priority = call->frame->a1;
    if (priority >= PRIORITIES)
        return E_INVALID;
    if (priority > call->caller->thread.own_priority)
        return E_RIGHTS;
    priority_set_own(call->process, (uint8_t)priority);
    return E_OK;
}

int64_t sys_process_pin(const struct call *call)
{
    struct hart *hart = harts_find(call->frame->a1);
    if (hart == NULL && call->frame->a1 != HART_ANY)
        return E_INVALID;
    sched_pin(&call->process->thread, hart);
    return E_OK;
}

int64_t sys_process_limit(const struct call *call)
{
    uint64_t microseconds = call->frame->a1, period = call->frame->a2;
    if (microseconds > period || period > PERIOD_MAX ||
        (period != 0 && microseconds < LIMIT_MIN))
        return E_INVALID;
    if (call->process == call->caller && call->caller->thread.limit.ticks != 0)
        return E_RIGHTS; /* a limit is for those who would rather not have it */
    sched_set_limit(&call->process->thread, to_ticks(microseconds), to_ticks(period));
    return E_OK;
}
