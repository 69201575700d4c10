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
    while (actor->words[0] == 0)
        pause_us(50);
    message.label = kind == KIND_FAULT ? VERDICT_KILL : 0;
    trapeze_reply(message.token, &message);
    while (actor->words[0] == 1)
        pause_us(50);
    return 0;
}

static struct actor *start(actor_role *role, int priority, uint64_t first,
                           uint64_t second)
{
    struct actor *actor = actor_make(
        role, &(struct actor_options){.priority = priority, .give = {first, second}});

    pause_us(300);
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
    struct actor *lent = start(server, LOW, endpoint, 0);
    CHECK_EQUAL(actor_priority(lent), LOW);
    struct actor *first = start(caller, MIDDLE, endpoint, 0);
    CHECK_EQUAL(actor_state(first), STATE_AWAITING_REPLY);
    CHECK_EQUAL(actor_priority(lent), MIDDLE);
    struct actor *second = start(caller, HIGH, endpoint, 0);
    CHECK_EQUAL(actor_state(second), STATE_CALLING);
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

static void test_deadline_returns(void)
{
    SAY("one whose deadline has passed lends no longer");
    struct actor *lent = start(server, LOW, endpoint, 0);
    struct actor *timed = actor_make(
        caller, &(struct actor_options){
                    .priority = HIGH, .give = {endpoint}, .words = {in_us(2000)}});
    pause_us(500);
    CHECK_EQUAL(actor_priority(lent), HIGH);
    actor_expect(timed, 0);
    CHECK_EQUAL((long)timed->words[1], E_TIMEOUT);
    CHECK_EQUAL(actor_priority(lent), LOW);
    finish_server(lent);
}

static void test_chain(void)
{
    SAY("a server that calls another one lends on what it was lent");
    struct actor *last = start(server, 1, inner, 0);
    struct actor *first = start(server, LOW, endpoint, inner);
    struct actor *asks = start(caller, HIGH, endpoint, 0);
    CHECK_EQUAL(actor_state(first), STATE_AWAITING_REPLY);
    CHECK_EQUAL(actor_priority(first), HIGH);
    CHECK_EQUAL(actor_priority(last), HIGH);
    last->words[0] = 1;
    pause_us(500);
    CHECK_EQUAL(actor_priority(last), 1);
    CHECK_EQUAL(actor_priority(first), HIGH);
    first->words[0] = 1;
    actor_expect(asks, 0);
    CHECK_EQUAL(actor_priority(first), LOW);
    finish_server(first);
    finish_server(last);
}

#define LONG_CHAIN 20
static void test_long_chain(void)
{
    uint64_t endpoints[LONG_CHAIN];
    struct actor *links[LONG_CHAIN];

    SAY("in a chain of %d servers each is lent the priority, and none keeps it",
        LONG_CHAIN);
    for (int i = 0; i < LONG_CHAIN; i++)
        endpoints[i] = must(sys_endpoint_create());
    for (int i = 0; i < LONG_CHAIN; i++)
        links[i] =
            start(server, LOW, endpoints[i], i + 1 < LONG_CHAIN ? endpoints[i + 1] : 0);
    struct actor *timed = actor_make(
        caller, &(struct actor_options){
                    .priority = HIGH, .give = {endpoints[0]}, .words = {in_us(5000)}});
    pause_us(2000);
    for (int i = 0; i < LONG_CHAIN; i++)
        CHECK_EQUAL(actor_priority(links[i]), HIGH);
    actor_expect(timed, 0);
    for (int i = 0; i < LONG_CHAIN; i++)
        CHECK_EQUAL(actor_priority(links[i]), LOW);
    for (int i = 0; i < LONG_CHAIN; i++) {
        actor_kill(links[i]);
        CHECK_EQUAL(sys_object_destroy(endpoints[i]), 0);
        CHECK_EQUAL(sys_handle_close(endpoints[i]), 0);
    }
}

static long faulter(struct actor *actor)
{
    return *(volatile long *)(actor->words[0] + 8);
}

static void test_fault_lends(void)
{
    SAY("a process that waits for a verdict lends, too");
    struct actor *judge = start(server, LOW, endpoint, 0);
    struct actor *actor = actor_make(
        faulter,
        &(struct actor_options){.priority = HIGH, .supervisor = endpoint, .badge = 1});
    pause_us(500);
    CHECK_EQUAL(actor_state(actor), STATE_AWAITING_VERDICT);
    CHECK_EQUAL(actor_priority(judge), HIGH);
    judge->words[0] = 1;
    struct trapeze_message end = {.deadline = in_us(100000)};
    CHECK_EQUAL(trapeze_recv(endpoint, &end), KIND_END);
    CHECK_EQUAL(actor_priority(judge), LOW);
    sys_handle_close(actor->process);
    actor->process = 0;
    finish_server(judge);
}

/* Preemption. */

static long spinner(struct actor *actor)
{
    for (;;)
        actor->words[0]++;
    return 0;
}

static long sleeper(struct actor *actor)
{
    const uint64_t deadline = in_us(1000);

    trapeze_sleep_until(deadline);
    actor->words[0] = trapeze_time() - deadline;
    return 0;
}

static void test_wake_up(void)
{
    const uint64_t latency = in_us(LATENCY_US) - trapeze_time();

    SAY("whoever wakes and is more urgent runs at once; who is less urgent does not");
    struct actor *patient = start(sleeper, LOW, 0, 0);
    struct actor *urgent = start(sleeper, HIGH, 0, 0);
    struct actor *spins = start(spinner, MIDDLE, 0, 0);
    pause_us(3000);
    CHECK(urgent->words[0] > 0 && urgent->words[0] < latency);
    CHECK_EQUAL(actor_state(patient), STATE_READY);
    actor_expect(urgent, 0);
    actor_kill(spins);
    actor_expect(patient, 0);
    CHECK(patient->words[0] > latency);
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
    struct actor *waiter = start(waits_for_signal, waiter_priority, endpoint, 0);
    struct actor *actor = start(signals, MIDDLE, signal, 0);
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
    while (actor->words[0] == 0)
        pause_us(50);
    return trapeze_reply_recv(actor->handles[0], &message);
}

static void test_refused_order(void)
{
    SAY("whoever is refused and more urgent runs before a caller that gets its reply");
    struct actor *refuser = start(refuses, LOW, endpoint, 0);
    struct actor *asks = start(calls_and_notes, LOW, endpoint, 0);
    CHECK_EQUAL(actor_state(asks), STATE_AWAITING_REPLY);
    struct actor *urgent = start(grants, HIGH, endpoint, 0);
    CHECK_EQUAL(actor_state(urgent), STATE_SENDING);
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

static void test_direct_switch(int server_priority)
{
    SAY("a call of a server of priority %d by one of %d, with others of %d ready: the "
        "hart goes to the server and back",
        server_priority, MIDDLE, MIDDLE);
    STAGE->words[0] = 0;
    struct actor *answers = start(echo, server_priority, endpoint, 0);
    struct actor *others[2];
    for (int i = 0; i < 2; i++)
        others[i] =
            actor_make(ready_meanwhile, &(struct actor_options){.priority = MIDDLE});
    struct actor *asks = start(calls_often, MIDDLE, endpoint, 0);
    actor_expect(asks, 0);
    CHECK_EQUAL(asks->words[0], 0);
    CHECK(asks->words[1] >= CALLS);
    for (int i = 0; i < 2; i++)
        actor_kill(others[i]);
    actor_kill(answers);
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

static void test_who_pays(void)
{
    SAY("a server's time is paid for by who called it, as long as nobody preempts it");
    pause_us(QUIET_US);
    struct actor *answers =
        actor_make(echo, &(struct actor_options){
                             .priority = MIDDLE, .give = {endpoint}, .words = {WORK}});
    pause_us(300);
    struct actor *asks =
        actor_make(calls_for_ever,
                   &(struct actor_options){.priority = MIDDLE, .give = {endpoint}});
    pause_us(20000);
    CHECK(asks->step > 100);
    CHECK(cycles_of(asks) > 15000000);
    CHECK(cycles_of(answers) < 500000);
    actor_kill(asks);
    actor_kill(answers);
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
    test_long_chain();
    test_fault_lends();
    test_wake_up();
    test_signal_order(HIGH, true);
    test_signal_order(LOW, false);
    test_refused_order();
    test_direct_switch(MIDDLE);
    test_direct_switch(LOW);
    test_direct_switch(HIGH);
    test_who_pays();
    balance_check(&before);
    return finish(PROGRAM);
}
