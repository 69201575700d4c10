/* SPDX-License-Identifier: MIT
 *
 * The end of processes and objects. A process that ends is only marked; it executes no
 * user instruction more, and takes itself apart in steps, with interrupts let in
 * between them: its descendants first, then whoever waits for it, its mappings, its
 * objects, its tables. The idle loop, which has a stack of its own, gives the last
 * pages back. Only then does its supervisor hear of it, so that whoever has waited for
 * a process finds all its pages free.
 */
#pragma once

#include "object/memory_object.h"
#include "object/process.h"

/* Marks the process. Its first end is the one that counts. `killer_priority`: it takes
 * itself apart at least at this one. */
void death_mark(struct process *process, enum trapeze_end end, uint8_t killer_priority);

/* The current, dying process takes itself apart: until an interrupt is pending, or it
 * has to wait for its children (THREAD_RESCHEDULE is set); leaves the hart for good
 * when nothing is left. */
void death_dismantle(struct process *process);

/* The rest, after it has left its stack: the last pages, and the word to the
 * supervisor. */
void death_bury(struct process *process);

/* Ends an object other than a process, until an interrupt is pending. True: it has
 * gone. */
bool death_destroy(struct object *object);

/* How the first process ended, once it has been buried; NULL before. */
const struct process_object *death_of_first(void);
