/* SPDX-License-Identifier: MIT
 *
 * Where assembly finds what in the policy priority's queues: policy_priority.c checks
 * the offsets at compile time.
 */
#pragma once

#define LIST_NEXT 0
#define LIST_PREVIOUS 8

#define READY_OWN 8       /* ready_queue.own */
#define READY_NONEMPTY 16 /* bit u - 1: there is one of urgency u */
#define READY_LISTS 24    /* by urgency */
#define READY_LIST_SHIFT 4

/* struct heap */
#define HEAP_COUNT 0
#define HEAP_FIRST 16
