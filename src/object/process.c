/* SPDX-License-Identifier: MIT
 *
 * Making a process, and giving back what it consists of.
 */
#include "object/process.h"

#include "base/boot_text.h"
#include "base/string.h"
#include "memory/frame.h"
#include "memory/kernel_map.h"
#include "sched/sched.h"

static uint64_t existing; /* processes */
static uint64_t boundary_pc;

BOOT_ONLY void process_init(uint64_t trap_return) { boundary_pc = trap_return; }

/* Takes the child's whole budget, and a slot for it, from the parent's. */
static enum trapeze_error take_budget(struct process *parent, uint64_t pages,
                                      uint64_t slots)
{
    uint64_t all_slots = slots + object_cost(OBJECT_PROCESS);
    if (!budget_take(&parent->pages, pages))
        return E_NO_MEMORY;
    if (all_slots >= slots && budget_take(&parent->slots, all_slots))
        return E_OK;
    budget_give(&parent->pages, pages);
    return E_NO_SLOT;
}

static void give_budget(struct process *parent, uint64_t pages, uint64_t slots)
{
    if (parent == NULL)
        return;
    budget_give(&parent->pages, pages);
    budget_give(&parent->slots, slots);
}

/* Page, stack and root table; on failure none of them, and NULL. */
static struct process *equip(struct object *object)
{
    paddr_t page = frame_alloc(0);
    if (paddr_is_none(page))
        return NULL;
    struct process *process = direct_map(page);
    memset(process, 0, offsetof(struct process, handles.inline_places));
    uint64_t stack_top = kernel_stack_create(object_index(object));
    if (stack_top != 0 &&
        address_space_create(&process->space, &process->pages, object_index(object))) {
        thread_init(&process->thread, hart_this(), boundary_pc, stack_top,
                    &process->space);
        return process;
    }
    if (stack_top != 0)
        kernel_stack_destroy(object_index(object));
    frame_free(page);
    return NULL;
}

static void fill(struct process *process, struct process *parent, struct object *object,
                 const struct process_request *request)
{
    process->object = object;
    process->parent = parent;
    process->token = object->number;
    process->endpoint = process->send.object = process->signal.object = object;
    list_init(&process->children);
    list_init(&process->objects);
    list_init(&process->mappings);
    list_init(&process->callers);
    list_init(&process->serves);
    process->pages = (struct budget){PROCESS_PAGES_MIN, request->pages};
    process->slots = (struct budget){0, request->slots};
    process->name = request->name;
    process->supervisor = request->supervisor;
    process->supervisor_id = request->supervisor == NULL ? 0 : request->supervisor->id;
    process->supervisor_badge = request->badge;
    process->thread.own_priority = process->thread.priority =
        (uint8_t)request->priority;
    sched_admit(&process->thread);
    process->handles.pages = &process->pages;
    object->process.process = process;
    object->process.number = object->id;
    existing++;
}

enum trapeze_error process_create(struct process *parent,
                                  const struct process_request *request,
                                  struct process **made)
{
    if (request->pages < PROCESS_PAGES_MIN || request->priority >= PRIORITIES)
        return E_INVALID;
    if (parent != NULL) {
        if (request->priority > parent->thread.own_priority)
            return E_RIGHTS;
        enum trapeze_error error = take_budget(parent, request->pages, request->slots);
        if (error != E_OK)
            return error;
    }
    struct object *object =
        object_alloc(OBJECT_PROCESS, parent, parent == NULL ? NULL : &parent->children);
    struct process *process = object == NULL ? NULL : equip(object);
    if (process == NULL) {
        give_budget(parent, request->pages,
                    request->slots + object_cost(OBJECT_PROCESS));
        if (object != NULL)
            object_free(object);
        return object == NULL ? E_NO_SLOT : E_NO_MEMORY;
    }
    fill(process, parent, object, request);
    *made = process;
    return E_OK;
}

void process_release(struct process *process)
{
    process->object->number = process->token;
    kernel_stack_destroy(object_index(process->object));
    address_space_destroy(&process->space);
    give_budget(process->parent, process->pages.limit, process->slots.limit);
    frame_free(direct_map_paddr(process));
    existing--;
}

enum trapeze_error process_lookup(struct process *caller, uint64_t number,
                                  uint32_t rights, struct process **process)
{
    struct handle *handle;
    *process = caller;
    if (number == 0)
        return E_OK;
    enum trapeze_error error =
        handle_lookup(&caller->handles, number, OBJECT_PROCESS, rights, &handle);
    if (error != E_OK)
        return error;
    *process = handle->object->process.process;
    return process_is_dying(*process) ? E_GONE : E_OK;
}

struct object *process_make_object(struct process *process, uint8_t type)
{
    if (!budget_take(&process->slots, 1))
        return NULL;
    struct object *object = object_alloc(type, process, &process->objects);
    if (object == NULL)
        budget_give(&process->slots, 1);
    return object;
}

void process_free_object(struct object *object)
{
    if (object->payer != NULL)
        budget_give(&object->payer->slots, object_cost(object->type));
    object_free(object);
}

uint64_t process_count(void) { return existing; }

void process_check(const struct process *process)
{
    assert(process->object->process.process == process);
    assert(process->pages.used <= process->pages.limit);
    assert(process->slots.used <= process->slots.limit);
    assert(process->thread.priority >= process->thread.own_priority);
    assert(process->caller == NULL || (process_awaits_reply(process->caller) &&
                                       process->caller->server == process));
    thread_check(&process->thread);
    handle_check(&process->handles);
}
