/* SPDX-License-Identifier: MIT
 *
 * A thread: what a hart needs to run a process, and nothing about what the process
 * owns.
 *
 * The states, and who moves a thread from one to the next (thread_set_state knows no
 * others):
 *
 *                 start                 dispatch
 *     STOPPED ------------> READY <------------------> RUNNING ------> ENDED
 *                            ^      yield, preemption     |   last step
 *                            |                            |
 *                            +--- SLEEPING               <+  sleep
 *                            +--- WAITING_CHILD          <+  process_wait
 *                            +--- WAITING_DESCENDANTS    <+  its end, before theirs
 *
 * The boundary rule: a thread off the hart is either at the boundary (its context is
 * trap_return and the top of its kernel stack, which is empty) or suspended in swtch,
 * after a yield or a preemption, with only trap_return to follow. A thread that blocks
 * is always at the boundary: whoever wakes it has put its results into the trapframe.
 */
#pragma once

#include <stdint.h>

#include "base/list.h"
#include "memory/address_space.h"
#include "platform/fpu.h"
#include "sched/trapframe.h"

struct hart;

enum thread_state {
    THREAD_STOPPED, /* made, and never started */
    THREAD_READY,   /* in the run queue */
    THREAD_RUNNING, /* hart->current */
    THREAD_SLEEPING,
    THREAD_WAITING_CHILD,
    THREAD_WAITING_DESCENDANTS,
    THREAD_ENDED, /* never runs again */
    THREAD_STATES,
} __attribute__((packed));

/* Work to do before the thread returns to user mode; trap_return looks at the whole
 * word. */
#define THREAD_RESCHEDULE 1UL /* it has blocked, yielded or used up its slice */
#define THREAD_DYING 2UL      /* it executes no user instruction any more */

struct thread {
    struct trapframe trapframe; /* first: sscratch points here while in user mode */
    uint64_t flags;             /* THREAD_RESCHEDULE, THREAD_DYING */
    struct hart *hart;          /* where it runs, or ran last */
    uint64_t stack_top;         /* of its kernel stack */
    struct context context;     /* valid off the hart; the boundary value on it */
    enum thread_state state;
    uint32_t deadline_index;     /* its place in the deadline heap; 0: it has none */
    uint64_t deadline_ticks;     /* valid while deadline_index is not 0 */
    struct list run_link;        /* in the run queue while READY */
    struct address_space *space; /* NULL: the kernel's own */
    struct hart *fpu_hart;       /* where `fpu` was loaded last */
    struct fpu_state fpu;
};

static_assert(offsetof(struct trapframe, ra) == TRAPFRAME_X(1), "trapframe");
static_assert(offsetof(struct trapframe, a0) == TRAPFRAME_X(10), "trapframe");
static_assert(offsetof(struct trapframe, s2) == TRAPFRAME_X(18), "trapframe");
static_assert(offsetof(struct trapframe, t6) == TRAPFRAME_X(31), "trapframe");
static_assert(sizeof(struct trapframe) == TRAPFRAME_SIZE, "trapframe");
static_assert(offsetof(struct context, s[11]) == CONTEXT_S(11), "context");
static_assert(offsetof(struct thread, trapframe) == 0, "sscratch points to both");
static_assert(offsetof(struct thread, flags) == THREAD_FLAGS, "thread");
static_assert(offsetof(struct thread, hart) == THREAD_HART, "thread");
static_assert(offsetof(struct thread, stack_top) == THREAD_STACK_TOP, "thread");
static_assert(offsetof(struct thread, context) == THREAD_CONTEXT, "thread");

/* A stopped thread at the boundary, all registers 0: `trap_return` is the boundary's
 * pc, `stack_top` the top of its kernel stack. */
void thread_init(struct thread *thread, struct hart *hart, uint64_t trap_return,
                 uint64_t stack_top, struct address_space *space);

/* Bit `to` of entry `from`: the arrows of the diagram. */
#define THREAD_TO(state) (1U << THREAD_##state)
static const uint8_t thread_transitions[THREAD_STATES] = {
    [THREAD_STOPPED] = THREAD_TO(READY),
    [THREAD_READY] = THREAD_TO(RUNNING),
    [THREAD_RUNNING] = THREAD_TO(READY) | THREAD_TO(SLEEPING) |
                       THREAD_TO(WAITING_CHILD) | THREAD_TO(WAITING_DESCENDANTS) |
                       THREAD_TO(ENDED),
    [THREAD_SLEEPING] = THREAD_TO(READY),
    [THREAD_WAITING_CHILD] = THREAD_TO(READY),
    [THREAD_WAITING_DESCENDANTS] = THREAD_TO(READY),
    [THREAD_ENDED] = 0,
};

/* The one place where a state changes. Panics on a transition that the diagram
 * lacks. */
static inline void thread_set_state(struct thread *thread, enum thread_state state)
{
    assert(thread->state < THREAD_STATES);
    assert(thread_transitions[thread->state] >> state & 1);
    thread->state = state;
}

/* Whether it waits for something, so that a wake-up is legal. */
bool thread_is_blocked(const struct thread *thread);

/* Panics unless the fields agree with each other and with the state. */
void thread_check(const struct thread *thread);
