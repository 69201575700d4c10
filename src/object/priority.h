/* SPDX-License-Identifier: MIT
 *
 * Who runs at whose priority. A process that waits lends its priority: while it queues
 * at an endpoint to whoever received there last, afterwards to the server that is to
 * reply. A server runs at the highest of its own and those; where it waits itself, it
 * lends that on. Counts by priority make each change cost the same for one lender and
 * for thousands.
 */
#pragma once

#include "object/process.h"

/* What a process is lent has changed: it, and whoever it lends to, run accordingly, to
 * the end of the chain: whoever was left out would keep what is no longer lent. All
 * that change go the same way, up or down, so a ring of them comes to rest as well. The
 * rest of a long chain follows in software interrupts, before the next user
 * instruction, unless more urgent interrupts are in between. */
void priority_refresh(struct process *process);
void priority_go_on(void);

/* The process is about to go. */
void priority_forget(struct process *process);

/* `process` waits in the endpoint's queue, and lends. */
void priority_lend_at(struct process *process, struct object *endpoint);

/* The same for a reply of `server`'s, and the end of that. */
void priority_lend_to(struct process *process, struct process *server);
void priority_take_back(struct process *process, struct process *server);

/* It waits no longer. No effect on one that does not lend. */
void priority_return(struct process *process);

/* The endpoint is served by `server` from now on (NULL: by nobody). */
void priority_set_server(struct object *endpoint, struct process *server);

/* Sets the process's own priority; what it runs at may still be higher. */
void priority_set_own(struct process *process, uint8_t priority);
