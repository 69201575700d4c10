/* SPDX-License-Identifier: MIT
 *
 * System calls: endpoints and handles.
 */
#include "trap/calls.h"

#include "object/death.h"

int64_t sys_endpoint_create(const struct call *call)
{
    struct object *object = process_make_object(call->caller, OBJECT_ENDPOINT);
    if (object == NULL)
        return E_NO_SLOT;
    return give_handle(call, object, RIGHT_SEND | RIGHT_RECEIVE | RIGHT_SIGNAL);
}

int64_t sys_handle_duplicate(const struct call *call)
{
    const struct trapframe *frame = call->frame;
    return handle_duplicate(&call->caller->handles, frame->a0, frame->a1, frame->a2);
}

int64_t sys_handle_close(const struct call *call)
{
    call->caller->send.id = call->caller->signal.id = call->caller->receive_id = NO_ID;
    return handle_close(&call->caller->handles, call->frame->a0);
}

int64_t sys_handle_inspect(const struct call *call)
{
    const struct handle *handle = call->handle;
    const struct object *object = handle->object;
    bool memory = object->type == OBJECT_MEMORY;
    return give_words(call, object->type, handle->rights, handle->badge,
                      memory ? object->memory.page_count : object->id);
}

/* What an interrupt has cut short is finished first, even if the caller's registers
 * have been written since and name another object now: then that one's turn comes. */
int64_t sys_object_destroy(const struct call *call)
{
    struct process *caller = call->caller;
    struct handle *handle = NULL;
    enum trapeze_error error =
        handle_lookup(&caller->handles, call->frame->a0, 0, 0, &handle);
    if (caller->destroying == NULL) {
        if (error != E_OK)
            return error;
        if (handle->object->type == OBJECT_PROCESS)
            return E_WRONG_TYPE;
        if (handle->object->payer != caller)
            return E_RIGHTS;
        caller->destroying = handle->object;
    }
    bool asked_for = handle != NULL && handle->object == caller->destroying;
    if (!death_destroy(caller->destroying))
        return restart(call);
    caller->destroying = NULL;
    return asked_for ? E_OK : restart(call);
}
