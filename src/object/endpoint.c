/* SPDX-License-Identifier: MIT
 *
 * Messages. The words of a message are neighbours in the trapframe, so a message is
 * copied from the sender's registers to the receiver's and nowhere else.
 */
#include "object/endpoint.h"

#include "object/death.h"
#include "object/notice.h"
#include "object/priority.h"
#include "object/rendezvous.h"
#include "platform/timer.h"
#include "sched/sched.h"

#define FIRST_WORD (offsetof(struct trapframe, a1) / sizeof(uint64_t))

/* Whether the deadline that a caller gave has passed already. */
static bool has_no_time(const struct process *process)
{
    uint64_t deadline = process->thread.trapframe.t1;
    return deadline != 0 && deadline <= timer_now();
}

static __attribute__((cold, noinline)) enum trapeze_error
find_grant(struct process *from, struct process *to, struct handle **handle)
{
    enum trapeze_error error =
        handle_lookup(&from->handles, from->thread.trapframe.t0, 0, 0, handle);
    if (error != E_OK || to == NULL)
        return error;
    bool taken = to->welcomes && handle_reserve(&to->handles) == E_OK;
    return taken ? E_OK : E_REFUSED;
}

/* What a process that waits or runs grants, NULL: nothing; its place in the table of
 * `to`, if that is known, is reserved. */
static inline enum trapeze_error take_grant(struct process *from, struct process *to,
                                            struct handle **handle)
{
    *handle = NULL;
    return from->thread.trapframe.t0 == 0 ? E_OK : find_grant(from, to, handle);
}

/* Gives the words in the sender's registers, and the grant. */
INLINE void deliver(struct process *to, const struct process *from,
                    const struct handle *granted, uint64_t token, uint64_t badge)
{
    uint64_t grant = granted == NULL ? 0
                                     : handle_add(&to->handles, granted->object,
                                                  granted->rights, granted->badge);
    rendezvous_put(to, (const uint64_t *)&from->thread.trapframe + FIRST_WORD,
                   &(struct envelope){KIND_MESSAGE, token, badge, grant});
}

/* The endpoint that a0 names, with its handle. */
INLINE enum trapeze_error find_endpoint(struct process *caller, uint32_t right,
                                        struct handle **handle)
{
    const struct trapframe *frame = &caller->thread.trapframe;
    enum trapeze_error error = handle_lookup_inline(&caller->handles, frame->a0,
                                                    OBJECT_ENDPOINT, right, handle);
    if (error != E_OK || frame->t2 > 1)
        return error != E_OK ? error : E_INVALID;
    if (frame->t2 == 1)
        thread_unquick(&caller->thread);
    caller->welcomes = frame->t2 == 1;
    return E_OK;
}

/* For the fast path. */
static inline void remember(struct handle_cache *cache, uint64_t number,
                            const struct handle *handle)
{
    if (cache->number != number || cache->id != handle->id)
        *cache =
            (struct handle_cache){number, handle->object, handle->id, handle->badge};
}

/* All that a sender can be told at once comes before anything is changed. */
static inline void transmit(struct process *sender, bool calls)
{
    struct handle *target, *granted;
    struct process *receiver = NULL; /* nobody receives yet */
    enum trapeze_error error = find_endpoint(sender, RIGHT_SEND, &target);
    if (error == E_OK) {
        remember(&sender->send, sender->thread.trapframe.a0, target);
        receiver = rendezvous_receiver(target->object);
        bool waits = calls || receiver == NULL;
        error = waits && has_no_time(sender) ? E_TIMEOUT
                                             : take_grant(sender, receiver, &granted);
    }
    if (error != E_OK) {
        rendezvous_finish(sender, error);
        return;
    }
    uint64_t token = calls ? rendezvous_begin_call(sender) : 0;
    uint64_t deadline = sender->thread.trapframe.t1;
    if (receiver == NULL) {
        sender->object->process.badge = target->badge;
        rendezvous_wait(sender, target->object, calls ? THREAD_CALLING : THREAD_SENDING,
                        deadline);
        return;
    }
    rendezvous_remove(receiver->object, target->object);
    deliver(receiver, sender, granted, token, target->badge);
    if (calls) {
        sched_block(&sender->thread, THREAD_AWAITING_REPLY, deadline);
        rendezvous_await_reply(sender, receiver);
    } else {
        rendezvous_finish(sender, E_OK);
    }
    sched_hand_to(&receiver->thread);
}

void endpoint_call(struct process *caller) { transmit(caller, true); }

void endpoint_send(struct process *sender) { transmit(sender, false); }

void endpoint_signal(struct process *caller)
{
    struct trapframe *frame = &caller->thread.trapframe;
    struct handle *target;
    uint64_t number = frame->a0;
    enum trapeze_error error = handle_lookup_inline(
        &caller->handles, number, OBJECT_ENDPOINT, RIGHT_SIGNAL, &target);
    frame->a0 = (uint64_t)(int64_t)error;
    if (error != E_OK)
        return;
    if (target->badge != 0) /* the fast path does not ask */
        remember(&caller->signal, number, target);
    notice_signal(target->object, target->badge);
}

/* The first in the queue sends what it has to `receiver`. False: its grant was refused,
 * and it was told so. */
static __attribute__((cold, noinline)) bool take_from(struct object *first,
                                                      struct process *receiver)
{
    struct process *sender = first->process.process;
    struct handle *granted = NULL;
    if (sender == NULL) {
        rendezvous_remove(first, first->process.endpoint);
        notice_put_end(receiver, first);
        process_free_object(first);
        return true;
    }
    enum thread_state state = sender->thread.state;
    enum trapeze_error error = E_OK;
    if (state != THREAD_FAULTING)
        error = take_grant(sender, receiver, &granted);
    if (error != E_OK) {
        rendezvous_give_up(sender, error);
        return false;
    }
    rendezvous_withdraw(sender);
    if (state == THREAD_FAULTING) {
        notice_put_fault(receiver, sender);
        thread_set_state(&sender->thread, THREAD_AWAITING_VERDICT);
        rendezvous_await_reply(sender, receiver);
        return true;
    }
    deliver(receiver, sender, granted, state == THREAD_CALLING ? sender->token : 0,
            first->process.badge);
    if (state == THREAD_CALLING) {
        thread_set_state(&sender->thread, THREAD_AWAITING_REPLY);
        rendezvous_await_reply(sender, receiver);
    } else {
        rendezvous_fail(sender, E_OK);
    }
    return true;
}

/* The current process receives: what is there, or it waits. */
static inline void receive(struct process *process, struct object *endpoint)
{
    if (endpoint->endpoint.server != process)
        priority_set_server(endpoint, process);
    int64_t *waiting = &endpoint->endpoint.waiting;
    bool messages = *waiting > 0 && (*waiting & ENDPOINT_SENDERS);
    bool signals = *waiting > 0 && (*waiting & ENDPOINT_SIGNALS);
    if (messages && (!signals || (*waiting & ENDPOINT_SIGNALLED))) {
        *waiting &= ~ENDPOINT_SIGNALLED;
        if (!take_from(rendezvous_first(endpoint), process)) {
            /* Refused. It may be the more urgent one now, and more may follow: make the
             * call anew. */
            process->thread.trapframe.a6 = 0;
            process->thread.trapframe.sepc -= ECALL_BYTES;
            process->welcomes = false;
        }
        return;
    }
    if (signals) {
        notice_put_signal(process, endpoint);
        return;
    }
    if (*waiting > 0)
        *waiting &= ~ENDPOINT_SIGNALLED;
    if (has_no_time(process)) {
        rendezvous_finish(process, E_TIMEOUT);
    } else {
        sched_block(&process->thread, THREAD_RECEIVING, process->thread.trapframe.t1);
        rendezvous_add_receiver(process, endpoint);
    }
}

/* Waits for a deadline and nothing else. */
static void sleep(struct process *process)
{
    uint64_t deadline = process->thread.trapframe.t1;
    if (deadline == 0)
        rendezvous_finish(process, E_INVALID);
    else if (has_no_time(process))
        rendezvous_finish(process, E_TIMEOUT);
    else
        sched_block(&process->thread, THREAD_RECEIVING, deadline);
    process->endpoint = process->object;
}

/* Who waits for the current process's reply to this token. */
static enum trapeze_error find_caller(const struct process *server, uint64_t token,
                                      struct process **caller)
{
    struct object *object = object_process_at(token & ((1UL << NUMBER_INDEX_BITS) - 1));
    if (object == NULL || token >> NUMBER_INDEX_BITS == 0)
        return E_BAD_TOKEN;
    *caller = object->process.process;
    uint64_t latest = *caller != NULL ? (*caller)->token : object->number;
    if (token > latest)
        return E_BAD_TOKEN;
    if (token < latest || *caller == NULL || !process_awaits_reply(*caller))
        return E_GONE;
    return (*caller)->server == server ? E_OK : E_BAD_TOKEN;
}

/* The reply in the server's registers goes to whom the token names, who waits no longer
 * but has not been woken (NULL: it was judged to die, or is not there). Errors:
 * E_BAD_TOKEN, E_GONE; E_INVALID (no verdict), E_REFUSED and those of the grant: it
 * goes on waiting then. */
static inline enum trapeze_error answer(struct process *server, uint64_t token,
                                        struct process **caller)
{
    const struct trapframe *frame = &server->thread.trapframe;
    struct handle *granted;
    enum trapeze_error error = find_caller(server, token, caller);
    if (error != E_OK) {
        *caller = NULL;
        return error;
    }
    if ((*caller)->thread.state == THREAD_AWAITING_VERDICT) {
        if (frame->a1 > VERDICT_KILL || frame->t0 != 0)
            return E_INVALID;
        if (frame->a1 == VERDICT_KILL) {
            death_mark(*caller, END_FAULTED, 0);
            *caller = NULL;
        } else {
            rendezvous_stop_awaiting(*caller);
        }
        return E_OK;
    }
    error = take_grant(server, *caller, &granted);
    if (error != E_OK)
        return error;
    rendezvous_stop_awaiting(*caller);
    deliver(*caller, server, granted, 0, 0);
    return E_OK;
}

void endpoint_reply(struct process *server)
{
    struct process *caller = NULL;
    enum trapeze_error error = E_INVALID;
    if (server->thread.trapframe.a0 == 0)
        error = answer(server, server->thread.trapframe.a6, &caller);
    if (error == E_OK && caller != NULL)
        sched_make_ready(&caller->thread);
    rendezvous_finish(server, error);
}

void endpoint_reply_recv(struct process *server)
{
    struct process *caller = NULL;
    struct handle *source;
    uint64_t number = server->thread.trapframe.a0, token = server->thread.trapframe.a6;
    enum trapeze_error error = find_endpoint(server, RIGHT_RECEIVE, &source);
    if (error == E_OK && token != 0) {
        error = answer(server, token, &caller);
        if (error == E_GONE && caller == NULL)
            error = E_OK; /* it does not matter to anybody any more */
    }
    if (error != E_OK) {
        rendezvous_finish(server, error);
        return;
    }
    server->receive_number = number;
    server->receive_id = source->id;
    receive(server, source->object);
    if (caller != NULL)
        sched_hand_to(&caller->thread);
}

void endpoint_recv(struct process *caller)
{
    caller->thread.trapframe.a6 = 0; /* no token: no reply */
    if (caller->thread.trapframe.a0 == 0)
        sleep(caller);
    else
        endpoint_reply_recv(caller);
}
