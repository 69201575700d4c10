/* SPDX-License-Identifier: MIT
 *
 * The mechanics of waiting for each other: a process in an endpoint's queue, a process
 * that a server is to reply to, and what either finds in its registers afterwards. No
 * decision is made here.
 */
#pragma once

#include "object/priority.h"
#include "object/process.h"
#include "sched/sched.h"

#define MESSAGE_WORDS 5 /* a1 to a5 */

/* What a receiver is told beside the words. */
struct envelope {
    uint64_t kind;
    uint64_t token;
    uint64_t badge;
    uint64_t grant;
};

/* The end of a call that receives: `words` are MESSAGE_WORDS of them. Every register
 * that a message can change is set. */
static inline void rendezvous_put(struct process *to, const uint64_t *words,
                                  const struct envelope *envelope)
{
    struct trapframe *frame = &to->thread.trapframe;
    frame->a0 = envelope->kind;
    frame->a1 = words[0];
    frame->a2 = words[1];
    frame->a3 = words[2];
    frame->a4 = words[3];
    frame->a5 = words[4];
    frame->a6 = envelope->token;
    frame->a7 = envelope->badge;
    frame->t0 = envelope->grant;
    frame->t1 = frame->t2 = frame->t3 = frame->t4 = frame->t5 = frame->t6 = 0;
}

/* The end of one that receives nothing. */
static inline void rendezvous_finish(struct process *process, enum trapeze_error error)
{
    static const uint64_t nothing[MESSAGE_WORDS];
    rendezvous_put(process, nothing,
                   &(struct envelope){.kind = (uint64_t)(int64_t)error});
}

/* The same for one that waited, with its wake-up. */
static inline void rendezvous_fail(struct process *process, enum trapeze_error error)
{
    rendezvous_finish(process, error);
    sched_make_ready(&process->thread);
}

/* A new call of a process: its token. */
static inline uint64_t rendezvous_begin_call(struct process *process)
{
    process->object->sequence++;
    return object_number(process->object);
}

/* The queue of an endpoint: at its end, out of it, its first (NULL: it is empty). */
static inline void rendezvous_enqueue(struct process *process, struct object *endpoint)
{
    process->object->process.endpoint = endpoint;
    list_append(&endpoint->endpoint.queue, &process->object->process.queue);
}

static inline void rendezvous_dequeue(struct object *process, struct object *endpoint)
{
    list_remove(&process->process.queue);
    process->process.endpoint = NULL;
    if (list_is_empty(&endpoint->endpoint.queue))
        endpoint->receivers = false;
}

static inline struct object *rendezvous_first(const struct object *endpoint)
{
    struct list *link = list_first(&endpoint->endpoint.queue);
    return link == NULL ? NULL : container_of(link, struct object, process.queue);
}

/* The first of the receivers that wait; NULL: nobody receives. */
static inline struct process *rendezvous_receiver(const struct object *endpoint)
{
    struct list *link = endpoint->endpoint.queue.next;
    return endpoint->receivers
               ? container_of(link, struct object, process.queue)->process.process
               : NULL;
}

/* The current process queues with what it has to say, in `state`, and lends its
 * priority. */
static inline void rendezvous_wait(struct process *process, struct object *endpoint,
                                   enum thread_state state, uint64_t deadline_ticks)
{
    sched_block(&process->thread, state, deadline_ticks);
    rendezvous_enqueue(process, endpoint);
    priority_lend_at(process, endpoint);
}

/* A process waits for the reply of `server`, which has its message, and lends it its
 * priority. */
static inline void rendezvous_await_reply(struct process *process,
                                          struct process *server)
{
    process->server = server;
    list_append(&server->callers, &process->calling);
    priority_lend_to(process, server);
}

static inline void rendezvous_stop_awaiting(struct process *process)
{
    priority_take_back(process, process->server);
    process->server = NULL;
    list_remove(&process->calling);
}

/* A process stops waiting, for a message or for a reply; its state stays. It gets back
 * what it lent. No effect on one that does not wait. */
static inline void rendezvous_withdraw(struct process *process)
{
    if (process->object->process.endpoint != NULL) {
        priority_return(process);
        rendezvous_dequeue(process->object, process->object->process.endpoint);
    } else if (process->server != NULL) {
        rendezvous_stop_awaiting(process);
    }
}
