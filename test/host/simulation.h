/* SPDX-License-Identifier: MIT
 *
 * One hart and the real scheduler, with threads that do what a table says. Time passes
 * only while a thread runs, while the hart is idle, and TRAP_TICKS at each trap; a
 * timer interrupt comes when sched.c has said, never in the kernel.
 */
#pragma once

#include "sched/hart.h"
#include "sched/sched.h"
#include "sched/sched_policy.h"

#define SLICE_TICKS 10000UL
#define TRAP_TICKS 3UL
#define CYCLES_PER_TICK 70UL
#define TASKS_MAX 1000U

/* What a task does whenever it has run for `run` ticks. */
enum task_kind {
    HOG,     /* nothing */
    SLEEPER, /* it sleeps for `away` ticks */
    YIELDER, /* it yields */
    CLIENT,  /* it calls task `server`, and waits for the reply */
    SERVER,  /* it replies to its caller, and waits for the next call */
};

struct task {
    struct thread thread;
    enum task_kind kind;
    uint64_t run;
    uint64_t away;
    uint32_t server;

    uint64_t left;  /* ticks until it has run for `run` */
    uint64_t had;   /* ticks on the hart */
    uint64_t count; /* times that it has run for `run` */

    /* From being woken to being on the hart, in ticks. */
    uint64_t woken_at; /* UINT64_MAX: it is not on its way */
    uint64_t wakings;
    uint64_t latency_sum;
    uint64_t latency_max;

    uint32_t caller; /* a server's */
};

extern struct task tasks[TASKS_MAX];
extern uint32_t task_count;
extern uint64_t dispatches; /* times that the hart changed hands */

/* A new machine without tasks, at time 1. */
void simulation_start(void);

/* A task more, which is ready. Returns it. */
struct task *task_add(enum task_kind kind, uint8_t priority, uint64_t run,
                      uint64_t away);

/* Goes on for so many ticks. */
void simulate(uint64_t ticks);

static inline void simulate_slices(uint64_t slices) { simulate(slices * SLICE_TICKS); }

/* The current task leaves the hart, as at the end of a trap; another may have it. */
void simulate_switch(void);

/* The current task ends; the hart is idle then. */
void simulate_end(void);

/* Forgets what the tasks have had, and how long they waited. */
void simulation_forget(void);

/* What a task had of all the time since then, in parts per million. */
uint64_t task_share(const struct task *task);
