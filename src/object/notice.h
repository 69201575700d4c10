/* SPDX-License-Identifier: MIT
 *
 * What a process hears of that no process has sent: signals, faults, ends; and the ways
 * out of waiting but delivery: one for each of the deadline, a peer's death, and an
 * endpoint's end.
 *
 * Some steps end with a process whose fault nobody can judge any more, or that was
 * judged to die: they put it into *condemned, and the layer above ends it.
 */
#pragma once

#include "object/process.h"

/* Ors bits into what is pending at a living endpoint; a receiver that waits gets all of
 * them at once. */
void notice_signal(struct object *endpoint, uint64_t bits);

/* A fault of the current process, which is in its object: it waits for the verdict of
 * its supervisor. False: nobody is there to give one. */
bool notice_fault(struct process *process);

/* The end of a process, which is in its object, goes to its supervisor. True: it waits
 * in the endpoint's queue, and the object has to stay; else it has been received, or
 * nobody is there to be told. */
bool notice_end(struct object *process, struct object *supervisor,
                uint64_t supervisor_id);

/* An end that waits in a queue is not to be told any more. */
void notice_forget_end(struct object *process);

/* Into the registers of a receiver: what is pending at an endpoint, a fault, an end. */
void notice_put_signal(struct process *receiver, struct object *endpoint);
void notice_put_fault(struct process *supervisor, struct process *faulter);
void notice_put_end(struct process *supervisor, const struct object *object);

/* The deadline of a process that waits here has passed. */
void notice_deadline(struct process *process);

/* One step of a dying server's: one process that waits for its reply gets E_PEER (or is
 * condemned), or one endpoint is without a server. False: nothing is left. */
bool notice_abandon(struct process *server, struct process **condemned);

/* One step of an endpoint's end: one process that waits there gets E_GONE (or is
 * condemned). False: none is left, and it is nobody's any more. */
bool notice_clear(struct object *endpoint, struct process **condemned);
