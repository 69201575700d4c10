/* SPDX-License-Identifier: MIT
 *
 * Of the mechanics of waiting for each other, what is not done for every message.
 */
#include "object/rendezvous.h"

void rendezvous_add_sender(struct object *process, struct object *endpoint)
{
    ring_append(&endpoint->endpoint.first, &process->process.queue);
    endpoint->endpoint.waiting |= ENDPOINT_SENDERS;
}

void rendezvous_queue_receiver(struct process *process, struct object *endpoint)
{
    struct endpoint *at = &endpoint->endpoint;
    if (at->waiting < 0)
        ring_append(&at->first, &rendezvous_first(endpoint)->process.queue);
    at->waiting = ENDPOINT_RECEIVERS;
    ring_append(&at->first, &process->object->process.queue);
}

void rendezvous_unqueue(struct object *process, struct object *endpoint)
{
    struct endpoint *at = &endpoint->endpoint;
    ring_remove(&at->first, &process->process.queue);
    struct list *last = at->first;
    if (last == NULL) {
        at->waiting &= ~(ENDPOINT_RECEIVERS | ENDPOINT_SENDERS);
    } else if ((at->waiting & ENDPOINT_RECEIVERS) && last->next == last) {
        at->waiting = (int64_t)rendezvous_first(endpoint)->process.process;
        ring_remove(&at->first, last);
    }
}

struct process *rendezvous_take_from_queue(struct object *endpoint)
{
    struct process *receiver = rendezvous_receiver(endpoint);
    if (receiver != NULL)
        rendezvous_unqueue(receiver->object, endpoint);
    return receiver;
}

void rendezvous_finish(struct process *process, enum trapeze_error error)
{
    static const uint64_t nothing[MESSAGE_WORDS];
    rendezvous_put(process, nothing,
                   &(struct envelope){.kind = (uint64_t)(int64_t)error});
}

void rendezvous_fail(struct process *process, enum trapeze_error error)
{
    rendezvous_finish(process, error);
    sched_make_ready(&process->thread);
}

void rendezvous_wait(struct process *process, struct object *endpoint,
                     enum thread_state state, uint64_t deadline_ticks)
{
    sched_block(&process->thread, state, deadline_ticks);
    process->endpoint = endpoint;
    rendezvous_add_sender(process->object, endpoint);
    priority_lend_at(process, endpoint);
}

void rendezvous_await_in_list(struct process *process, struct process *server)
{
    list_append(&server->callers, &process->calling);
    priority_lend_to(process, server);
}

void rendezvous_leave_list(struct process *process, struct process *server)
{
    list_remove(&process->calling);
    priority_take_back(process, server);
}

void rendezvous_withdraw(struct process *process)
{
    enum thread_state state = process->thread.state;
    if (process_awaits_reply(process)) {
        rendezvous_stop_awaiting(process);
    } else if (state == THREAD_SENDING || state == THREAD_CALLING ||
               state == THREAD_FAULTING ||
               (state == THREAD_RECEIVING && process->endpoint != process->object)) {
        priority_return(process);
        rendezvous_remove(process->object, process->endpoint);
    }
}

void rendezvous_give_up(struct process *process, enum trapeze_error error)
{
    rendezvous_withdraw(process);
    rendezvous_fail(process, error);
}
