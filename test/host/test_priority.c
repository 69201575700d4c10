/* SPDX-License-Identifier: MIT
 *
 * Fixed priorities: the most urgent runs, whatever it takes; equals take turns.
 */
#include "host_test.h"

#include "simulation.h"

#define FOREVER (UINT64_MAX / 2)

/* Whenever it is awake, and at once. */
static void the_most_urgent_runs(void **state)
{
    (void)state;
    simulation_start();
    for (uint8_t priority = 0; priority < 12; priority++)
        task_add(HOG, priority, FOREVER, 0);
    struct task *urgent = task_add(SLEEPER, 14, 700, 4321);
    struct task *less_urgent = task_add(SLEEPER, 13, 900, 2100);
    simulate_slices(1000);
    assert_true(urgent->count > 1900);
    assert_true(urgent->latency_max <= 3 * TRAP_TICKS);
    assert_true(less_urgent->count > 2500);
    assert_in_range(less_urgent->latency_max, 300, 700 + 10 * TRAP_TICKS);
    for (uint32_t i = 0; i < 11; i++) /* there is no mercy in fixed priorities */
        assert_int_equal(tasks[i].had, 0);
    assert_true(tasks[11].had > 400 * SLICE_TICKS);
}

static void equals_take_turns(void **state)
{
    (void)state;
    simulation_start();
    for (uint32_t i = 0; i < 7; i++)
        task_add(HOG, 6, FOREVER, 0);
    task_add(HOG, 5, FOREVER, 0);
    simulate_slices(7 * 300);
    for (uint32_t i = 0; i < 7; i++)
        assert_in_range(tasks[i].had, 298 * SLICE_TICKS, 302 * SLICE_TICKS);
    assert_int_equal(tasks[7].had, 0);
}

/* Whoever was preempted goes on before its equals, and has the rest of its slice: it
 * does not matter who of the two is the one that is preempted more often. */
static void preemption_costs_no_turn(void **state)
{
    (void)state;
    simulation_start();
    struct task *one = task_add(HOG, 6, FOREVER, 0);
    struct task *other = task_add(HOG, 6, FOREVER, 0);
    struct task *urgent = task_add(SLEEPER, 9, 10, 900);
    simulate_slices(2000);
    assert_in_range(one->had, other->had / 100 * 98, other->had / 100 * 102);
    assert_in_range(dispatches, 2 * urgent->count, 2 * urgent->count + 2000);
}

static void whoever_was_preempted_is_next(void **state)
{
    (void)state;
    simulation_start();
    for (uint32_t i = 0; i < 5; i++)
        task_add(HOG, 6, FOREVER, 0);
    struct task *urgent = task_add(SLEEPER, 9, 10, SLICE_TICKS / 3);
    simulate_slices(3);
    for (uint32_t i = 0; i < 100; i++) {
        while (simulated_hart->current == &urgent->thread)
            simulate(1);
        const struct thread *current = simulated_hart->current;
        const uint64_t slice_end = simulated_hart->slice_end;
        while (simulated_hart->current != &urgent->thread &&
               simulated_hart->slice_end == slice_end)
            simulate(1);
        while (simulated_hart->current == &urgent->thread)
            simulate(1);
        if (simulated_hart->slice_end == slice_end)
            assert_ptr_equal(simulated_hart->current, current);
    }
}

/* The server is not urgent enough: somebody else goes first. */
static void no_message_gets_around_the_order(void **state)
{
    (void)state;
    simulation_start();
    struct task *client = task_add(CLIENT, 8, 100, 0);
    struct task *server = task_add(SERVER, 4, 100, 0);
    struct task *hog = task_add(HOG, 6, FOREVER, 0);
    client->server = (uint32_t)(server - tasks);
    simulate_slices(10);
    assert_int_equal(client->count, 1);
    assert_int_equal(server->had, 0);
    sched_set_priority(&hog->thread, 4); /* an equal need not be waited for */
    simulate_slices(10);
    assert_true(client->count > 100);
}

/* It preempted somebody, and becomes its equal: they take turns from then on. */
static void an_equal_of_late_takes_turns(void **state)
{
    (void)state;
    simulation_start();
    struct task *one = task_add(HOG, 3, FOREVER, 0);
    simulate_slices(10);
    struct task *other = task_add(HOG, 9, FOREVER, 0);
    simulate_switch();
    assert_ptr_equal(simulated_hart->current, &other->thread);
    sched_set_priority(&other->thread, 3);
    simulation_forget();
    simulate_slices(100);
    assert_in_range(one->had, 48 * SLICE_TICKS, 52 * SLICE_TICKS);
}

static void a_change_of_priority_counts_at_once(void **state)
{
    (void)state;
    simulation_start();
    struct task *one = task_add(HOG, 6, FOREVER, 0);
    struct task *other = task_add(HOG, 5, FOREVER, 0);
    simulate_slices(10);
    assert_int_equal(other->had, 0);
    sched_set_priority(&other->thread, 7);
    assert_true(one->thread.flags & THREAD_RESCHEDULE);
    simulate_switch();
    assert_ptr_equal(simulated_hart->current, &other->thread);
    sched_set_priority(&other->thread, 2);
    assert_true(other->thread.flags & THREAD_RESCHEDULE);
    simulate_switch();
    assert_ptr_equal(simulated_hart->current, &one->thread);
    sched_set_priority(&one->thread, 3);
    assert_false(one->thread.flags & THREAD_RESCHEDULE);
    simulate_slices(10);
    assert_int_equal(other->had, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_most_urgent_runs),
        cmocka_unit_test(equals_take_turns),
        cmocka_unit_test(preemption_costs_no_turn),
        cmocka_unit_test(whoever_was_preempted_is_next),
        cmocka_unit_test(no_message_gets_around_the_order),
        cmocka_unit_test(an_equal_of_late_takes_turns),
        cmocka_unit_test(a_change_of_priority_counts_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
