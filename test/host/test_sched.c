/* SPDX-License-Identifier: MIT
 *
 * sched/sched.c and sched/limit.c on a simulated hart, with each policy: what holds
 * whoever is chosen. Built once for each.
 */
#include "host_test.h"

#include <string.h>

#include "random_steps.h"
#include "simulation.h"
#include <trapeze/abi.h>

#define FOREVER (UINT64_MAX / 2)
#define IS_POLICY(number) (policy_number == SCHEDULER_##number)

static uint64_t total_had(void)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < task_count; i++)
        sum += tasks[i].had;
    return sum;
}

static uint64_t total_paid(void)
{
    uint64_t sum = simulated_hart->idle.cycles;
    for (uint32_t i = 0; i < task_count; i++)
        sum += tasks[i].thread.cycles;
    return sum;
}

/* Everything is ready that does not sleep, and the hart is never idle meanwhile. */
static void no_time_is_lost(void **state)
{
    (void)state;
    simulation_start();
    task_add(HOG, 3, FOREVER, 0);
    for (uint32_t i = 0; i < 20; i++)
        task_add(i % 3 == 0 ? YIELDER : SLEEPER, 3, 100 + 700 * i, 1000 * i + 1);
    simulate_slices(2000);
    assert_true(total_had() >= 2000 * SLICE_TICKS);
    assert_true(total_had() <= 2000 * SLICE_TICKS + TRAP_TICKS);
    /* Whoever runs now has not paid yet. */
    const uint64_t unpaid = simulated_cycle - simulated_hart->paid_until;
    assert_int_equal(total_paid() + unpaid, simulated_cycle - 1000);
    assert_true(simulated_hart->idle.cycles < 10 * CYCLES_PER_TICK);
}

static void an_idle_hart_pays_for_itself(void **state)
{
    (void)state;
    simulation_start();
    struct task *task = task_add(SLEEPER, 3, 1000, 3000 - TRAP_TICKS);
    simulate_slices(400);
    assert_int_equal(task->count, 1000);
    const uint64_t cycles = (1000 + TRAP_TICKS) * 1000 * CYCLES_PER_TICK;
    assert_int_equal(task->thread.cycles, cycles);
    assert_int_equal(task->latency_max, 0);
    assert_in_range(simulated_hart->idle.cycles, cycles * 2 - cycles / 100,
                    cycles * 3 + cycles / 100);
}

/* Two equals take turns: each has the hart for one slice at a time. */
static void a_slice_is_one_slice(void **state)
{
    (void)state;
    simulation_start();
    task_add(HOG, 3, FOREVER, 0);
    task_add(HOG, 3, FOREVER, 0);
    simulate_slices(20); /* under MLFQ they have arrived at the bottom */
    const uint64_t before = dispatches;
    simulate_slices(1000);
    const uint64_t turns = dispatches - before;
    assert_in_range(turns, 980, 1000);
    assert_in_range(tasks[0].had, 460 * SLICE_TICKS, 560 * SLICE_TICKS);
}

/* The timer is silent while there is nothing to be timed. */
static void nobody_is_interrupted_alone(void **state)
{
    (void)state;
    simulation_start();
    task_add(HOG, 3, FOREVER, 0);
    simulate_slices(1000);
    assert_int_equal(tasks[0].had, 1000 * SLICE_TICKS); /* and no trap */
    assert_int_equal(dispatches, 1);
}

/* Yielding just before each tick does not take the other's slices away, and it does not
 * prolong one's own. */
static void a_yielder_robs_nobody(void **state)
{
    (void)state;
    simulation_start();
    struct task *hog = task_add(HOG, 3, FOREVER, 0);
    task_add(YIELDER, 3, SLICE_TICKS - 100, 0);
    simulate_slices(4000);
    assert_in_range(task_share(hog), 480000, 680000);
}

/* A client whose server does all the work has the share of one, not of two. Under MLFQ
 * the client sinks, but the server stays above, and has more turns in its name. */
static void a_server_runs_at_its_clients_expense(void **state)
{
    (void)state;
    simulation_start();
    struct task *hog = task_add(HOG, 3, FOREVER, 0);
    struct task *server = task_add(SERVER, 3, 300, 0);
    struct task *client = task_add(CLIENT, 3, 50, 0);
    client->server = (uint32_t)(server - tasks);
    simulate_slices(4000);
    assert_in_range(task_share(hog), IS_POLICY(MLFQ) ? 150000 : 450000, 550000);
    assert_true(server->had > 5 * client->had);
    assert_in_range(client->thread.cycles,
                    (server->had + client->had) * CYCLES_PER_TICK * 95 / 100,
                    (server->had + client->had) * CYCLES_PER_TICK);
}

/* One that is more urgent, and runs whenever a slice ends or nearly so, does not keep
 * one of two equals from its turn. */
static void who_is_preempted_takes_turns(void **state)
{
    (void)state;
    for (uint64_t less = 0; less < 20; less++) {
        simulation_start();
        const struct task *hogs[] = {task_add(HOG, 3, FOREVER, 0),
                                     task_add(HOG, 3, FOREVER, 0)};
        task_add(SLEEPER, 8, 1000, SLICE_TICKS - 1000 - less);
        simulate_slices(2000);
        assert_true(task_share(hogs[0]) > 300000);
        assert_true(task_share(hogs[1]) > 300000);
    }
}

/* In no window of one period does it have more than twice the limit (the end of one
 * period and the beginning of the next), and in the long run no more than the limit. */
static void watch_limit(struct task *task, uint64_t ticks, uint64_t period)
{
    const uint64_t start = task->had;
    for (uint32_t i = 0; i < 400; i++) {
        const uint64_t before = task->had;
        simulate(period);
        assert_in_range(task->had - before, 0, 2 * ticks + 10 * TRAP_TICKS);
    }
    assert_true(task->had - start <= 402 * (ticks + 4 * TRAP_TICKS));
}

static void a_limit_holds_a_hog_back(void **state)
{
    (void)state;
    const uint64_t ticks = SLICE_TICKS / 2;
    const uint64_t period = 3 * SLICE_TICKS;
    simulation_start();
    struct task *limited = task_add(HOG, PRIORITIES - 1, FOREVER, 0);
    sched_set_limit(&limited->thread, ticks, period);
    watch_limit(limited, ticks, period);
    assert_in_range(task_share(limited), 160000, 168000); /* nobody else wants it */
    struct task *other = task_add(HOG, 0, FOREVER, 0);
    simulation_forget();
    watch_limit(limited, ticks, period);
    assert_in_range(task_share(other), 830000, 1000000);

    sched_set_limit(&limited->thread, 0, 0);
    if (limited->thread.state == THREAD_HELD)
        fail_msg("still held back without a limit");
    simulation_forget();
    simulate_slices(5000);
    assert_true(task_share(limited) > 400000);
}

/* Neither sleeping, nor yielding, nor calling a server gets around it. */
static void a_limit_cannot_be_dodged(void **state)
{
    (void)state;
    const uint64_t ticks = SLICE_TICKS;
    const uint64_t period = 4 * SLICE_TICKS;
    simulation_start();
    random_start(3);
    struct task *other = task_add(HOG, 3, FOREVER, 0);
    struct task *limited = task_add(SLEEPER, 8, 2777, 333);
    sched_set_limit(&limited->thread, ticks, period);
    watch_limit(limited, ticks, period);
    limited->kind = YIELDER;
    watch_limit(limited, ticks, period);
    for (uint32_t i = 0; i < 200;
         i++) { /* it comes at the worst moment: a late start */
        limited->kind = SLEEPER;
        limited->run = random_below(2 * SLICE_TICKS) + 1;
        limited->away = random_below(4 * SLICE_TICKS) + 1;
        const uint64_t before = limited->had;
        simulate(8 * period);
        assert_true(limited->had - before <= 9 * (ticks + 4 * TRAP_TICKS));
    }
    struct task *server = task_add(SERVER, 8, 3000, 0);
    limited->kind = CLIENT;
    limited->server = (uint32_t)(server - tasks);
    simulation_forget();
    simulate(400 * period);
    assert_true(limited->thread.limit.used <= ticks + 4 * TRAP_TICKS);
    /* When the limit ends in the middle of a call, the server goes on at its own
     * expense. */
    assert_true(limited->had + server->had <= 400 * (ticks + server->run + 100));
    assert_true(task_share(other) > 600000);
}

/* Each of a tree's processes dies when the one before it has blocked for its sake, and
 * its end wakes that one: two turns for each, and none is waited for. */
static void a_deep_tree_dies_at_once(void **state)
{
    (void)state;
    const uint32_t depth = 40;
    simulation_start();
    for (uint32_t i = 0; i < 300; i++)
        task_add(HOG, 5, FOREVER, 0);
    simulate_slices(450); /* not a round number of turns */
    struct task *tree = &tasks[task_count];
    for (uint32_t i = 0; i < depth; i++)
        task_add(SERVER, 5, FOREVER, 0);
    const uint64_t start = simulated_time;
    for (uint32_t i = 0; i < depth; i++) {
        sched_hurry(&tree[i].thread);
        sched_make_ready(&tree[i].thread);
        if (i == 0) /* when the killer's slice ends */
            simulate_slices(2);
        else
            simulate_switch();
        assert_ptr_equal(simulated_hart->current, &tree[i].thread);
        if (i < depth - 1)
            sched_block(&tree[i].thread, THREAD_AWAITING_CHILDREN, 0);
    }
    for (uint32_t i = depth; i-- > 0;) {
        assert_ptr_equal(simulated_hart->current, &tree[i].thread);
        simulate_end();
        if (i > 0)
            sched_make_ready(&tree[i - 1].thread);
        assert_true(sched_leave_idle());
    }
    assert_true(simulated_time - start <= 2 * SLICE_TICKS + 100);
    simulate_slices(10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_time_is_lost),
        cmocka_unit_test(an_idle_hart_pays_for_itself),
        cmocka_unit_test(a_slice_is_one_slice),
        cmocka_unit_test(nobody_is_interrupted_alone),
        cmocka_unit_test(a_yielder_robs_nobody),
        cmocka_unit_test(a_server_runs_at_its_clients_expense),
        cmocka_unit_test(who_is_preempted_takes_turns),
        cmocka_unit_test(a_limit_holds_a_hog_back),
        cmocka_unit_test(a_limit_cannot_be_dodged),
        cmocka_unit_test(a_deep_tree_dies_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
