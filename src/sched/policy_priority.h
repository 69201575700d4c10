/* SPDX-License-Identifier: MIT
 *
 * The policy priority's queues, which assembly knows (trap/fast_switch.S).
 * thread->policy[0] points to the first of a thread's ring.
 */
#pragma once

#include <trapeze/abi.h>

#include "sched/sched_policy.h"

struct queue {
    struct ready_queue base;
    uint32_t nonempty;                    /* bit u: ready[u] has a thread */
    struct thread *ready[PRIORITIES + 1]; /* by urgency */
};
