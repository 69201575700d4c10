/* SPDX-License-Identifier: MIT
 *
 * Where assembly finds what in the policy priority's queues: policy_priority.c checks
 * it at compile time. thread->policy[0] points to the first of a thread's ring.
 */
#pragma once

#define READY_NONEMPTY 16 /* bit u: there is one of urgency u */
