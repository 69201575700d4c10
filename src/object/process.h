/* SPDX-License-Identifier: MIT
 *
 * Processes: one thread of execution, one address space, a parent, an end.
 *
 * A process is made stopped, gets its arguments, is started, and ends: by itself, by a
 * fault, or killed. Ending only marks it. It takes itself apart in steps the next time
 * it would return to user mode: first its descendants end, then its frames go back one
 * by one; its stack and its root table are given back by the idle loop, which has a
 * stack of its own. Only then does its parent hear of it, so that whoever has waited
 * for a process finds all its pages free.
 *
 * Functions that take an id find only children of the caller.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <trapeze/abi.h>

#include "base/list.h"
#include "memory/address_space.h"
#include "sched/thread.h"

/* Slots are type-stable: a process's memory is never used for anything but processes.
 * The first process in slot n has the id n + 1, each later one 10,000 more: ids never
 * repeat, so that an old one names nobody. */
#define PROCESSES_MAX 8192

struct process_end {
    enum trapeze_end kind;
    uint64_t status; /* END_EXITED: as given; END_FAULTED: scause */
    uint64_t pc;     /* END_FAULTED */
    uint64_t value;  /* END_FAULTED: stval */
};

struct process {
    struct thread thread; /* first: trap handlers get the one and need the other */
    struct address_space space;
    int64_t id; /* tells the slot and how often it has been used; set for ever */
    struct process *parent; /* NULL: the first process, or one whose end is lost */
    struct list sibling;    /* in one of its parent's lists */
    struct list children;   /* that have not ended */
    struct list ended;      /* children whose end has not been collected */
    struct process_end end; /* valid once the thread is marked THREAD_DYING */
    int64_t awaited;        /* in THREAD_WAITING_CHILD: a child's id, 0 for any */

    /* Loading: process_load's progress. */
    const void *file; /* the ELF file, in the boot archive */
    size_t file_bytes;
    uint64_t pages_loaded;   /* of the segments, then of the stack */
    struct process *loading; /* the child that its own process_create is busy with */

    char *arguments; /* the argument block, in the page at the top of the stack */
    uint64_t argument_bytes;
    uint64_t argument_count;

    uint64_t heap_end;    /* what the process has been told */
    uint64_t heap_mapped; /* pages are there up to here, at least heap_end */
    char name[PROGRAM_NAME_BYTES + 1];
};

static inline struct process *process_of(struct thread *thread)
{
    return (struct process *)(void *)thread;
}

enum process_step {
    STEP_DONE,
    STEP_MORE, /* an interrupt is pending: let it in, then call again */
    STEP_NO_MEMORY,
};

/* The boot archive, checked or not, and the boundary's pc for new threads. */
void process_init(const void *archive, size_t archive_bytes, uint64_t trap_return);

/* A stopped, empty process for the program called `name`; process_load fills it. On
 * success *made is the process. Errors: E_NO_PROGRAM, E_NO_MEMORY, E_BAD_PROGRAM with
 * *elf_error. */
enum trapeze_error process_create(struct process *parent, const char *name,
                                  struct process **made, uint32_t *elf_error);

/* Loads the segments and the stack, until an interrupt is pending. */
enum process_step process_load(struct process *process);

/* Lets go of a stopped process that could not be loaded: it ends without a word to its
 * parent. */
void process_abandon(struct process *process);

/* The child of `parent` with this id, NULL if there is none. */
struct process *process_find_child(struct process *parent, int64_t id);

/* Adds to the arguments of a stopped process. Errors: E_TOO_LONG. */
enum trapeze_error process_add_argument(struct process *process, const char *bytes,
                                        size_t length);

/* Lets a loaded, stopped process run. Errors: E_INVALID (the arguments do not end with
 * NUL). */
enum trapeze_error process_start(struct process *process);

/* Grows the heap to `end`, page-aligned, by zeroed pages, until an interrupt is
 * pending. STEP_NO_MEMORY if there are too few frames, and nothing has changed; but
 * where another process has taken them meanwhile, the pages so far stay, for the next
 * attempt. */
enum process_step process_extend_heap(struct process *process, uint64_t end);

/* Waits for a child (0: any). Results go to the trapframe: at once, or when the child
 * has ended or the deadline (0: none) has passed. E_NO_PROCESS at once if there is no
 * such child. */
void process_wait(struct process *caller, int64_t id, uint64_t deadline_ticks);

/* Marks the process: it executes no user instruction any more. Its first end is the one
 * that counts. */
void process_end(struct process *process, const struct process_end *end);

/* The deadline of a blocked process has passed. */
void process_deadline_passed(struct process *process);

/* The current, dying process takes itself apart: until an interrupt is pending, or it
 * has to wait for its descendants (THREAD_RESCHEDULE is set); leaves the hart for good
 * when nothing is left. */
void process_dismantle(struct process *process);

/* The rest, after it has left its stack: the last pages, and the word to the parent. */
void process_bury(struct process *process);

/* The first process's end, NULL while it has not been buried. */
const struct process_end *process_first_end(void);

uint64_t process_count(void);

/* Panics unless the fields agree. */
void process_check(const struct process *process);
