/* SPDX-License-Identifier: MIT
 *
 * The deadlines, as a binary heap: the children of entry i are 2i and 2i + 1, from 1
 * on, and none is earlier than its parent. A thread knows its entry, so that it can be
 * taken out of the middle.
 */
#include "sched/deadline.h"

static struct thread *heap[DEADLINES_MAX + 1];
static uint32_t count;
uint64_t deadline_first = DEADLINE_NONE; /* the top's, where a tick finds it */

void deadline_init(void)
{
    count = 0;
    deadline_first = DEADLINE_NONE;
}

static void note_first(void)
{
    deadline_first = count == 0 ? DEADLINE_NONE : heap[1]->deadline_ticks;
}

static void place(uint32_t index, struct thread *thread)
{
    heap[index] = thread;
    thread->deadline_index = index;
}

static void move_up(uint32_t index, struct thread *thread)
{
    while (index > 1 && heap[index / 2]->deadline_ticks > thread->deadline_ticks) {
        place(index, heap[index / 2]);
        index /= 2;
    }
    place(index, thread);
}

static void move_down(uint32_t index, struct thread *thread)
{
    while (2 * index <= count) {
        uint32_t child = 2 * index;
        if (child < count &&
            heap[child + 1]->deadline_ticks < heap[child]->deadline_ticks)
            child++;
        if (heap[child]->deadline_ticks >= thread->deadline_ticks)
            break;
        place(index, heap[child]);
        index = child;
    }
    place(index, thread);
}

void deadline_add(struct thread *thread, uint64_t ticks)
{
    assert(thread->deadline_index == 0 && count < DEADLINES_MAX);
    thread->deadline_ticks = ticks;
    move_up(++count, thread);
    note_first();
}

void deadline_remove(struct thread *thread)
{
    uint32_t index = thread->deadline_index;
    if (index == 0)
        return;
    assert(index <= count && heap[index] == thread);
    thread->deadline_index = 0;
    struct thread *last = heap[count--];
    if (last != thread && index > 1 &&
        heap[index / 2]->deadline_ticks > last->deadline_ticks)
        move_up(index, last);
    else if (last != thread)
        move_down(index, last);
    note_first();
}

struct thread *deadline_take_passed(uint64_t now)
{
    if (deadline_first > now || count == 0)
        return NULL;
    struct thread *thread = heap[1];
    deadline_remove(thread);
    return thread;
}

void deadline_check(uint32_t limit)
{
    for (uint32_t i = 1; i <= count && i <= limit; i++) {
        assert(heap[i]->deadline_index == i);
        assert(i == 1 || heap[i / 2]->deadline_ticks <= heap[i]->deadline_ticks);
    }
}
