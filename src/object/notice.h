/* SPDX-License-Identifier: MIT
 *
 * What a process hears of that no process has sent: signals, faults, ends.
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

/* Into the registers of a receiver: what is pending at an endpoint, a fault, an end. */
void notice_put_signal(struct process *receiver, struct object *endpoint);
void notice_put_fault(struct process *supervisor, struct process *faulter);
void notice_put_end(struct process *supervisor, const struct object *object);
