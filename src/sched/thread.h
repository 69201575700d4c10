/* SPDX-License-Identifier: MIT
 *
 * A thread: what a hart needs to run a process, and nothing about what the process
 * owns.
 *
 * The states are those of <trapeze/states.def>, one for each reason to wait. Who moves
 * a thread from one to the next (thread_set_state knows no other ways):
 *
 *                 start                 dispatch
 *     STOPPED ------------> READY <------------------> RUNNING ------> ENDED
 *                            ^ |    yield, preemption     |   last step
 *                            | +--> HELD                  |   limit used up
 *                            +------+                     |
 *                            +--- SENDING                <+  send: nobody receives yet
 *                            +--- CALLING --+            <+  call: nobody receives yet
 *                            +--- AWAITING_REPLY         <+  call: received
 *                            +--- RECEIVING              <+  recv, reply_recv
 *                            +--- FAULTING --+           <+  a fault, not heard of yet
 *                            +--- AWAITING_VERDICT       <+  a fault, it was heard of
 *                            +--- AWAITING_CHILDREN      <+  its end, before theirs
 *
 * The boundary rule: a process's thread off the hart is at the boundary (its context is
 * trap_return and the top of its kernel stack, which is empty), whether it blocks,
 * yields or is preempted: whoever wakes it has put its results into the trapframe. Only
 * the idle thread is suspended in swtch, with its loop to follow.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "memory/address_space.h"
#include "platform/fpu.h"
#include "sched/trapframe.h"

struct hart;

enum thread_state {
#define STATE(number, name, meaning) THREAD_##name = (number),
#include <trapeze/states.def>
#undef STATE
    THREAD_STATES,
} __attribute__((packed));

/* Work to do before the thread returns to user mode; trap_return looks at the whole
 * word. */
#define THREAD_RESCHEDULE 1UL /* it has blocked, yielded or used up its slice */
#define THREAD_DYING 2UL      /* it executes no user instruction any more */

/* The quick words are the address of the hart where the thread runs, or ran last, while
 * nothing but messages has to be thought of when assembly (trap/fast_path.S) switches
 * to it (`quick`) or from it (`quick_call`, `quick_reply`); with QUICK_FPU_TO and
 * QUICK_FPU added while its floating-point registers have to be, too, which differ lest
 * two such threads seem to have none; with QUICK_VERDICT added in `quick` while it has
 * faulted and waits for the verdict. Else it is the thread's own address: then the
 * comparison of two threads' words, which is all that assembly does, fails, and C
 * switches.
 *
 * sched_switch sets the words. Whatever happens to a thread in between that assembly
 * does not look at withdraws them: flags, a limit, a deadline, a grant that is welcome,
 * translations to forget, or that one is ready who may run on this hart only.
 * quick_reply is withdrawn also while the thread pays for its time itself (the one who
 * gets the reply shall) or is ready (it will), and while it is lent a priority. */

/* At most so many ticks in each period. */
struct limit {
    uint64_t ticks;      /* 0: no limit */
    uint64_t period;     /* ticks */
    uint64_t period_end; /* when the current one ends */
    uint64_t used;       /* ticks of the current one, up to `since` */
    uint64_t since;      /* when it began to pay last */
};

struct thread {
    struct trapframe trapframe; /* first: sscratch points here while in user mode */
    uint64_t flags;             /* THREAD_RESCHEDULE, THREAD_DYING */
    struct hart *hart;          /* where it runs, or ran last */
    uint64_t stack_top;         /* of its kernel stack */
    struct context context;     /* valid off the hart; the boundary value on it */
    uint64_t quick;             /* whether assembly may switch to it, */
    uint64_t quick_call;        /* from it by call or a fault, */
    uint64_t quick_reply;       /* and from it by reply_recv */
    enum thread_state state;
    uint8_t priority;          /* what it runs at: its own, or one that it was lent */
    uint8_t own_priority;      /* the least of those */
    uint8_t urgency;           /* the policy's, from 1: who is chosen first, and may
                                  preempt whom; 0: idle */
    bool hurried;              /* dying: goes before its equals */
    uint32_t heap_index;       /* its place in a heap; 0: it is in none */
    uint64_t heap_key;         /* while it waits: its deadline in ticks */
    struct thread *ready_next; /* in a ring of its queue while READY (ready_ring.h), */
    struct thread *ready_previous; /* unless it is to have a hart at once */
    struct ready_queue *queue;     /* where it waits for a hart */
    struct hart *pin;              /* the only one that it may run on; NULL: any */
    uint64_t policy[2];            /* the policy's own */
    uint64_t cycles;               /* of CPU time that it has paid for */
    struct limit limit;
    struct address_space *space; /* NULL: the kernel's own */
    uint64_t satp;               /* to run in it */
    uint32_t stale;        /* bit n: hart n must forget what it has cached of it */
    struct hart *fpu_hart; /* where `fpu` was loaded last */
    struct fpu_state fpu;
};

static_assert(offsetof(struct trapframe, ra) == TRAPFRAME_X(1), "trapframe");
static_assert(offsetof(struct trapframe, a0) == TRAPFRAME_X(10), "trapframe");
static_assert(offsetof(struct trapframe, s2) == TRAPFRAME_X(18), "trapframe");
static_assert(offsetof(struct trapframe, t6) == TRAPFRAME_X(31), "trapframe");
static_assert(offsetof(struct thread, trapframe) == 0, "sscratch points to both");

/* A stopped thread at the boundary, all registers 0: `trap_return` is the boundary's
 * pc, `stack_top` the top of its kernel stack. */
void thread_init(struct thread *thread, struct hart *hart, uint64_t trap_return,
                 uint64_t stack_top, struct address_space *space);

/* Bit `from` of entry `to`: the arrows of the diagram. */
#define THREAD_FROM(state) (1U << THREAD_##state)
static const uint16_t thread_transitions[THREAD_STATES] = {
    [THREAD_STOPPED] = 0,
    [THREAD_READY] = THREAD_FROM(STOPPED) | THREAD_FROM(RUNNING) |
                     THREAD_FROM(SENDING) | THREAD_FROM(CALLING) |
                     THREAD_FROM(AWAITING_REPLY) | THREAD_FROM(RECEIVING) |
                     THREAD_FROM(FAULTING) | THREAD_FROM(AWAITING_VERDICT) |
                     THREAD_FROM(AWAITING_CHILDREN) | THREAD_FROM(HELD),
    [THREAD_RUNNING] = THREAD_FROM(READY),
    [THREAD_SENDING] = THREAD_FROM(RUNNING),
    [THREAD_CALLING] = THREAD_FROM(RUNNING),
    [THREAD_AWAITING_REPLY] = THREAD_FROM(RUNNING) | THREAD_FROM(CALLING),
    [THREAD_RECEIVING] = THREAD_FROM(RUNNING),
    [THREAD_FAULTING] = THREAD_FROM(RUNNING),
    [THREAD_AWAITING_VERDICT] = THREAD_FROM(RUNNING) | THREAD_FROM(FAULTING),
    [THREAD_AWAITING_CHILDREN] = THREAD_FROM(RUNNING),
    [THREAD_HELD] = THREAD_FROM(READY),
    [THREAD_ENDED] = THREAD_FROM(RUNNING),
};

/* The one place where a state changes. Panics on a transition that the diagram
 * lacks. */
static inline void thread_set_state(struct thread *thread, enum thread_state state)
{
    assert(state < THREAD_STATES && (thread_transitions[state] >> thread->state & 1));
    thread->state = state;
}

/* Whether it waits for something, so that a wake-up is legal. */
static inline bool thread_is_blocked(const struct thread *thread)
{
    return thread->state >= THREAD_AWAITING_REPLY &&
           thread->state <= THREAD_AWAITING_VERDICT && thread->state != THREAD_READY;
}

static inline void thread_unquick(struct thread *thread)
{
    thread->quick = thread->quick_call = thread->quick_reply = (uint64_t)thread;
}

/* Panics unless the fields agree with each other and with the state. */
void thread_check(const struct thread *thread);
