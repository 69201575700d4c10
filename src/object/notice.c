/* SPDX-License-Identifier: MIT
 *
 * What a process hears of that no process has sent.
 */
#include "object/notice.h"

#include "object/priority.h"
#include "object/rendezvous.h"
#include "sched/sched.h"

INLINE void put_signal(struct process *receiver, uint64_t bits)
{
    const uint64_t words[MESSAGE_WORDS] = {bits};
    rendezvous_put(receiver, words, &(struct envelope){.kind = KIND_SIGNAL});
}

void notice_put_signal(struct process *receiver, struct object *endpoint)
{
    put_signal(receiver, endpoint->endpoint.pending);
    endpoint->endpoint.pending = 0;
    endpoint->endpoint.waiting |= ENDPOINT_SIGNALLED;
    endpoint->endpoint.waiting &= ~ENDPOINT_SIGNALS;
}

void notice_put_fault(struct process *supervisor, struct process *faulter)
{
    const struct process_object *fault = &faulter->object->process;
    const uint64_t words[MESSAGE_WORDS] = {fault->status, fault->pc, fault->value,
                                           faulter->object->id, 0};
    rendezvous_put(supervisor, words,
                   &(struct envelope){.kind = KIND_FAULT,
                                      .token = rendezvous_begin_call(faulter),
                                      .badge = faulter->supervisor_badge});
}

void notice_put_end(struct process *supervisor, const struct object *object)
{
    const struct process_object *end = &object->process;
    const uint64_t words[MESSAGE_WORDS] = {end->end, end->status, end->pc, end->value,
                                           end->number};
    rendezvous_put(supervisor, words,
                   &(struct envelope){.kind = KIND_END, .badge = end->badge});
}

/* Nothing is pending while somebody receives. */
static __attribute__((noinline)) void wake(struct process *receiver, uint64_t bits)
{
    put_signal(receiver, bits);
    sched_make_ready(&receiver->thread);
}

/* There is not one receiver, but several, or none. */
static __attribute__((cold, noinline)) void signal_queue(struct object *endpoint,
                                                         uint64_t bits)
{
    struct process *receiver = rendezvous_take_from_queue(endpoint);
    if (receiver != NULL) {
        wake(receiver, bits);
        return;
    }
    endpoint->endpoint.pending |= bits;
    endpoint->endpoint.waiting |= ENDPOINT_SIGNALS;
}

void notice_signal(struct object *endpoint, uint64_t bits)
{
    int64_t waiting = endpoint->endpoint.waiting;
    if (bits == 0)
        return;
    if (waiting >= 0) {
        signal_queue(endpoint, bits);
        return;
    }
    endpoint->endpoint.waiting = 0;
    wake((struct process *)waiting, bits);
}

static bool is_there(const struct object *endpoint, uint64_t id)
{
    return endpoint != NULL && endpoint->id == id;
}

bool notice_fault(struct process *process)
{
    struct object *supervisor = process->supervisor;
    if (!is_there(supervisor, process->supervisor_id))
        return false;
    struct process *receiver = rendezvous_take_receiver(supervisor);
    thread_unquick(&process->thread); /* the reply is a verdict */
    if (receiver == NULL) {
        rendezvous_wait(process, supervisor, THREAD_FAULTING, 0);
        return true;
    }
    notice_put_fault(receiver, process);
    sched_block(&process->thread, THREAD_AWAITING_VERDICT, 0);
    rendezvous_await_reply(process, receiver);
    sched_hand_to(&receiver->thread);
    return true;
}

__attribute__((cold)) bool notice_end(struct object *process, struct object *supervisor,
                                      uint64_t supervisor_id)
{
    if (!is_there(supervisor, supervisor_id))
        return false;
    struct process *receiver = rendezvous_take_receiver(supervisor);
    if (receiver == NULL) {
        process->process.endpoint = supervisor;
        rendezvous_add_sender(process, supervisor);
        return true;
    }
    notice_put_end(receiver, process);
    sched_make_ready(&receiver->thread);
    return false;
}
