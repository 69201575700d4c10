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

static void end_condemned(struct process *condemned)
{
    if (condemned != NULL)
        death_mark(condemned, END_FAULTED, 0);
}

bool death_destroy(struct object *object)
{
    struct process *condemned = NULL;
    object->id = 0;
    switch (object->type) {
    case OBJECT_ENDPOINT:
        while (notice_clear(object, &condemned)) {
            end_condemned(condemned);
            condemned = NULL;
            if (interrupt_is_pending())
                return false;
        }
        process_free_object(object);
        return true;
    case OBJECT_MEMORY:
        return memory_destroy(object);
    case OBJECT_IRQ:
        irq_destroy(object);
        return true;
    default: /* the machine */
        process_free_object(object);
        return true;
    }
}

/* One step of the descendants' end. False: none is left, or it waits for one. */
static bool end_a_child(struct process *process)
{
    struct list *link = list_first(&process->children);
    if (link == NULL)
        return false;
    struct object *object = container_of(link, struct object, owned);
    struct process *child = object->process.process;
    if (child == NULL) { /* an end that nobody has heard of */
        notice_forget_end(object);
        process_free_object(object);
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
    struct process *condemned = NULL;
    if (notice_abandon(process, &condemned)) {
        end_condemned(condemned);
        return true;
    }
    struct list *link = list_first(&process->mappings);
    if (link != NULL) {
        mapping_remove(container_of(link, struct object, owned), true);
        return true;
    }
    link = list_first(&process->objects);
    if (link != NULL) {
        death_destroy(container_of(link, struct object, owned));
        return true;
    }
    return handle_table_shrink(&process->handles) ||
           address_space_shrink(&process->space);
}

void death_dismantle(struct process *process)
{
    while (end_a_child(process))
        if (interrupt_is_pending())
            return;
    if (process->thread.state == THREAD_AWAITING_CHILDREN)
        return;
    if (process->thread.space != NULL) {
        translations_leave(&process->thread);
    }
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
