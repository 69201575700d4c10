/* SPDX-License-Identifier: MIT
 *
 * Round robin: everybody in turn, first come first served, for a slice each; priorities
 * make no difference.
 */
#include "host_test.h"

#include "simulation.h"

#define FOREVER (UINT64_MAX / 2)
#define HOGS 15U

static void in_turn_whatever_the_priority(void **state)
{
    (void)state;
    simulation_start();
    for (uint32_t i = 0; i < HOGS; i++)
        task_add(HOG, (uint8_t)i, FOREVER, 0);
    for (uint32_t i = 0; i < 40 * HOGS; i++) {
        simulate(SLICE_TICKS / 2);
        assert_ptr_equal(simulated_hart->current, &tasks[i % HOGS].thread);
        while (simulated_hart->current == &tasks[i % HOGS].thread)
            simulate(50);
    }
    for (uint32_t i = 0; i < HOGS; i++)
        assert_in_range(tasks[i].had, 40 * SLICE_TICKS, 40 * SLICE_TICKS + 2000);
}

/* Whoever wakes waits for one turn of the others at the most. */
static void the_wait_is_bounded(void **state)
{
    (void)state;
    simulation_start();
    for (uint32_t i = 0; i < HOGS; i++)
        task_add(HOG, 3, FOREVER, 0);
    struct task *sleeper = task_add(SLEEPER, 3, 100, 777);
    simulate_slices(5000);
    assert_true(sleeper->wakings > 250);
    assert_in_range(sleeper->latency_max, (HOGS - 2) * SLICE_TICKS,
                    (HOGS + 1) * SLICE_TICKS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_turn_whatever_the_priority),
        cmocka_unit_test(the_wait_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
