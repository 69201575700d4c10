/* SPDX-License-Identifier: MIT
 *
 * Messages: a rendezvous of two processes, in registers. The words of a message stay in
 * a1 to a5 all the way; what else travels is docs/abi.md's table.
 *
 *                        send, call, fault, end                 recv, reply_recv
 *   nobody waits         the sender queues                      the receiver queues
 *   a receiver waits     it gets the message                    (it queues, too)
 *   a sender waits       (the sender queues, too)               it gets the first one's
 *
 * Whatever a process waits for here, there is one way out for each of: the message is
 * delivered, the deadline passes, the peer dies, the endpoint goes, it is killed. All
 * but the first are endpoint_withdraw and a result.
 *
 * Priority: who waits for a server lends it its priority, so that the server runs at
 * the highest of its own and those: from the queue of an endpoint, to who received
 * there last; after delivery, to who is to reply.
 */
#pragma once

#include "object/process.h"

/* The calls of <trapeze/syscalls.def>, with their arguments in the caller's trapframe.
 * Results go there as well, now or when the caller wakes. All but endpoint_reply and
 * endpoint_signal may block. */
void endpoint_call(struct process *caller);
void endpoint_reply_recv(struct process *server);
void endpoint_send(struct process *sender);
void endpoint_recv(struct process *caller);
void endpoint_reply(struct process *server);
void endpoint_signal(struct process *caller);
