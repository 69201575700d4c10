/* SPDX-License-Identifier: MIT
 *
 * System calls: memory, devices and their interrupts.
 */
#include "trap/calls.h"

#include "object/irq.h"
#include "object/memory_object.h"
#include "platform/machine.h"

int64_t sys_memory_create(const struct call *call)
{
    const struct trapframe *frame = call->frame;
    struct object *object;
    if (frame->a0 == 0 || frame->a0 > MEMORY_PAGES_MAX ||
        (frame->a1 & ~(uint64_t)MEMORY_CONTIGUOUS) != 0)
        return E_INVALID;
    enum trapeze_error error =
        memory_create(call->caller, frame->a0, frame->a1, &object);
    if (error != E_OK)
        return error;
    return object == NULL ? restart(call)
                          : give_handle(call, object, RIGHTS_ACCESS | RIGHT_PHYSICAL);
}

int64_t sys_memory_unmap(const struct call *call)
{
    return memory_unmap(call->process, call->frame->a1);
}

int64_t sys_memory_protect(const struct call *call)
{
    return memory_protect(call->process, call->frame->a1, call->frame->a2);
}

int64_t sys_memory_physical(const struct call *call)
{
    struct object *memory = call->handle->object;
    uint64_t page = call->frame->a1;
    return page < memory->memory.page_count ? (int64_t)memory_page(memory, page).value
                                            : E_INVALID;
}

int64_t sys_device_create(const struct call *call)
{
    const struct trapframe *frame = call->frame;
    if (frame->a2 > MEMORY_PAGES_MAX || !machine_is_device(frame->a1, frame->a2))
        return E_INVALID;
    struct object *object =
        memory_create_foreign(call->caller, paddr(frame->a1), frame->a2);
    return object == NULL
               ? E_NO_SLOT
               : give_handle(call, object, RIGHT_READ | RIGHT_WRITE | RIGHT_PHYSICAL);
}

int64_t sys_irq_create(const struct call *call)
{
    struct object *object;
    enum trapeze_error error = irq_create(call->caller, call->frame->a1, &object);
    return error == E_OK ? give_handle(call, object, RIGHT_BIND) : error;
}

int64_t sys_irq_bind(const struct call *call)
{
    struct handle *endpoint;
    enum trapeze_error error = handle_lookup(&call->caller->handles, call->frame->a1,
                                             OBJECT_ENDPOINT, RIGHT_SIGNAL, &endpoint);
    if (error == E_OK)
        irq_bind(call->handle->object, endpoint->object, endpoint->badge);
    return error;
}

int64_t sys_irq_ack(const struct call *call) { return irq_ack(call->handle->object); }
