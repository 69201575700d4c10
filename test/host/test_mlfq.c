/* SPDX-License-Identifier: MIT
 *
 * The multi-level feedback queue: the rules of OSTEP, chapter 8, as what they are good
 * for. Levels, allotments and boosts are policy_mlfq.c's; they are written down here
 * once more.
 */
#include "host_test.h"

#include "simulation.h"

#define FOREVER (UINT64_MAX / 2)
#define LEVELS 8U
#define BOOST_SLICES 100U

/* A thread that was made just now has seen all boosts. */
static uint64_t boosts(void)
{
    struct thread thread = {.policy = {0, 0}};
    policy_set_urgency(&thread);
    assert_int_equal(thread.urgency, LEVELS);
    return thread.policy[1];
}

static void wait_for_boost(void)
{
    const uint64_t before = boosts();
    for (uint64_t i = 0; boosts() == before; i++) {
        assert_true(i < 20 * BOOST_SLICES); /* while somebody runs all the time */
        simulate(SLICE_TICKS / 10);
    }
}

static void a_hog_sinks_level_by_level(void **state)
{
    (void)state;
    simulation_start();
    struct task *hog = task_add(HOG, 3, FOREVER, 0);
    struct task *other = task_add(HOG, 3, FOREVER, 0);
    simulate_slices(2 * BOOST_SLICES);
    wait_for_boost();
    for (uint32_t turn = 1; turn < LEVELS - 1; turn++) {
        simulate_slices(2);
        assert_in_range(hog->thread.urgency + other->thread.urgency,
                        2 * (LEVELS - turn) - 2, 2 * (LEVELS - turn) + 2);
    }
    simulate_slices(4);
    assert_int_equal(hog->thread.urgency, 1);
    assert_int_equal(other->thread.urgency, 1);
    assert_in_range(task_share(hog), 480000, 520000);
}

/* It never waits while nobody else is new: not for a tick once the hogs have sunk, and
 * after a boost for less than one slice of each. */
static void who_is_interactive_waits_little(void **state)
{
    (void)state;
    const uint32_t hogs = 10;
    simulation_start();
    for (uint32_t i = 0; i < hogs; i++)
        task_add(HOG, 15, FOREVER, 0);
    struct task *interactive = task_add(SLEEPER, 0, 200, SLICE_TICKS);
    simulate_slices(10000);
    assert_true(interactive->wakings > 8000);
    assert_true(interactive->latency_max <= (hogs + 1) * SLICE_TICKS);
    assert_true(interactive->latency_sum / interactive->wakings <= SLICE_TICKS / 2);

    /* Between two boosts, when every hog has used up its first allotment. */
    for (uint32_t i = 0; i < 20; i++) {
        wait_for_boost();
        simulate_slices(hogs + 2);
        simulation_forget();
        simulate_slices(BOOST_SLICES / 2);
        assert_true(interactive->wakings > 30);
        assert_true(interactive->latency_max <= 4 * TRAP_TICKS);
    }
}

/* Yielding or sleeping just before the slice ends is of no use: time counts. */
static void a_gamer_gets_no_more_than_its_share(void **state)
{
    (void)state;
    static const struct {
        uint64_t percent; /* of a slice, before it gives the hart away */
        uint64_t away;
    } games[] = {{99, 0}, {99, 1}, {99, 100}, {80, 0}, {80, 1}, {30, 0}, {30, 1}};
    for (uint32_t i = 0; i < ARRAY_LENGTH(games); i++) {
        simulation_start();
        for (uint32_t hog = 0; hog < 4; hog++)
            task_add(HOG, 3, FOREVER, 0);
        struct task *gamer =
            task_add(games[i].away == 0 ? YIELDER : SLEEPER, 3,
                     SLICE_TICKS * games[i].percent / 100, games[i].away);
        simulate_slices(10 * BOOST_SLICES);
        simulation_forget();
        simulate_slices(100 * BOOST_SLICES);
        assert_in_range(task_share(gamer), 50000, 250000); /* a fifth is its due */
    }
}

/* Interactive ones that leave nothing over between them: the hog goes on, by boosts. */
static void nobody_starves(void **state)
{
    (void)state;
    simulation_start();
    struct task *hog = task_add(HOG, 3, FOREVER, 0);
    for (uint32_t i = 0; i < 30; i++)
        task_add(SLEEPER, 3, 500, 4 * SLICE_TICKS / 10);
    simulate_slices(BOOST_SLICES);
    uint64_t longest = 0;
    uint64_t waited = 0;
    for (uint32_t i = 0; i < 100 * BOOST_SLICES; i++) {
        const uint64_t before = hog->had;
        simulate_slices(1);
        waited = hog->had == before ? waited + 1 : 0;
        if (waited > longest)
            longest = waited;
    }
    assert_in_range(longest, 1, BOOST_SLICES + 10);
    assert_true(task_share(hog) >= 1000000 / BOOST_SLICES / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hog_sinks_level_by_level),
        cmocka_unit_test(who_is_interactive_waits_little),
        cmocka_unit_test(a_gamer_gets_no_more_than_its_share),
        cmocka_unit_test(nobody_starves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
