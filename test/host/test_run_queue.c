/* SPDX-License-Identifier: MIT
 *
 * sched/run_queue.c, against an array.
 */
#include "host_test.h"

#include "panics.h"
#include "random_steps.h"
#include "sched/run_queue.h"

#define THREADS 200U
#define STEPS 200000U

static struct thread threads[THREADS];
static struct run_queue queue;

static void start(void)
{
    memset(threads, 0, sizeof threads);
    for (uint32_t i = 0; i < THREADS; i++)
        threads[i].state = THREAD_READY;
    run_queue_init(&queue);
}

static void an_empty_queue(void **state)
{
    (void)state;
    start();
    assert_true(run_queue_is_empty(&queue));
    assert_null(run_queue_first(&queue));
    assert_null(run_queue_take(&queue));
    run_queue_check(&queue, UINT64_MAX);
}

static void first_come_first_served(void **state)
{
    (void)state;
    start();
    for (uint32_t i = 0; i < THREADS; i++) {
        run_queue_append(&queue, &threads[i]);
        assert_false(run_queue_is_empty(&queue));
        assert_ptr_equal(run_queue_first(&queue), &threads[0]);
    }
    run_queue_check(&queue, UINT64_MAX);
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_true(list_is_linked(&threads[i].run_link));
        assert_ptr_equal(run_queue_first(&queue), &threads[i]);
        assert_ptr_equal(run_queue_take(&queue), &threads[i]);
        assert_false(list_is_linked(&threads[i].run_link));
    }
    assert_true(run_queue_is_empty(&queue));
}

static void any_sequence(void **state)
{
    (void)state;
    static struct thread *waiting[STEPS];
    static bool queued[THREADS];
    uint64_t first = 0;
    uint64_t end = 0;

    start();
    memset(queued, 0, sizeof queued);
    random_start(5);
    for (; random_step < STEPS; random_step++) {
        const uint64_t index = random_below(THREADS);
        if (random_below(2) == 0 && !queued[index]) {
            run_queue_append(&queue, &threads[index]);
            waiting[end++] = &threads[index];
            queued[index] = true;
        } else {
            struct thread *taken = run_queue_take(&queue);
            assert_ptr_equal(taken, first == end ? NULL : waiting[first]);
            if (taken != NULL) {
                queued[taken - threads] = false;
                first++;
            }
        }
        assert_int_equal(run_queue_is_empty(&queue), first == end);
        assert_ptr_equal(run_queue_first(&queue), first == end ? NULL : waiting[first]);
        if (random_step % 256 == 0)
            run_queue_check(&queue, random_step % 512 == 0 ? UINT64_MAX : 3);
    }
}

static void append_twice(void *argument)
{
    (void)argument;
    start();
    run_queue_append(&queue, &threads[0]);
    run_queue_append(&queue, &threads[0]);
}

/* The third one in the queue is not ready. */
static void check_with_a_sleeper(void *limit)
{
    start();
    for (uint32_t i = 0; i < 5; i++)
        run_queue_append(&queue, &threads[i]);
    threads[2].state = THREAD_SLEEPING;
    run_queue_check(&queue, *(uint64_t *)limit);
}

static void mistakes_panic(void **state)
{
    (void)state;
    expect_panic(append_twice, NULL, "list_is_linked");
    expect_panic(check_with_a_sleeper, &(uint64_t){UINT64_MAX}, "THREAD_READY");
    expect_panic(check_with_a_sleeper, &(uint64_t){3}, "THREAD_READY");
    assert_null(
        panic_of(check_with_a_sleeper, &(uint64_t){2})); /* it looks at no more */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_queue),
        cmocka_unit_test(first_come_first_served),
        cmocka_unit_test_teardown(any_sequence, report_steps),
        cmocka_unit_test(mistakes_panic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
