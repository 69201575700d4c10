/* SPDX-License-Identifier: MIT
 *
 * All harts: which of them is to run what has become ready.
 *
 * Threads that are ready stand in one queue for all harts, from which each takes the
 * next one when it chooses; so priorities and shares hold for the whole machine, and
 * nobody waits while a hart is idle. Threads that are pinned stand in a queue of their
 * hart's own. Only a hart that runs somebody less urgent, or nobody, is disturbed for
 * what has become ready: one for each, and none that is about to choose anyway. Who
 * finds more to do when it has chosen disturbs the next.
 */
#pragma once

#include "sched/hart.h"

/* Those that the kernel has tried to start, the boot hart first. */
extern struct hart harts[HARTS_MAX];
extern uint32_t harts_count;

/* Whether anybody is preempted at all. */
extern bool harts_preempt;

/* There is none; preempt: false for the cooperative machine. */
void harts_init(bool preempt);

/* A hart more, idle and not yet online; at most HARTS_MAX. `stack_top`: of its idle
 * thread. */
struct hart *harts_add(uint64_t id, uint64_t trap_return, uint64_t stack_top);

/* Where there are several: the queues have changed, or the current thread has. Disturbs
 * who has to know, `preferred` (NULL: nobody) before others that run what is as urgent.
 * Leaves that to later if this hart is about to choose. */
void harts_share(const struct hart *preferred);

/* The same, once this hart, which is idle, has found nothing: what is ready is pinned.
 */
void harts_share_pinned(void);

/* `hart`, which may be this one, enters its kernel soon, and chooses anew unless it is
 * idle, which chooses all the time. */
void harts_recall(struct hart *hart);

/* The same if it runs somebody less urgent than it could. */
void harts_reconsider(struct hart *hart);

/* Harts that run without a slice, although others wait, begin one. */
void harts_time_slices(void);

/* Whether every other hart waits. */
bool harts_all_wait(void);

/* The one with this id that has started, NULL if there is none. */
struct hart *harts_find(uint64_t id);

/* The next thread for this hart, taken out of its queue; NULL: none is ready. */
struct thread *harts_take(struct hart *hart);
