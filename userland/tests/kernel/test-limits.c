/* SPDX-License-Identifier: MIT
 *
 * Limits of CPU time: a runaway process that is more urgent than the others gets its
 * share and no more, and they get the rest.
 */
#include "actors.h"

#define PROGRAM "test-limits"
#define LOW 2
#define HIGH 7
#define MEASURED_US 200000UL
#define ERROR_PERCENT 1 /* of the whole, either way */

static uint64_t endpoint;

static long spinner(struct actor *actor)
{
    for (;;)
        actor->words[0]++;
    return 0;
}

static uint64_t cycles_of(const struct actor *actor)
{
    uint64_t words[4] = {0};

    CHECK_EQUAL(trapeze_process_inspect(actor->process, INSPECT_STATE, words), 0);
    return words[2];
}

/* Their shares of the time, in percent, rounded. Under icount, cycles are ns; but not
 * every QEMU counts those in which the hart waits. */
static void measure(struct actor *const actors[2], long percent[2])
{
    uint64_t before[2];

    pause_us(1000);
    const uint64_t tick = 1000000000 / (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    const uint64_t start = trapeze_time();
    for (int i = 0; i < 2; i++)
        before[i] = cycles_of(actors[i]);
    pause_us(MEASURED_US);
    const uint64_t whole = (trapeze_time() - start) * tick;
    for (int i = 0; i < 2; i++)
        percent[i] =
            (long)((100 * (cycles_of(actors[i]) - before[i]) + whole / 2) / whole);
}

/* With several harts nobody judges shares: only who gets something at all, on the one
 * that they share. Rounds to see in which the other does not run. */
#define ENOUGH_TURNS 1000
static void expect_some(struct actor *const actors[2], long first, long second)
{
    const long wanted[2] = {first, second};

    for (int i = 0; i < 2; i++) {
        const uint64_t mine = actors[i]->words[0], others = actors[!i]->words[0];
        uint64_t waited = 0;
        while (wanted[i] != 0 && actors[i]->words[0] < mine + ENOUGH_TURNS &&
               wait_more(&waited))
            continue;
        CHECK(wanted[i] == 0 || actors[i]->words[0] >= mine + ENOUGH_TURNS);
        CHECK(wanted[!i] != 0 || actors[!i]->words[0] == others);
    }
}

static void expect_shares(struct actor *const actors[2], long first, long second)
{
    long percent[2];

    if (!one_hart()) {
        expect_some(actors, first, second);
        return;
    }
    measure(actors, percent);
    SAY("the shares are %ld and %ld percent", percent[0], percent[1]);
    CHECK(percent[0] >= first - ERROR_PERCENT && percent[0] <= first + ERROR_PERCENT);
    CHECK(percent[1] >= second - ERROR_PERCENT && percent[1] <= second + ERROR_PERCENT);
}

static struct actor *spin(int priority)
{
    return actor_make(spinner, &(struct actor_options){.priority = priority});
}

static void limit(const struct actor *actor, uint64_t microseconds, uint64_t period)
{
    uint64_t words[4];

    SAY("%lu us in each %lu us", (unsigned long)microseconds, (unsigned long)period);
    CHECK_EQUAL(sys_process_limit(actor->process, microseconds, period), 0);
    CHECK_EQUAL(trapeze_process_inspect(actor->process, INSPECT_SCHEDULE, words), 0);
    CHECK_EQUAL(words[2], microseconds);
    CHECK_EQUAL(words[3], period);
}

static void test_shares(void)
{
    struct actor *const actors[2] = {spin(HIGH), spin(LOW)};

    SAY("without a limit, the more urgent one has it all");
    expect_shares(actors, 100, 0);
    limit(actors[0], 2000, 10000);
    expect_shares(actors, 20, 80);
    limit(actors[0], 500, 1000);
    expect_shares(actors, 50, 50);
    limit(actors[0], 90000, 100000);
    expect_shares(actors, 90, 10);
    limit(actors[0], 1000, 1000);
    expect_shares(actors, 100, 0);
    limit(actors[0], 0, 0);
    expect_shares(actors, 100, 0);
    SAY("a limit of the less urgent one does not help it to more");
    limit(actors[0], 1000, 2000);
    limit(actors[1], 1000, 10000);
    expect_shares(actors, 50, 10);
    for (int i = 0; i < 2; i++)
        actor_kill(actors[i]);
}

static void test_held(void)
{
    SAY("one that has used it up is HELD until its period ends, and can be killed "
        "then");
    struct actor *actor = spin(HIGH);
    limit(actor, 100, one_hart() ? 50000 : HANG_US);
    actor_await(actor, STATE_HELD);
    uint64_t turns = actor->words[0];
    pause_us(10000);
    CHECK_EQUAL(actor_state(actor), STATE_HELD);
    CHECK_EQUAL(actor->words[0], turns);
    if (!one_hart()) {
        limit(actor, 100, 50000);
        actor_await(actor, STATE_HELD);
        turns = actor->words[0];
    }
    pause_us(50000);
    for (uint64_t waited = 0; actor->words[0] <= turns && wait_more(&waited);)
        CHECK(!one_hart());
    CHECK(actor->words[0] > turns);
    actor_await(actor, STATE_HELD);
    limit(actor, 0, 0);
    actor_await(actor, STATE_READY);
    limit(actor, 100, 50000000);
    actor_await(actor, STATE_HELD);
    actor_kill(actor);
}

/* A server works for a client, at the client's expense. */
static long works(struct actor *actor)
{
    struct trapeze_message message = {0};

    for (;;) {
        trapeze_reply_recv(actor->handles[0], &message);
        for (int i = 0; i < 1000; i++)
            actor->words[0]++;
    }
    return 0;
}

static long asks(struct actor *actor)
{
    for (;;) {
        struct trapeze_message message = {0};
        trapeze_call(actor->handles[0], &message);
    }
    return 0;
}

/* Preempts whoever runs, again and again, and takes so much of the time itself. */
#define PREEMPTOR_PERCENT 5
static long wakes_often(struct actor *actor)
{
    for (uint64_t start = trapeze_time();; start += actor->words[0]) {
        trapeze_sleep_until(start + actor->words[0]);
        while (trapeze_time() < start + actor->words[0] + actor->words[1])
            ;
    }
    return 0;
}

static void test_server(bool preempted)
{
    SAY("what a server does for a process counts to that one's limit%s",
        preempted ? ", also where the server is preempted" : "");
    const uint64_t ticks = in_us(500) - trapeze_time();
    struct actor *urgent =
        preempted ? actor_make(wakes_often,
                               &(struct actor_options){
                                   .words = {ticks, ticks * PREEMPTOR_PERCENT / 100}})
                  : NULL;
    struct actor *const actors[2] = {
        actor_make(asks, &(struct actor_options){.priority = HIGH, .give = {endpoint}}),
        spin(LOW)};
    struct actor *server = actor_make(
        works, &(struct actor_options){.priority = HIGH, .give = {endpoint}});

    if (one_hart()) {
        limit(actors[0], 2000, 10000);
        expect_shares(actors, 20, preempted ? 80 - PREEMPTOR_PERCENT : 80);
    } else {
        limit(actors[0], 2000, HANG_US);
        actor_await(actors[0], STATE_HELD);
        const uint64_t served = server->words[0];
        expect_some(actors, 0, 80);
        CHECK_EQUAL(server->words[0], served);
    }
    for (int i = 0; i < 2; i++)
        actor_kill(actors[i]);
    actor_kill(server);
    if (preempted)
        actor_kill(urgent);
}

int main(void)
{
    actors_begin();
    actors_share_a_hart();
    endpoint = must(sys_endpoint_create());
    SAY("balance");
    const struct balance before = balance_now();
    test_shares();
    test_held();
    test_server(false);
    test_server(true);
    balance_check(&before);
    return finish(PROGRAM);
}
