/* SPDX-License-Identifier: MIT
 *
 * What every sched/policy_*.c must do, whoever it chooses: nobody is lost, nobody is
 * there twice, *queue->highest is right after every operation, who goes to the
 * front is next, and no operation walks a queue. Built once for each policy.
 */
#include "host_test.h"

#include <string.h>
#include <trapeze/abi.h>

#include <sanitizer/asan_interface.h>

#include "random_steps.h"
#include "sched/heap.h"
#include "sched/sched_policy.h"

#define THREADS 60U
#define MANY 8000U
#define STEPS 300000U
#define SLICE_CYCLES 1000U
#define LEVELS 8U /* MLFQ's; priorities for the others */
#define IS_POLICY(number) (policy_number == SCHEDULER_##number)

struct hart *simulated_hart;
static struct ready_queue *queue;
static struct thread threads[MANY];
static bool queued[THREADS];
static bool in_front[THREADS];
static struct thread probe; /* shows what a thread that was made just now looks like */

/* The kernel starts once; here its queues are emptied. */
static void start(void)
{
    while (policy_take(queue) != NULL)
        continue;
    assert_int_equal(*queue->highest, 0);
    memset(threads, 0, sizeof threads);
    memset(queued, 0, sizeof queued);
    memset(in_front, 0, sizeof in_front);
    for (uint32_t i = 0; i < MANY; i++) {
        threads[i].queue = queue;
        threads[i].state = THREAD_READY;
        threads[i].priority = (uint8_t)(i % PRIORITIES);
        policy_set_urgency(&threads[i]);
    }
}

/* How urgent a queued thread is: a boost of MLFQ finds its way into it later. */
static uint32_t urgency_of(const struct thread *thread)
{
    policy_set_urgency(&probe);
    if (IS_POLICY(MLFQ) && thread->policy[1] != probe.policy[1])
        return probe.urgency;
    return thread->urgency;
}

static uint32_t highest_ready(void)
{
    uint32_t highest = 0;
    for (uint32_t i = 0; i < THREADS; i++) {
        if (queued[i] && urgency_of(&threads[i]) > highest)
            highest = urgency_of(&threads[i]);
    }
    return highest;
}

static void take(void)
{
    const uint32_t highest = *queue->highest;
    struct thread *thread = policy_take(queue);
    if (highest == 0) {
        assert_null(thread);
        return;
    }
    assert_non_null(thread);
    const uint64_t index = (uint64_t)(thread - threads);
    assert_true(index < THREADS && queued[index]);
    assert_int_equal(urgency_of(thread), highest);
    assert_int_equal(thread->heap_index, 0);
    /* Nobody goes before one who is in front and no less urgent. */
    for (uint32_t i = 0; i < THREADS && !in_front[index]; i++)
        assert_false(queued[i] && in_front[i] && urgency_of(&threads[i]) == highest);
    queued[index] = in_front[index] = false;
}

static void step(uint32_t index)
{
    struct thread *thread = &threads[index];
    switch (random_below(8)) {
    case 0:
    case 1:
    case 2:
        if (queued[index])
            break;
        in_front[index] = random_below(16) == 0;
        thread->hurried = in_front[index];
        policy_add(thread, in_front[index]        ? POLICY_FRONT
                           : random_below(2) == 0 ? POLICY_BACK
                                                  : POLICY_WOKEN);
        queued[index] = true;
        break;
    case 3:
        if (!queued[index])
            break;
        policy_remove(thread);
        queued[index] = false;
        break;
    case 4:
        if (queued[index])
            break;
        thread->priority = (uint8_t)random_below(PRIORITIES);
        policy_set_urgency(thread);
        break;
    case 5:
        if (!queued[index])
            policy_charge(thread, random_below(2 * SLICE_CYCLES), SLICE_CYCLES);
        break;
    default:
        take();
        break;
    }
}

static void any_sequence(void **state)
{
    (void)state;
    start();
    random_start(8);
    for (; random_step < STEPS; random_step++) {
        step((uint32_t)random_below(THREADS));
        assert_int_equal(*queue->highest, highest_ready());
    }
    while (*queue->highest != 0)
        take();
    for (uint32_t i = 0; i < THREADS; i++)
        assert_false(queued[i]);
    assert_null(policy_take(queue));
}

/* However many there are, and whatever they have used before. */
static void who_is_dying_is_next(void **state)
{
    (void)state;
    start();
    for (uint32_t i = 0; i < MANY - 1; i++) {
        policy_charge(&threads[i], 100 * SLICE_CYCLES, SLICE_CYCLES);
        policy_add(&threads[i], POLICY_BACK);
    }
    struct thread *dying = &threads[MANY - 1];
    dying->priority = PRIORITIES - 1; /* of its killer, say */
    policy_set_urgency(dying);
    for (uint32_t i = 0; i < 20; i++)
        policy_charge(dying, 100 * SLICE_CYCLES, SLICE_CYCLES);
    policy_add(dying, POLICY_BACK);
    policy_remove(dying);
    dying->hurried = true;
    policy_add(dying, POLICY_FRONT);
    assert_ptr_equal(policy_take(queue), dying);
}

/* Only the ends of the queues may be touched: everything between them is poisoned, so
 * that a walk is an error. A heap has no such ends. */
static void no_queue_is_walked(void **state)
{
    (void)state;
    if (IS_POLICY(STRIDE))
        skip();
    start();
    for (uint32_t i = 2; i < MANY; i++) {
        threads[i].priority = (uint8_t)(i % LEVELS);
        policy_set_urgency(&threads[i]);
        if (IS_POLICY(MLFQ))
            threads[i].urgency = (uint8_t)(i % LEVELS + 1);
        policy_add(&threads[i], POLICY_BACK);
    }
    const uint32_t ends = 4 * LEVELS; /* what may be touched at each */
    ASAN_POISON_MEMORY_REGION(&threads[ends], sizeof threads[0] * (MANY - 2 * ends));
    threads[0].priority = threads[1].priority = LEVELS - 1;
    policy_set_urgency(&threads[0]);
    policy_set_urgency(&threads[1]);
    policy_add(&threads[0], POLICY_WOKEN);
    policy_add(&threads[1], POLICY_FRONT);
    policy_remove(&threads[0]);
    struct thread *first = policy_take(queue);
    struct thread *second = policy_take(queue);
    assert_non_null(first);
    assert_non_null(second);
    for (uint32_t i = 0; i < 200; i++) /* under MLFQ, a boost or two */
        policy_charge(first, SLICE_CYCLES, SLICE_CYCLES);
    policy_add(second, POLICY_BACK);
    policy_add(first, POLICY_FRONT);
    assert_non_null(policy_take(queue));
    ASAN_UNPOISON_MEMORY_REGION(threads, sizeof threads);
    uint32_t left = 0;
    while (policy_take(queue) != NULL)
        left++;
    assert_int_equal(left, MANY - 2);
}

static void its_name_and_number_agree(void **state)
{
    (void)state;
    static const char *const names[] = {[SCHEDULER_PRIORITY] = "priority",
                                        [SCHEDULER_RR] = "rr",
                                        [SCHEDULER_MLFQ] = "mlfq",
                                        [SCHEDULER_LOTTERY] = "lottery",
                                        [SCHEDULER_STRIDE] = "stride"};
    assert_true(policy_number < ARRAY_LENGTH(names));
    assert_string_equal(POLICY_UNDER_TEST, names[policy_number]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(any_sequence, report_steps),
        cmocka_unit_test(who_is_dying_is_next),
        cmocka_unit_test(no_queue_is_walked),
        cmocka_unit_test(its_name_and_number_agree),
    };
    queue = policy_queue(3);
    for (uint32_t number = 0; number <= HARTS_MAX; number++)
        policy_queue(number)->highest = &policy_queue(number)->own;
    probe.queue = queue;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
