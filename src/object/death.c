/* SPDX-License-Identifier: MIT
 *
 * The end of processes and objects.
 */
#include "object/death.h"

#include "object/irq.h"
#include "object/notice.h"
#include "object/priority.h"
#include "object/rendezvous.h"
#include "platform/interrupt.h"
#include "sched/sched.h"
#include "sched/translations.h"

static const struct process_object *first_end; /* NULL: it has not ended */

void death_mark(struct process *process, enum trapeze_end end, uint8_t killer_priority)
{
    struct thread *thread = &process->thread;
    if (process_is_dying(process) || thread->state == THREAD_ENDED)
        return;
    struct process_object *told = &process->object->process;
    told->end = end;
    if (end == END_KILLED)
        told->status = told->pc = told->value = 0;
    thread->flags |= THREAD_DYING;
    thread_unquick(thread);
    if (process->parent != NULL) { /* behind those that are not marked */
        list_remove(&process->object->owned);
        list_append(&process->parent->children, &process->object->owned);
    }
    if (killer_priority > process->thread.own_priority)
        priority_set_own(process, killer_priority);
    sched_hurry(thread);
    if (thread->state == THREAD_STOPPED || thread_is_blocked(thread)) {
        rendezvous_withdraw(process);
        sched_make_ready(thread);
    }
}

/* What a process waits for will not come: it gets `error`, or, where it has faulted and
 * nobody can judge it any more, it ends. */
static void let_down(struct process *process, enum trapeze_error error)
{
    enum thread_state state = process->thread.state;
    if (state == THREAD_FAULTING || state == THREAD_AWAITING_VERDICT)
        death_mark(process, END_FAULTED, 0);
    else
        rendezvous_give_up(process, error);
}

/* One step of a server's end: of who waits for its reply, then of its endpoints. False:
 * nothing is left. */
static bool abandon_one(struct process *server)
{
    struct process *caller = LIST_FIRST(&server->callers, struct process, calling);
    struct object *served = LIST_FIRST(&server->serves, struct object, endpoint.served);
    if (caller == NULL)
        caller = server->caller;
    if (caller != NULL)
        let_down(caller, E_PEER);
    else if (served != NULL)
        priority_set_server(served, NULL);
    return caller != NULL || served != NULL;
}

/* What waits at an endpoint does not any more: a process, or an end, which nobody hears
 * of then. */
static void send_away(struct object *waiting)
{
    struct process *process = waiting->process.process;
    if (process != NULL) {
        let_down(process, E_GONE);
        return;
    }
    if (waiting->process.endpoint != NULL)
        rendezvous_remove(waiting, waiting->process.endpoint);
    process_free_object(waiting);
}

bool death_destroy(struct object *object)
{
    struct object *waiting;
    object->id = 0;
    switch (object->type) {
    case OBJECT_ENDPOINT:
        while ((waiting = rendezvous_first(object)) != NULL) {
            send_away(waiting);
            if (interrupt_is_pending())
                return false;
        }
        priority_set_server(object, NULL);
        break;
    case OBJECT_MEMORY:
        return memory_destroy(object);
    case OBJECT_IRQ:
        irq_destroy(object);
        return true;
    default: /* the machine */
        break;
    }
    process_free_object(object);
    return true;
}

/* One step of the descendants' end. False: none is left, or it waits for one. */
static bool end_a_child(struct process *process)
{
    struct object *object = LIST_FIRST(&process->children, struct object, owned);
    if (object == NULL)
        return false;
    struct process *child = object->process.process;
    if (child == NULL) { /* an end that nobody has heard of */
        send_away(object);
        return true;
    }
    if (process_is_dying(child)) { /* whoever waits for this one waits for the child */
        sched_block(&process->thread, THREAD_AWAITING_CHILDREN, 0);
        priority_lend_to(process, child);
        return false;
    }
    death_mark(child, END_KILLED, process->thread.priority);
    return true;
}

/* The other steps, in their order. False: nothing is left. */
static bool give_something_back(struct process *process)
{
    if (abandon_one(process))
        return true;
    struct object *mapping = LIST_FIRST(&process->mappings, struct object, owned);
    struct object *object = LIST_FIRST(&process->objects, struct object, owned);
    if (mapping != NULL)
        mapping_remove(mapping, true);
    else if (object != NULL)
        death_destroy(object);
    else
        return handle_table_shrink(&process->handles) ||
               address_space_shrink(&process->space);
    return true;
}

void death_dismantle(struct process *process)
{
    while (end_a_child(process))
        if (interrupt_is_pending())
            return;
    if (process->thread.state == THREAD_AWAITING_CHILDREN)
        return;
    if (process->thread.space != NULL)
        translations_leave(&process->thread);
    while (give_something_back(process))
        if (interrupt_is_pending())
            return;
    sched_depart(&process->thread);
}

void death_bury(struct process *process)
{
    assert(process->thread.state == THREAD_ENDED);
    assert(process->pages.used == PROCESS_PAGES_MIN && process->slots.used == 0);
    struct object *object = process->object;
    struct process *parent = process->parent;
    struct object *supervisor = process->supervisor;
    uint64_t supervisor_id = process->supervisor_id;
    bool awaited = parent != NULL && parent->thread.state == THREAD_AWAITING_CHILDREN;
    if (awaited) /* it may be lending to this one */
        priority_return(parent);
    object->process.badge = process->supervisor_badge;
    object->process.process = NULL;
    object->id = 0;
    priority_forget(process);
    process_release(process);
    if (parent == NULL) {
        first_end = &object->process;
        return;
    }
    if (!notice_end(object, supervisor, supervisor_id))
        process_free_object(object);
    if (awaited)
        sched_make_ready(&parent->thread);
}

const struct process_object *death_of_first(void) { return first_end; }
