/* SPDX-License-Identifier: MIT
 *
 * Lottery scheduling: shares proportional to tickets (priority + 1), as well as chance
 * will have it: within four standard deviations of as many fair draws. The draws are
 * the same in each run.
 */
#include "host_test.h"

#include "simulation.h"
#include <trapeze/abi.h>

#define FOREVER (UINT64_MAX / 2)
#define SLICES 40000U

static uint64_t root(uint64_t value)
{
    uint64_t result = 0;
    while ((result + 1) * (result + 1) <= value)
        result++;
    return result;
}

/* `number` of SLICES draws were to go to somebody with `tickets` of `total`. */
static void expect_fair(uint64_t number, uint64_t tickets, uint64_t total)
{
    const uint64_t expected = SLICES * tickets / total;
    const uint64_t deviation = root(expected * (total - tickets) / total) + 1;
    assert_in_range(number, expected - 4 * deviation, expected + 4 * deviation);
}

static void shares_follow_the_tickets(void **state)
{
    (void)state;
    uint64_t total = 0;
    simulation_start();
    for (uint8_t priority = 0; priority < PRIORITIES; priority++) {
        task_add(HOG, priority, FOREVER, 0);
        total += priority + 1U;
    }
    simulate_slices(SLICES);
    for (uint32_t i = 0; i < PRIORITIES; i++)
        expect_fair(tasks[i].had / SLICE_TICKS, i + 1, total);
}

/* Many with few tickets together, against one with many. */
static void a_crowd_counts_by_its_tickets(void **state)
{
    (void)state;
    simulation_start();
    for (uint32_t i = 0; i < 48; i++)
        task_add(HOG, 0, FOREVER, 0);
    struct task *rich = task_add(HOG, 15, FOREVER, 0);
    simulate_slices(SLICES);
    expect_fair(rich->had / SLICE_TICKS, 16, 64);
    for (uint32_t i = 0; i < 48; i++) /* equals win in turns */
        assert_in_range(tasks[i].had, tasks[0].had - 2 * SLICE_TICKS,
                        tasks[0].had + 2 * SLICE_TICKS);
}

static void tickets_can_be_changed(void **state)
{
    (void)state;
    simulation_start();
    struct task *one = task_add(HOG, 3, FOREVER, 0);
    struct task *other = task_add(HOG, 3, FOREVER, 0);
    simulate_slices(100);
    sched_set_priority(&one->thread, 8);
    sched_set_priority(&other->thread, 0);
    simulation_forget();
    simulate_slices(SLICES);
    expect_fair(one->had / SLICE_TICKS, 9, 10);
}

/* No pattern of wins in a row: of the pairs of draws that follow each other, each kind
 * comes as often as it should. */
static void draws_do_not_depend_on_each_other(void **state)
{
    (void)state;
    uint64_t pairs[2][2] = {{0, 0}, {0, 0}};
    simulation_start();
    task_add(HOG, 4, FOREVER, 0);
    task_add(HOG, 5, FOREVER, 0); /* 5 and 6 tickets */
    uint32_t before = 0;
    uint64_t had = 0;
    for (uint32_t i = 0; i < SLICES; i++) {
        simulate_slices(1);
        const uint32_t winner = tasks[0].had - had > SLICE_TICKS / 2 ? 0 : 1;
        had = tasks[0].had;
        pairs[before][winner]++;
        before = winner;
    }
    expect_fair(pairs[0][0], 25, 121);
    expect_fair(pairs[0][1], 30, 121);
    expect_fair(pairs[1][0], 30, 121);
    expect_fair(pairs[1][1], 36, 121);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_follow_the_tickets),
        cmocka_unit_test(a_crowd_counts_by_its_tickets),
        cmocka_unit_test(tickets_can_be_changed),
        cmocka_unit_test(draws_do_not_depend_on_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
