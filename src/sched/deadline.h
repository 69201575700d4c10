/* SPDX-License-Identifier: MIT
 *
 * The deadlines of blocked threads: a binary heap with the earliest on top. Adding and
 * removing take at most log2(DEADLINES_MAX) steps.
 */
#pragma once

#include <stdint.h>

#include "sched/thread.h"

#define DEADLINES_MAX 8192

#define DEADLINE_NONE UINT64_MAX

void deadline_init(void);

/* `thread`, which has no deadline, gets one: `ticks` of the time register. */
void deadline_add(struct thread *thread, uint64_t ticks);

/* Takes its deadline away, if it has one. */
void deadline_remove(struct thread *thread);

/* The earliest, DEADLINE_NONE if there is none. */
extern uint64_t deadline_first;
static inline uint64_t deadline_earliest(void)
{
    return deadline_first;
}

/* A thread whose deadline is not after `now`, without its deadline from here on; NULL
 * if there is none. */
struct thread *deadline_take_passed(uint64_t now);

/* Panics unless the first `limit` entries are in order and know their places.
 */
void deadline_check(uint32_t limit);
