/* SPDX-License-Identifier: MIT
 *
 * sched/heap.c, as the scheduler uses it for deadlines, against an array that is
 * searched from end to end.
 */
#include "host_test.h"

#include "panics.h"
#include "random_steps.h"
#include "sched/heap.h"

#define THREADS 300U
#define STEPS 200000U
#define NO_DEADLINE UINT64_MAX

static struct thread threads[THREADS_MAX + 1];
static struct heap heap;

static void start(void)
{
    memset(threads, 0, sizeof threads);
    heap.count = 0;
    assert_null(heap_first(&heap));
}

/* The first whose deadline is not after `now`, taken out. */
static struct thread *take_passed(uint64_t now)
{
    struct thread *thread = heap_first(&heap);
    if (thread == NULL || thread->heap_key > now)
        return NULL;
    heap_remove(&heap, thread);
    return thread;
}

static void without_deadlines(void **state)
{
    (void)state;
    start();
    heap_remove(&heap, &threads[0]); /* is in none: nothing happens */
    assert_null(heap_first(&heap));
    heap_check(&heap, UINT32_MAX);
}

static void a_deadline_passes_at_its_time(void **state)
{
    (void)state;
    start();
    heap_add(&heap, &threads[0], 100);
    assert_ptr_equal(heap_first(&heap), &threads[0]);
    assert_int_equal(threads[0].heap_key, 100);
    assert_null(take_passed(99));
    assert_ptr_equal(take_passed(100), &threads[0]);
    assert_null(take_passed(UINT64_MAX));
    assert_null(heap_first(&heap));

    /* It can be given again, and the last tick, too. */
    heap_add(&heap, &threads[0], UINT64_MAX);
    assert_null(take_passed(UINT64_MAX - 1));
    assert_ptr_equal(take_passed(UINT64_MAX), &threads[0]);
}

static uint64_t ascending(uint64_t index) { return index; }

static uint64_t descending(uint64_t index) { return THREADS_MAX - index; }

static uint64_t alternating(uint64_t index)
{
    return index % 2 == 0 ? index : 3 * THREADS_MAX - index;
}

static uint64_t equal(uint64_t index)
{
    (void)index;
    return 7;
}

/* All that there can be, in an order of each kind, come out sorted, and each once. */
static void as_many_as_there_can_be(void **state)
{
    (void)state;
    uint64_t (*const orders[])(uint64_t) = {ascending, descending, alternating, equal};
    for (size_t i = 0; i < ARRAY_LENGTH(orders); i++) {
        start();
        for (uint64_t j = 0; j < THREADS_MAX; j++)
            heap_add(&heap, &threads[j], orders[i](j));
        heap_check(&heap, UINT32_MAX);
        uint64_t previous = 0;
        for (uint64_t j = 0; j < THREADS_MAX; j++) {
            struct thread *thread = take_passed(UINT64_MAX);
            assert_non_null(thread);
            assert_int_equal(thread->heap_index, 0);
            assert_true(thread->heap_key >= previous);
            assert_int_equal(thread->heap_key, orders[i]((uint64_t)(thread - threads)));
            previous = thread->heap_key;
            thread->heap_key = UINT64_MAX; /* so that a second time would be noticed */
        }
        assert_null(take_passed(UINT64_MAX));
    }
}

static bool has_deadline[THREADS];
static uint64_t deadlines[THREADS];

static uint64_t model_earliest(void)
{
    uint64_t earliest = NO_DEADLINE;
    for (uint32_t i = 0; i < THREADS; i++) {
        if (has_deadline[i] && deadlines[i] < earliest)
            earliest = deadlines[i];
    }
    return earliest;
}

static void take_step(uint64_t now)
{
    const uint64_t earliest = model_earliest();
    struct thread *thread = take_passed(now);

    if (earliest > now || earliest == NO_DEADLINE) {
        assert_null(thread);
        return;
    }
    assert_non_null(thread);
    assert_true(has_deadline[thread - threads]);
    assert_int_equal(deadlines[thread - threads], earliest);
    assert_int_equal(thread->heap_index, 0);
    has_deadline[thread - threads] = false;
}

static void any_sequence(void **state)
{
    (void)state;
    uint64_t now = 0;
    start();
    memset(has_deadline, 0, sizeof has_deadline);
    random_start(6);
    for (; random_step < STEPS; random_step++) {
        const uint64_t index = random_below(THREADS);
        const bool growing = random_step / 5000 % 2 == 0;
        if (!has_deadline[index] && random_below(4) < (growing ? 3 : 1)) {
            deadlines[index] = now + random_below(random_below(3) == 0 ? 4 : 1000);
            has_deadline[index] = true;
            heap_add(&heap, &threads[index], deadlines[index]);
        } else if (random_below(2) == 0) {
            heap_remove(&heap, &threads[index]);
            has_deadline[index] = false;
        } else {
            now += random_below(8);
            take_step(now);
        }
        const struct thread *first = heap_first(&heap);
        assert_true((first == NULL ? NO_DEADLINE : first->heap_key) ==
                    model_earliest());
        if (random_step % 64 == 0)
            heap_check(&heap, UINT32_MAX);
    }
    while (model_earliest() != NO_DEADLINE)
        take_step(UINT64_MAX);
    assert_null(take_passed(UINT64_MAX));
}

static void add_twice(void *argument)
{
    (void)argument;
    start();
    heap_add(&heap, &threads[0], 1);
    heap_add(&heap, &threads[0], 2);
}

static void add_too_many(void *count)
{
    start();
    for (uint64_t i = 0; i < *(uint64_t *)count; i++)
        heap_add(&heap, &threads[i], i);
}

static void change_a_deadline(void *argument)
{
    (void)argument;
    start();
    for (uint64_t i = 0; i < 10; i++)
        heap_add(&heap, &threads[i], 10 * i);
    threads[7].heap_key = 0;
    heap_check(&heap, UINT32_MAX);
}

static void remove_with_a_wrong_place(void *argument)
{
    (void)argument;
    start();
    heap_add(&heap, &threads[0], 1);
    heap_add(&heap, &threads[1], 2);
    threads[0].heap_index = threads[1].heap_index;
    heap_remove(&heap, &threads[0]);
}

static void mistakes_panic(void **state)
{
    (void)state;
    expect_panic(add_twice, NULL, "heap_index == 0");
    assert_null(panic_of(add_too_many, &(uint64_t){THREADS_MAX}));
    expect_panic(add_too_many, &(uint64_t){THREADS_MAX + 1}, "THREADS_MAX");
    expect_panic(change_a_deadline, NULL, "heap_key");
    expect_panic(remove_with_a_wrong_place, NULL, "entries[index] == thread");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_deadlines),
        cmocka_unit_test(a_deadline_passes_at_its_time),
        cmocka_unit_test(as_many_as_there_can_be),
        cmocka_unit_test_teardown(any_sequence, report_steps),
        cmocka_unit_test(mistakes_panic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
