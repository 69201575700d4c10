/* SPDX-License-Identifier: MIT
 *
 * Limits of CPU time: so many ticks in each period. Arithmetic only; sched.c asks and
 * acts. A thread without a limit has ticks 0.
 */
#pragma once

#include "sched/thread.h"

/* A thread begins to pay at `now`. Returns when its limit will be used up or its period
 * will end. */
uint64_t limit_begin(struct limit *limit, uint64_t now);

/* It has paid until `now`. */
void limit_end(struct limit *limit, uint64_t now);

/* Whether it must not run at `now`, before its period ends. */
bool limit_is_used_up(const struct limit *limit, uint64_t now);
