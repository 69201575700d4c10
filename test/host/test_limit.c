/* SPDX-License-Identifier: MIT
 *
 * sched/limit.c: in each period at most so many ticks, however they are divided, for a
 * thread that goes on until it is told to stop, and that comes back when it may.
 */
#include "host_test.h"

#include "random_steps.h"
#include "sched/limit.h"

#define TICKS 100U
#define PERIOD 1000U

static void a_whole_limit_at_once(void **state)
{
    (void)state;
    struct limit limit = {.ticks = TICKS, .period = PERIOD};
    assert_int_equal(limit_begin(&limit, 5000), 5000 + TICKS);
    assert_false(limit_is_used_up(&limit, 5000));
    limit_end(&limit, 5000 + TICKS);
    assert_true(limit_is_used_up(&limit, 5000 + TICKS));
    assert_true(limit_is_used_up(&limit, 5000 + PERIOD - 1));
    assert_false(limit_is_used_up(&limit, 5000 + PERIOD));
    assert_int_equal(limit_begin(&limit, 6000), 6000 + TICKS);
}

static void in_pieces(void **state)
{
    (void)state;
    struct limit limit = {.ticks = TICKS, .period = PERIOD};
    for (uint64_t i = 0; i < 10; i++) {
        assert_int_equal(limit_begin(&limit, 100 * i), 100 * i + TICKS - 10 * i);
        limit_end(&limit, 100 * i + 10);
        assert_int_equal(limit_is_used_up(&limit, 100 * i + 10), i == 9);
    }
}

/* It stops at the end of a period, so that the next one is counted for itself. */
static void across_the_end_of_a_period(void **state)
{
    (void)state;
    struct limit limit = {.ticks = TICKS, .period = PERIOD};
    limit_begin(&limit, 1000);
    limit_end(&limit, 1001);
    assert_int_equal(limit_begin(&limit, 1950), 2000);
    limit_end(&limit, 2000);
    assert_false(limit_is_used_up(&limit, 2000));
    assert_int_equal(limit_begin(&limit, 2000), 2000 + TICKS);
}

/* More than the limit, since the interrupt came late: the next period is a new one. */
static void too_much(void **state)
{
    (void)state;
    struct limit limit = {.ticks = TICKS, .period = PERIOD};
    limit_begin(&limit, 0);
    limit_end(&limit, TICKS + 7);
    assert_true(limit_is_used_up(&limit, TICKS + 7));
    assert_int_equal(limit_begin(&limit, TICKS + 8), TICKS + 8);
    assert_int_equal(limit_begin(&limit, PERIOD), PERIOD + TICKS);
}

static void at_the_ends_of_time_and_limit(void **state)
{
    (void)state;
    struct limit whole = {.ticks = PERIOD, .period = PERIOD}; /* all of it */
    assert_int_equal(limit_begin(&whole, 0), PERIOD);
    limit_end(&whole, PERIOD);
    assert_false(limit_is_used_up(&whole, PERIOD));
    struct limit none = {.ticks = 0}; /* no limit */
    assert_false(limit_is_used_up(&none, 0));
    assert_false(limit_is_used_up(&none, UINT64_MAX));
    struct limit long_one = {.ticks = 1, .period = UINT64_MAX / 4};
    assert_int_equal(limit_begin(&long_one, UINT64_MAX / 2), UINT64_MAX / 2 + 1);
    limit_end(&long_one, UINT64_MAX / 2 + 1);
    assert_true(limit_is_used_up(&long_one, UINT64_MAX / 2 + UINT64_MAX / 4 - 1));
}

/* Runs and rests of any length. A tick of the thread's counts in the period that is
 * under way then. */
static void any_sequence(void **state)
{
    (void)state;
    random_start(9);
    for (uint32_t round = 0; round < 200; round++) {
        struct limit limit = {.ticks = random_below(50) + 1};
        limit.period = limit.ticks + random_below(200);
        uint64_t now = random_below(1000);
        uint64_t in_period = 0;
        uint64_t period_end = 0;
        for (uint32_t i = 0; i < 500; i++, random_step++) {
            if (limit_is_used_up(&limit, now)) {
                assert_int_equal(in_period, limit.ticks); /* not a tick too early */
                now = limit.period_end;
            }
            const uint64_t end = limit_begin(&limit, now);
            assert_true(end > now && end <= limit.period_end);
            if (limit.period_end != period_end) {
                assert_true(now >= period_end);
                in_period = 0;
                period_end = limit.period_end;
            }
            const uint64_t run =
                random_below(3) == 0 ? end - now : random_below(end - now + 1);
            now += run;
            in_period += run;
            limit_end(&limit, now);
            assert_true(in_period <= limit.ticks);
            now += random_below(random_below(2) == 0 ? 3 : 2 * limit.period);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_limit_at_once),
        cmocka_unit_test(in_pieces),
        cmocka_unit_test(across_the_end_of_a_period),
        cmocka_unit_test(too_much),
        cmocka_unit_test(at_the_ends_of_time_and_limit),
        cmocka_unit_test_teardown(any_sequence, report_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
