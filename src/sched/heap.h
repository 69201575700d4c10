/* SPDX-License-Identifier: MIT
 *
 * Threads in the order of a key: a binary heap with the least on top. Adding and
 * removing take at most log2(THREADS_MAX) steps. A thread is in one heap at a time:
 * that of the deadlines while it waits, a policy's while it is ready.
 */
#pragma once

#include <stdint.h>

#include "sched/thread.h"

#define THREADS_MAX 16384 /* that exist at a time */

struct heap {
    uint32_t count;
    struct thread *entries[THREADS_MAX + 1]; /* from 1 on */
};

/* `thread` is in no heap. */
void heap_add(struct heap *heap, struct thread *thread, uint64_t key);

/* Takes a thread out; no effect if it is in none. */
void heap_remove(struct heap *heap, struct thread *thread);

/* The one with the least heap_key, NULL if there is none. */
static inline struct thread *heap_first(const struct heap *heap)
{
    return heap->count == 0 ? NULL : heap->entries[1];
}

/* Panics unless the first `limit` entries are in order and know their places. */
void heap_check(const struct heap *heap, uint32_t limit);
