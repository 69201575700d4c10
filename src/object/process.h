/* SPDX-License-Identifier: MIT
 *
 * Processes: one thread of execution, an address space, a handle table, a budget, and
 * what it pays for. All of it but the page tables and the kernel stack lies in one
 * page.
 *
 * A process is made stopped and empty, is filled through its address space and its
 * handle table, is started, and ends: by itself, by a fault, or killed. Ending only
 * marks it. It takes itself apart in steps the next time it would return to user mode
 * (death.h).
 */
#pragma once

#include "base/list.h"
#include "memory/address_space.h"
#include "memory/budget.h"
#include "object/handle.h"
#include "object/object.h"
#include "sched/thread.h"

/* What the handle with a number led to last, with the right to do one thing: a fast
 * path need not look it up again. The object's id tells whether it still lives; no
 * number leads to one with NO_ID; where there has been none, the object is the
 * process's own, and the id 0. */
#define NO_ID UINT64_MAX
struct handle_cache {
    uint64_t number;
    struct object *object;
    uint64_t id;
    uint64_t badge;
};

struct process {
    struct thread thread; /* first: trap handlers get the one and need the other */
    /* Known to assembly. What it waits for is valid in the states that wait for it. */
    struct object *object;   /* its slot */
    uint64_t token;          /* of its latest call */
    struct process *server;  /* AWAITING_REPLY, AWAITING_VERDICT: who is to reply */
    struct process *caller;  /* that waits for its reply; in no list, counted nowhere */
    struct object *endpoint; /* where it waits; its own object: it sleeps */
    uint64_t receive_number; /* if `endpoint` has receive_id: of the handle by which */
    uint64_t receive_id;     /* it received there last, and no other since */
    struct handle_cache send, signal;
    struct object *supervisor; /* the endpoint that hears of its faults and its end, */
    uint64_t supervisor_id;    /* or NULL */
    uint64_t supervisor_badge;

    struct address_space space;
    struct process *parent; /* that made it, and pays; NULL: the kernel */
    struct list children;   /* processes that it pays for, by object.owned */
    struct list objects;    /* what else it pays for, by object.owned */
    struct list mappings;   /* in its address space, by object.owned */
    struct budget pages;    /* its children's budgets are in `used`, too */
    struct budget slots;
    struct object *building;   /* memory that its memory_create is busy with */
    struct object *destroying; /* what its object_destroy is busy with */
    uint64_t name;             /* up to 8 characters, for debuggers and lists */

    /* Messages. */
    bool welcomes;            /* a grant, while it waits */
    struct list callers;      /* the others, by `calling` */
    struct list calling;      /* in the server's list of callers */
    struct list serves;       /* endpoints where it received last, by endpoint.served */
    uint8_t lent;             /* the priority that it lends while it waits */
    struct object *lent_at;   /* to whoever serves this endpoint, or */
    struct process *lent_to;  /* to this process; both NULL: to nobody */
    uint32_t borrowed_levels; /* bit p: borrowed[p] is not 0 */
    uint16_t borrowed[PRIORITIES]; /* how many lend it each priority */
    struct list refresh;           /* linked: priority_go_on looks at it again */

    struct handle_table handles; /* last: it fills the page */
};

static_assert(offsetof(struct process, thread) == 0, "process_of");
static_assert(sizeof(struct process) <= PAGE_SIZE, "a process is a page");

static inline struct process *process_of(struct thread *thread)
{
    return (struct process *)(void *)thread;
}

/* Whether it waits for another one's reply. */
static inline bool process_awaits_reply(const struct process *process)
{
    enum thread_state state = process->thread.state;
    return state == THREAD_AWAITING_REPLY || state == THREAD_AWAITING_VERDICT;
}

/* The boundary's pc for new threads. */
void process_init(uint64_t trap_return);

/* What process_create takes; all of it is as the user gave it, but for `supervisor`. */
struct process_request {
    struct object *supervisor; /* NULL: none */
    uint64_t badge;
    uint64_t pages, slots;
    uint64_t priority;
    uint64_t name;
};

/* A stopped, empty process. `parent` NULL: the first one. Errors: E_INVALID (less than
 * PROCESS_PAGES_MIN pages, or a priority that there is not), E_RIGHTS (a priority above
 * the parent's own), E_NO_MEMORY, E_NO_SLOT (the parent's budget). */
enum trapeze_error process_create(struct process *parent,
                                  const struct process_request *request,
                                  struct process **made);

/* The last pages of a process that has left its stack, its slots and its budget. Its
 * object stays: it has the process's end to tell. */
void process_release(struct process *process);

/* Whether it has ended, or is about to: nothing is done to it any more. */
static inline bool process_is_dying(const struct process *process)
{
    return (process->thread.flags & THREAD_DYING) != 0;
}

/* A process that `caller` has a handle to with these rights, and that can still be
 * acted on; `number` 0 names the caller. Errors: those of handle_lookup. */
enum trapeze_error process_lookup(struct process *caller, uint64_t number,
                                  uint32_t rights, struct process **process);

/* Charges `process` for an object of its own and makes it; NULL: its quota is used up.
 */
struct object *process_make_object(struct process *process, uint8_t type);

/* Frees an object that a process (or the kernel) pays for, and gives the quota back. */
void process_free_object(struct object *object);

uint64_t process_count(void);

/* Panics unless the fields agree. */
void process_check(const struct process *process);
