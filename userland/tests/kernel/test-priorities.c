/* SPDX-License-Identifier: MIT
 *
 * Who runs when: priorities that are lent to servers, preemption at a wake-up, direct
 * switches, and who pays for a server's time.
 */
#include "actors.h"

#define PROGRAM "test-priorities"
#define LOW 2
#define MIDDLE 5
#define HIGH 7
#define LATENCY_US 100 /* of a wake-up; a slice is a hundred times that */

static uint64_t endpoint, inner;

/* Calls handles[0] until words[0], as deadline, and tells the result as words[1]. */
static long caller(struct actor *actor)
{
    actor->message = (struct trapeze_message){.deadline = actor->words[0]};
    actor->words[1] = (uint64_t)trapeze_call(actor->handles[0], &actor->message);
    return 0;
}

/* Receives at handles[0]; calls handles[1], if it has that; waits for words[0]; then
 * replies, and waits for words[0] to be 2. */
static long server(struct actor *actor)
{
    struct trapeze_message message = {0}, question = {0};

    const long kind = trapeze_recv(actor->handles[0], &message);
    actor->step = 1;
    if (actor->handle_count > 1)
        trapeze_call(actor->handles[1], &question);
    await_change(&actor->words[0], 0, 50);
    message.label = kind == KIND_FAULT ? VERDICT_KILL : 0;
    trapeze_reply(message.token, &message);
    await_change(&actor->words[0], 1, 50);
    return 0;
}

/* It is in this state then, and stays there. */
static struct actor *start(actor_role *role, int priority, enum trapeze_state state,
                           uint64_t first, uint64_t second)
{
    struct actor *actor = actor_make(
        role, &(struct actor_options){.priority = priority, .give = {first, second}});

    pause_us(300);
    if (!one_hart())
        actor_await(actor, state);
    CHECK_EQUAL(actor_state(actor), state);
    return actor;
}

static void finish_server(struct actor *actor)
{
    actor->words[0] = 2;
    actor_expect(actor, 0);
}

static void test_lending(void)
{
    SAY("a caller lends its priority, one that queues as well; the reply ends it");
    struct actor *lent = start(server, LOW, STATE_RECEIVING, endpoint, 0);
    CHECK_EQUAL(actor_priority(lent), LOW);
    struct actor *first = start(caller, MIDDLE, STATE_AWAITING_REPLY, endpoint, 0);
    CHECK_EQUAL(actor_priority(lent), MIDDLE);
    struct actor *second = start(caller, HIGH, STATE_CALLING, endpoint, 0);
    CHECK_EQUAL(actor_priority(lent), HIGH);
    SAY("one that is killed lends no longer");
    actor_kill(second);
    CHECK_EQUAL(actor_priority(lent), MIDDLE);
    SAY("a change of the caller's own priority is passed on");
    CHECK_EQUAL(sys_process_priority(first->process, HIGH), 0);
    CHECK_EQUAL(actor_priority(lent), HIGH);
    CHECK_EQUAL(sys_process_priority(first->process, 1), 0);
    CHECK_EQUAL(actor_priority(lent), LOW);
    CHECK_EQUAL(sys_process_priority(first->process, MIDDLE), 0);
    lent->words[0] = 1;
    actor_expect(first, 0);
    CHECK_EQUAL(first->words[1], 0);
    CHECK_EQUAL(actor_priority(lent), LOW);
    finish_server(lent);
}

/* Whether `lent` is lent a priority before the deadline of `timed`. */
static bool is_lent_in_time(const struct actor *lent, const struct actor *timed)
{
    uint64_t waited = 0;

    while (actor_priority(lent) != HIGH && wait_more(&waited)) {
        if (actor_state(timed) == STATE_ENDED)
            return false;
    }
    return waited < HANG_US;
}

static struct actor *call_until(uint64_t at, uint64_t us)
{
    return actor_make(
        caller,
        &(struct actor_options){.priority = HIGH, .give = {at}, .words = {in_us(us)}});
}

static void test_deadline_returns(void)
{
    SAY("one whose deadline has passed lends no longer");
    bool in_time = false;
    for (uint64_t us = 2000; !in_time; us = in_time ? us : longer(us)) {
        struct actor *lent = start(server, LOW, STATE_RECEIVING, endpoint, 0);
        struct actor *timed = call_until(endpoint, us);
        in_time = is_lent_in_time(lent, timed);
        actor_expect(timed, 0);
        CHECK_EQUAL((long)timed->words[1], E_TIMEOUT);
        CHECK_EQUAL(actor_priority(lent), LOW);
        actor_kill(lent);
    }
}

static void test_chain(void)
{
    SAY("a server that calls another one lends on what it was lent");
    struct actor *last = start(server, 1, STATE_RECEIVING, inner, 0);
    struct actor *first = start(server, LOW, STATE_RECEIVING, endpoint, inner);
    struct actor *asks = start(caller, HIGH, STATE_AWAITING_REPLY, endpoint, 0);
    actor_await(first, STATE_AWAITING_REPLY);
    CHECK_EQUAL(actor_priority(first), HIGH);
    CHECK_EQUAL(actor_priority(last), HIGH);
    last->words[0] = 1;
    pause_us(500);
    actor_expect_priority(last, 1);
    CHECK_EQUAL(actor_priority(first), HIGH);
    first->words[0] = 1;
    actor_expect(asks, 0);
    CHECK_EQUAL(actor_priority(first), LOW);
    finish_server(first);
    finish_server(last);
}

#define LONG_CHAIN 20
static bool test_long_chain(uint64_t us)
{
    uint64_t endpoints[LONG_CHAIN];
    struct actor *links[LONG_CHAIN];

    for (int i = 0; i < LONG_CHAIN; i++)
        endpoints[i] = must(sys_endpoint_create());
    for (int i = 0; i < LONG_CHAIN; i++)
        links[i] = start(server, LOW, STATE_RECEIVING, endpoints[i],
                         i + 1 < LONG_CHAIN ? endpoints[i + 1] : 0);
    struct actor *timed = call_until(endpoints[0], us);
    if (one_hart())
        pause_us(us / 2);
    bool in_time = true;
    for (int i = 0; i < LONG_CHAIN && in_time; i++)
        in_time = is_lent_in_time(links[i], timed);
    actor_expect(timed, 0);
    for (int i = 0; i < LONG_CHAIN; i++)
        actor_expect_priority(links[i], LOW);
    for (int i = 0; i < LONG_CHAIN; i++) {
        actor_kill(links[i]);
        CHECK_EQUAL(sys_object_destroy(endpoints[i]), 0);
        CHECK_EQUAL(sys_handle_close(endpoints[i]), 0);
    }
    return in_time;
}

static long faulter(struct actor *actor)
{
    return *(volatile long *)(actor->words[0] + 8);
}

static void test_fault_lends(void)
{
    SAY("a process that waits for a verdict lends, too");
    struct actor *judge = start(server, LOW, STATE_RECEIVING, endpoint, 0);
    struct actor *actor = actor_make(
        faulter,
        &(struct actor_options){.priority = HIGH, .supervisor = endpoint, .badge = 1});
    actor_await(actor, STATE_AWAITING_VERDICT);
    CHECK_EQUAL(actor_priority(judge), HIGH);
    judge->words[0] = 1;
    struct trapeze_message end = {.deadline = in_us(HANG_US)};
    CHECK_EQUAL(trapeze_recv(endpoint, &end), KIND_END);
    CHECK_EQUAL(actor_priority(judge), LOW);
    sys_handle_close(actor->process);
    actor->process = 0;
    finish_server(judge);
}

/* Preemption, on one hart. */

static long spinner(struct actor *actor)
{
    for (;;)
        actor->words[0]++;
    return 0;
}

/* words[0]: for how long; then how late it has run. */
static long sleeper(struct actor *actor)
{
    const uint64_t deadline = in_us(actor->words[0]);

    actor->words[0] = 0;
    trapeze_sleep_until(deadline);
    actor->words[0] = trapeze_time() - deadline;
    return 0;
}

static struct actor *sleep_for(uint64_t us, int priority)
{
    struct actor *actor = actor_make(
        sleeper, &(struct actor_options){.priority = priority, .words = {us}});

    while (actor->words[0] == us)
        pause_us(10); /* it has not begun */
    return actor;
}

/* False: one of them has woken before the spinner was there. */
static bool test_wake_up(uint64_t us)
{
    const uint64_t latency = in_us(LATENCY_US) - trapeze_time();

    struct actor *patient = sleep_for(us, LOW);
    struct actor *urgent = sleep_for(us, HIGH);
    struct actor *spins =
        actor_make(spinner, &(struct actor_options){.priority = MIDDLE});
    while (spins->words[0] == 0)
        pause_us(10);
    const bool in_time = urgent->words[0] == 0 && patient->words[0] == 0;
    if (in_time) {
        actor_expect(urgent, 0);
        actor_await(patient, STATE_READY);
        pause_us(2 * us);
        CHECK_EQUAL(actor_state(patient), STATE_READY);
        CHECK_EQUAL(patient->words[0], 0);
        CHECK(urgent->words[0] > 0);
        CHECK(urgent->words[0] < latency || !one_hart());
    } else {
        actor_expect(urgent, 0);
    }
    actor_kill(spins);
    actor_expect(patient, 0);
    CHECK(patient->words[0] > latency || !one_hart());
    return in_time;
}

/* Notes a tick before and after signalling, and so does the one that waits for it. */
static long signals(struct actor *actor)
{
    actor->words[0] = stage_tick();
    sys_signal(actor->handles[0]);
    actor->words[1] = stage_tick();
    return 0;
}

static long waits_for_signal(struct actor *actor)
{
    trapeze_recv(actor->handles[0], &actor->message);
    actor->words[0] = stage_tick();
    return 0;
}

static void test_signal_order(int waiter_priority, bool preempts)
{
    const uint64_t signal = duplicate(endpoint, RIGHT_SIGNAL, 1);

    SAY("a signal to one that is %s urgent: it runs %s", preempts ? "more" : "less",
        preempts ? "at once" : "afterwards");
    struct actor *waiter =
        start(waits_for_signal, waiter_priority, STATE_RECEIVING, endpoint, 0);
    struct actor *actor = actor_make(
        signals, &(struct actor_options){.priority = MIDDLE, .give = {signal}});
    actor_expect(preempts ? waiter : actor, 0);
    actor_expect(preempts ? actor : waiter, 0);
    CHECK(actor->words[0] < waiter->words[0]);
    CHECK_EQUAL(waiter->words[0] < actor->words[1], preempts);
    CHECK_EQUAL(sys_handle_close(signal), 0);
}

/* Notes when its call has come back. */
static long calls_and_notes(struct actor *actor)
{
    trapeze_call(actor->handles[0], &actor->message);
    actor->words[0] = stage_tick();
    return 0;
}

/* Notes when it has been refused. */
static long grants(struct actor *actor)
{
    actor->message.grant = actor->handles[0];
    actor->words[1] = (uint64_t)trapeze_send(actor->handles[0], &actor->message);
    actor->words[0] = stage_tick();
    return 0;
}

/* Replies when it is told to, and receives no grant. */
static long refuses(struct actor *actor)
{
    struct trapeze_message message = {0};

    trapeze_recv(actor->handles[0], &message);
    actor->step = 1;
    await_change(&actor->words[0], 0, 50);
    return trapeze_reply_recv(actor->handles[0], &message);
}

static void test_refused_order(void)
{
    SAY("whoever is refused and more urgent runs before a caller that gets its reply");
    struct actor *refuser = start(refuses, LOW, STATE_RECEIVING, endpoint, 0);
    struct actor *asks = start(calls_and_notes, LOW, STATE_AWAITING_REPLY, endpoint, 0);
    struct actor *urgent = start(grants, HIGH, STATE_SENDING, endpoint, 0);
    refuser->words[0] = 1;
    actor_expect(urgent, 0);
    actor_expect(asks, 0);
    CHECK_EQUAL((long)urgent->words[1], E_REFUSED);
    CHECK(urgent->words[0] < asks->words[0]);
    actor_kill(refuser);
}

/* Direct switches. */

static long ready_meanwhile(struct actor *actor)
{
    for (;;) {
        STAGE->words[0]++;
        sys_yield();
    }
    return (long)actor->step;
}

static long echo(struct actor *actor)
{
    struct trapeze_message message = {0};

    for (;;) {
        trapeze_reply_recv(actor->handles[0], &message);
        for (uint64_t i = 0; i < actor->words[0]; i++)
            __asm__ volatile("");
    }
    return 0;
}

/* How often somebody else ran between the calls and their replies. */
#define CALLS 50
#define ATTEMPTS 20 /* with several harts */
static long calls_often(struct actor *actor)
{
    for (int i = 0; i < CALLS; i++) {
        struct trapeze_message message = {0};
        const uint64_t before = STAGE->words[0];
        trapeze_call(actor->handles[0], &message);
        actor->words[0] += STAGE->words[0] - before;
        sys_yield(); /* so that the others do run */
    }
    actor->words[1] = STAGE->words[0];
    return 0;
}

static bool test_direct_switch(int server_priority)
{
    STAGE->words[0] = 0;
    struct actor *answers = start(echo, server_priority, STATE_RECEIVING, endpoint, 0);
    struct actor *others[2];
    for (int i = 0; i < 2; i++)
        others[i] =
            actor_make(ready_meanwhile, &(struct actor_options){.priority = MIDDLE});
    struct actor *asks = actor_make(
        calls_often, &(struct actor_options){.priority = MIDDLE, .give = {endpoint}});
    actor_expect(asks, 0);
    CHECK(asks->words[1] >= CALLS);
    for (int i = 0; i < 2; i++)
        actor_kill(others[i]);
    actor_kill(answers);
    return asks->words[0] == 0;
}

/* Without icount a slice may end in the middle of a call, but not in each of many. */
static void test_direct_switches(int server_priority)
{
    int attempts = one_hart() ? 1 : ATTEMPTS;

    SAY("a call of a server of priority %d by one of %d, with others of %d ready: the "
        "hart goes to the server and back",
        server_priority, MIDDLE, MIDDLE);
    while (!test_direct_switch(server_priority) && CHECK(--attempts > 0))
        continue;
}

static uint64_t cycles_of(const struct actor *actor)
{
    uint64_t words[4] = {0};

    CHECK_EQUAL(trapeze_process_inspect(actor->process, INSPECT_STATE, words), 0);
    return words[2];
}

#define QUIET_US 20000 /* then the console has shown everything */
#define WORK 20000     /* turns of the server's loop for each call */
static long calls_for_ever(struct actor *actor)
{
    for (;;) {
        struct trapeze_message message = {0};
        trapeze_call(actor->handles[0], &message);
        actor->step++;
    }
    return 0;
}

static bool test_who_pays(void)
{
    pause_us(QUIET_US);
    const uint64_t hart = (uint64_t)sys_kernel_info(INFO_HART);
    const uint64_t others = (uint64_t)sys_kernel_info(INFO_HART_IDS) & ~(1UL << hart);
    struct actor *answers =
        actor_make(echo, &(struct actor_options){
                             .priority = MIDDLE, .give = {endpoint}, .words = {WORK}});
    actor_await(answers, STATE_RECEIVING);
    const uint64_t before = cycles_of(answers);
    if (!one_hart()) /* where it preempts nobody */
        CHECK_EQUAL(sys_process_pin(0, (uint64_t)__builtin_ctzl(others)), 0);
    struct actor *asks =
        actor_make(calls_for_ever,
                   &(struct actor_options){.priority = MIDDLE, .give = {endpoint}});
    pause_us(20000);
    for (uint64_t waited = 0; asks->step <= 100 && wait_more(&waited);)
        continue;
    CHECK(asks->step > 100);
    if (!one_hart()) /* preempts them, so that what they have used is counted */
        CHECK_EQUAL(sys_process_pin(0, hart), 0);
    const bool who_called =
        cycles_of(asks) > 15000000 && cycles_of(answers) - before < 500000;
    actor_kill(asks);
    actor_kill(answers);
    return who_called;
}

/* Without icount, another process may have preempted the server. */
static void test_who_pays_mostly(void)
{
    int attempts = one_hart() ? 1 : ATTEMPTS;

    SAY("a server's time is paid for by who called it, as long as nobody preempts it");
    while (!test_who_pays() && CHECK(--attempts > 0))
        continue;
}

/* Tells where it runs. */
static long tells_its_hart(struct actor *actor)
{
    struct trapeze_message message = {0};

    for (;;) {
        trapeze_reply_recv(actor->handles[0], &message);
        message.label = (uint64_t)sys_kernel_info(INFO_HART);
    }
    return 0;
}

static uint64_t asked(uint64_t server)
{
    struct trapeze_message message = {0};

    CHECK_EQUAL(trapeze_call(server, &message), KIND_MESSAGE);
    return message.label;
}

static void test_pinned_while_it_waits(void)
{
    const uint64_t hart = (uint64_t)sys_kernel_info(INFO_HART);
    const uint64_t others = (uint64_t)sys_kernel_info(INFO_HART_IDS) & ~(1UL << hart);

    if (one_hart())
        return;
    SAY("a server that is pinned while it waits answers from its hart only");
    struct actor *server =
        actor_make(tells_its_hart, &(struct actor_options){.give = {endpoint}});
    actor_await(server, STATE_RECEIVING);
    for (int i = 0; i < 3; i++)
        CHECK_EQUAL(asked(endpoint), hart);
    const uint64_t other = (uint64_t)__builtin_ctzl(others);
    CHECK_EQUAL(sys_process_pin(server->process, other), 0);
    for (int i = 0; i < 3; i++)
        CHECK_EQUAL(asked(endpoint), other);
    actor_kill(server);
}

int main(void)
{
    actors_begin();
    endpoint = must(sys_endpoint_create());
    inner = must(sys_endpoint_create());
    SAY("balance");
    const struct balance before = balance_now();
    test_lending();
    test_deadline_returns();
    test_chain();
    SAY("in a chain of %d servers each is lent the priority, and none keeps it",
        LONG_CHAIN);
    for (uint64_t us = 5000; !test_long_chain(us);)
        us = longer(us);
    test_fault_lends();
    actors_share_a_hart();
    SAY("whoever wakes and is more urgent runs at once; who is less urgent does not");
    for (uint64_t us = 1000; !test_wake_up(us);)
        us = longer(us);
    test_signal_order(HIGH, true);
    test_signal_order(LOW, false);
    test_refused_order();
    test_direct_switches(MIDDLE);
    test_direct_switches(LOW);
    test_direct_switches(HIGH);
    test_who_pays_mostly();
    test_pinned_while_it_waits();
    balance_check(&before);
    return finish(PROGRAM);
}
