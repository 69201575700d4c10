/* SPDX-License-Identifier: MIT
 *
 * Stride scheduling: shares proportional to tickets (priority + 1), at any moment, with
 * an error of two slices for each thread at the most.
 */
#include "host_test.h"

#include "simulation.h"
#include <trapeze/abi.h>

#define FOREVER (UINT64_MAX / 2)

static uint64_t distance(uint64_t one, uint64_t other)
{
    return one > other ? one - other : other - one;
}

/* Looks again and again whether all of the first `count` tasks, which want the hart all
 * the time, have had their shares since simulation_forget. */
static void watch_shares(uint32_t count, uint64_t slices, uint64_t error_slices)
{
    uint64_t total = 0;
    for (uint32_t i = 0; i < count; i++)
        total += tasks[i].thread.priority + 1U;
    for (uint64_t slice = 0; slice < slices; slice++) {
        uint64_t all = 0;
        simulate_slices(1);
        for (uint32_t i = 0; i < count; i++)
            all += tasks[i].had;
        for (uint32_t i = 0; i < count; i++) {
            const uint64_t due = all * (tasks[i].thread.priority + 1U) / total;
            assert_in_range(distance(tasks[i].had, due), 0, error_slices * SLICE_TICKS);
        }
    }
}

static void shares_follow_the_tickets(void **state)
{
    (void)state;
    simulation_start();
    for (uint8_t priority = 0; priority < PRIORITIES; priority++)
        task_add(HOG, priority, FOREVER, 0);
    simulate_slices(200); /* how long a slice is has been found out */
    simulation_forget();
    watch_shares(PRIORITIES, 4000, 2);
}

/* Equal tickets, but the one gives the hart away after a third of each slice: what
 * counts is time. */
static void short_turns_are_made_up_for(void **state)
{
    (void)state;
    simulation_start();
    task_add(HOG, 3, FOREVER, 0);
    task_add(YIELDER, 3, SLICE_TICKS / 3, 0);
    task_add(YIELDER, 7, SLICE_TICKS / 10, 0);
    simulate_slices(100);
    simulation_forget();
    watch_shares(3, 4000, 3);
}

/* After a thousand slices of sleep it has its share from then on, not a thousand
 * slices. */
static void sleep_saves_up_nothing(void **state)
{
    (void)state;
    simulation_start();
    task_add(HOG, 3, FOREVER, 0);
    struct task *sleeper = task_add(SLEEPER, 3, 10, 1000 * SLICE_TICKS);
    simulate_slices(900);
    assert_true(sleeper->had < 100);
    sleeper->kind = HOG;
    while (sleeper->wakings == 0)
        simulate(SLICE_TICKS / 10);
    simulation_forget();
    watch_shares(2, 1000, 3);
}

/* Whoever had the hart for itself does not have to pay for that when another comes. */
static void time_alone_is_free(void **state)
{
    (void)state;
    simulation_start();
    task_add(HOG, 3, FOREVER, 0);
    simulate_slices(1000);
    task_add(HOG, 3, FOREVER, 0);
    simulation_forget();
    watch_shares(2, 1000, 3);
}

static void tickets_can_be_changed(void **state)
{
    (void)state;
    simulation_start();
    for (uint32_t i = 0; i < 10; i++)
        task_add(HOG, 3, FOREVER, 0);
    simulate_slices(300);
    for (uint32_t i = 0; i < 10; i++)
        sched_set_priority(&tasks[i].thread, (uint8_t)(i + 2));
    simulate_slices(100);
    simulation_forget();
    watch_shares(10, 1000, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_follow_the_tickets),
        cmocka_unit_test(short_turns_are_made_up_for),
        cmocka_unit_test(sleep_saves_up_nothing),
        cmocka_unit_test(time_alone_is_free),
        cmocka_unit_test(tickets_can_be_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
