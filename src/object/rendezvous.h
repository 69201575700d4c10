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
INLINE void rendezvous_put(struct process *to, const uint64_t *words,
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
    to->welcomes = false;
}

/* A new call of a process: its token. */
static inline uint64_t rendezvous_begin_call(struct process *process)
{
    return process->token += 1UL << NUMBER_INDEX_BITS;
}

/* Who waits at an endpoint, first come first served; NULL: nobody. */
static inline struct object *rendezvous_first(const struct object *endpoint)
{
    const struct endpoint *at = &endpoint->endpoint;
    if (at->waiting < 0)
        return ((struct process *)at->waiting)->object;
    return at->first == NULL ? NULL
                             : container_of(at->first, struct object, process.queue);
}

/* The same, of those who receive. */
static inline struct process *rendezvous_receiver(const struct object *endpoint)
{
    int64_t waiting = endpoint->endpoint.waiting;
    if (waiting < 0)
        return (struct process *)waiting;
    return waiting & ENDPOINT_RECEIVERS ? rendezvous_first(endpoint)->process.process
                                        : NULL;
}

/* Somebody with something to say (or an end that is to be told) waits at an endpoint
 * where nobody receives. */
void rendezvous_add_sender(struct object *process, struct object *endpoint);

/* A process receives at an endpoint where there is nothing to receive; where others do
 * so, too. */
void rendezvous_queue_receiver(struct process *process, struct object *endpoint);

static inline void rendezvous_add_receiver(struct process *process,
                                           struct object *endpoint)
{
    struct endpoint *at = &endpoint->endpoint;
    process->endpoint = endpoint;
    if (process->caller != NULL)
        thread_unquick(&process->thread); /* the next caller is for the list */
    if (at->waiting == 0)
        at->waiting = (int64_t)process;
    else
        rendezvous_queue_receiver(process, endpoint);
}

/* One that waits there in the queue does not any more. */
void rendezvous_unqueue(struct object *process, struct object *endpoint);

/* One that waits there does not any more. */
static inline void rendezvous_remove(struct object *process, struct object *endpoint)
{
    if (endpoint->endpoint.waiting < 0)
        endpoint->endpoint.waiting = 0;
    else
        rendezvous_unqueue(process, endpoint);
}

/* The first of those who receive there, who waits no longer; NULL: nobody does. */
struct process *rendezvous_take_from_queue(struct object *endpoint);

INLINE struct process *rendezvous_take_receiver(struct object *endpoint)
{
    int64_t waiting = endpoint->endpoint.waiting;
    if (waiting >= 0) /* there is not one, but several, or none */
        return rendezvous_take_from_queue(endpoint);
    endpoint->endpoint.waiting = 0;
    return (struct process *)waiting;
}

/* The next two, for one that is not the only caller. */
void rendezvous_await_in_list(struct process *process, struct process *server);
void rendezvous_leave_list(struct process *process, struct process *server);

/* A process waits for the reply of `server`, which has its message, and lends it its
 * priority. The only caller needs no list and no counts. */
static inline void rendezvous_await_reply(struct process *process,
                                          struct process *server)
{
    process->server = server;
    if (server->caller != NULL) {
        rendezvous_await_in_list(process, server);
        return;
    }
    server->caller = process;
    if (process->thread.priority > server->thread.priority)
        priority_refresh(server);
}

INLINE void rendezvous_stop_awaiting(struct process *process)
{
    struct process *server = process->server;
    if (server->caller != process) {
        rendezvous_leave_list(process, server);
        return;
    }
    server->caller = NULL;
    if (process->thread.priority > server->thread.own_priority)
        priority_refresh(server);
}

/* The end of one that receives nothing. */
void rendezvous_finish(struct process *process, enum trapeze_error error);

/* The same for one that waited, with its wake-up. */
void rendezvous_fail(struct process *process, enum trapeze_error error);

/* What a process waits for will not come: the end of its waiting, by `error`. */
void rendezvous_give_up(struct process *process, enum trapeze_error error);

/* The current process queues with what it has to say, in `state`, and lends its
 * priority. */
void rendezvous_wait(struct process *process, struct object *endpoint,
                     enum thread_state state, uint64_t deadline_ticks);

/* A process stops waiting, for a message or for a reply; its state stays. It gets back
 * what it lent. No effect on one that does not wait. */
void rendezvous_withdraw(struct process *process);
