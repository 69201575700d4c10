/* SPDX-License-Identifier: MIT
 *
 * sched/deadline.c, against an array of deadlines that is searched from end to end.
 */
#include "host_test.h"

#include "panics.h"
#include "random_steps.h"
#include "sched/deadline.h"

#define THREADS 300U
#define STEPS 200000U

static struct thread threads[DEADLINES_MAX + 1];

static void start(void)
{
    memset(threads, 0, sizeof threads);
    deadline_init();
    assert_true(deadline_earliest() == DEADLINE_NONE);
}

static void without_deadlines(void **state)
{
    (void)state;
    start();
    assert_null(deadline_take_passed(0));
    assert_null(deadline_take_passed(UINT64_MAX));
    deadline_remove(&threads[0]); /* has none: nothing happens */
    assert_true(deadline_earliest() == DEADLINE_NONE);
    deadline_check(UINT32_MAX);
}

static void a_deadline_passes_at_its_time(void **state)
{
    (void)state;
    start();
    deadline_add(&threads[0], 100);
    assert_int_equal(deadline_earliest(), 100);
    assert_null(deadline_take_passed(99));
    assert_ptr_equal(deadline_take_passed(100), &threads[0]);
    assert_null(deadline_take_passed(UINT64_MAX));
    assert_true(deadline_earliest() == DEADLINE_NONE);

    deadline_add(&threads[0],
                 UINT64_MAX); /* can be given again, and the last tick, too */
    assert_null(deadline_take_passed(UINT64_MAX - 1));
    assert_ptr_equal(deadline_take_passed(UINT64_MAX), &threads[0]);
}

static uint64_t ascending(uint64_t index)
{
    return index;
}

static uint64_t descending(uint64_t index)
{
    return DEADLINES_MAX - index;
}

static uint64_t alternating(uint64_t index)
{
    return index % 2 == 0 ? index : 3 * DEADLINES_MAX - index;
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
        for (uint64_t j = 0; j < DEADLINES_MAX; j++)
            deadline_add(&threads[j], orders[i](j));
        deadline_check(UINT32_MAX);
        uint64_t previous = 0;
        for (uint64_t j = 0; j < DEADLINES_MAX; j++) {
            struct thread *thread = deadline_take_passed(UINT64_MAX);
            assert_non_null(thread);
            assert_int_equal(thread->deadline_index, 0);
            assert_true(thread->deadline_ticks >= previous);
            assert_int_equal(thread->deadline_ticks,
                             orders[i]((uint64_t)(thread - threads)));
            previous = thread->deadline_ticks;
            thread->deadline_ticks =
                UINT64_MAX; /* so that a second time would be noticed */
        }
        assert_null(deadline_take_passed(UINT64_MAX));
    }
}

static bool has_deadline[THREADS];
static uint64_t deadlines[THREADS];

static uint64_t model_earliest(void)
{
    uint64_t earliest = DEADLINE_NONE;
    for (uint32_t i = 0; i < THREADS; i++) {
        if (has_deadline[i] && deadlines[i] < earliest)
            earliest = deadlines[i];
    }
    return earliest;
}

static void take_step(uint64_t now)
{
    const uint64_t earliest = model_earliest();
    struct thread *thread = deadline_take_passed(now);

    if (earliest > now || earliest == DEADLINE_NONE) {
        assert_null(thread);
        return;
    }
    assert_non_null(thread);
    assert_true(has_deadline[thread - threads]);
    assert_int_equal(deadlines[thread - threads], earliest);
    assert_int_equal(thread->deadline_index, 0);
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
            deadline_add(&threads[index], deadlines[index]);
        } else if (random_below(2) == 0) {
            deadline_remove(&threads[index]);
            has_deadline[index] = false;
        } else {
            now += random_below(8);
            take_step(now);
        }
        assert_true(deadline_earliest() == model_earliest());
        if (random_step % 64 == 0)
            deadline_check(UINT32_MAX);
    }
    while (model_earliest() != DEADLINE_NONE)
        take_step(UINT64_MAX);
    assert_null(deadline_take_passed(UINT64_MAX));
}

static void add_twice(void *argument)
{
    (void)argument;
    start();
    deadline_add(&threads[0], 1);
    deadline_add(&threads[0], 2);
}

static void add_too_many(void *count)
{
    start();
    for (uint64_t i = 0; i < *(uint64_t *)count; i++)
        deadline_add(&threads[i], i);
}

static void change_a_deadline(void *argument)
{
    (void)argument;
    start();
    for (uint64_t i = 0; i < 10; i++)
        deadline_add(&threads[i], 10 * i);
    threads[7].deadline_ticks = 0;
    deadline_check(UINT32_MAX);
}

static void remove_with_a_wrong_place(void *argument)
{
    (void)argument;
    start();
    deadline_add(&threads[0], 1);
    deadline_add(&threads[1], 2);
    threads[0].deadline_index = threads[1].deadline_index;
    deadline_remove(&threads[0]);
}

static void mistakes_panic(void **state)
{
    (void)state;
    expect_panic(add_twice, NULL, "deadline_index == 0");
    assert_null(panic_of(add_too_many, &(uint64_t){DEADLINES_MAX}));
    expect_panic(add_too_many, &(uint64_t){DEADLINES_MAX + 1}, "DEADLINES_MAX");
    expect_panic(change_a_deadline, NULL, "deadline_ticks");
    expect_panic(remove_with_a_wrong_place, NULL, "heap[index] == thread");
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
