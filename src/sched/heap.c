/* SPDX-License-Identifier: MIT
 *
 * The children of entry i are 2i and 2i + 1, from 1 on, and none is less than its
 * parent. A thread knows its entry, so that it can be taken out of the middle.
 */
#include "sched/heap.h"

static void place(struct heap *heap, uint32_t index, struct thread *thread)
{
    heap->entries[index] = thread;
    thread->heap_index = index;
}

static void move_up(struct heap *heap, uint32_t index, struct thread *thread)
{
    while (index > 1 && heap->entries[index / 2]->heap_key > thread->heap_key) {
        place(heap, index, heap->entries[index / 2]);
        index /= 2;
    }
    place(heap, index, thread);
}

static void move_down(struct heap *heap, uint32_t index, struct thread *thread)
{
    struct thread **entries = heap->entries;
    while (2 * index <= heap->count) {
        uint32_t child = 2 * index;
        if (child < heap->count &&
            entries[child + 1]->heap_key < entries[child]->heap_key)
            child++;
        if (entries[child]->heap_key >= thread->heap_key)
            break;
        place(heap, index, entries[child]);
        index = child;
    }
    place(heap, index, thread);
}

void heap_add(struct heap *heap, struct thread *thread, uint64_t key)
{
    assert(thread->heap_index == 0 && heap->count < THREADS_MAX);
    thread->heap_key = key;
    move_up(heap, ++heap->count, thread);
}

void heap_remove(struct heap *heap, struct thread *thread)
{
    uint32_t index = thread->heap_index;
    if (index == 0)
        return;
    assert(index <= heap->count && heap->entries[index] == thread);
    thread->heap_index = 0;
    struct thread *last = heap->entries[heap->count--];
    if (last == thread)
        return;
    if (index > 1 && heap->entries[index / 2]->heap_key > last->heap_key)
        move_up(heap, index, last);
    else
        move_down(heap, index, last);
}

void heap_check(const struct heap *heap, uint32_t limit)
{
    struct thread *const *entries = heap->entries;
    for (uint32_t i = 1; i <= heap->count && i <= limit; i++) {
        assert(entries[i]->heap_index == i);
        assert(i == 1 || entries[i / 2]->heap_key <= entries[i]->heap_key);
    }
}
