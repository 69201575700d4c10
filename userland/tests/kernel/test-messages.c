/* SPDX-License-Identifier: MIT
 *
 * Messages between processes: deadlines, signals, grants, tokens, pools of workers.
 * test-ways-out tests how waiting ends, test-registers-of-messages the registers.
 */
#include <string.h>

#include "actors.h"

#define PROGRAM "test-messages"
#define PAST 1
#define SLACK_US 1000
#define SOON 300      /* microseconds */
#define REPLY_US 2000 /* for a call's deadline to cover the reply */

static uint64_t endpoint;

/* Does the call of words[0] on handles[0], with words[1] as deadline, words[2] as
 * label; handles[1], if any, is granted. The result is words[3]. */
static long caller(struct actor *actor)
{
    struct trapeze_message *message = &actor->message;

    *message = (struct trapeze_message){
        .label = actor->words[2],
        .deadline = actor->words[1],
        .grant = actor->handle_count > 1 ? actor->handles[1] : 0,
        .welcome = actor->words[4]};
    actor->words[3] = (uint64_t)(actor->words[0] == SYS_call
                                     ? trapeze_call(actor->handles[0], message)
                                 : actor->words[0] == SYS_send
                                     ? trapeze_send(actor->handles[0], message)
                                     : trapeze_recv(actor->handles[0], message));
    actor->words[5] = stage_tick();
    return 0;
}

static struct actor *start(uint64_t call, uint64_t deadline, uint64_t label)
{
    return actor_make(
        caller,
        &(struct actor_options){.give = {endpoint}, .words = {call, deadline, label}});
}

static long finish_actor(struct actor *actor)
{
    actor_expect(actor, 0);
    return (long)actor->words[3];
}

/* Deadlines. */

/* On one hart, under icount, deadlines are kept to the microsecond. */
static bool is_within_slack(uint64_t since)
{
    return !one_hart() || trapeze_time() < since + (in_us(SLACK_US) - trapeze_time());
}

static long try(uint64_t call, uint64_t deadline)
{
    struct trapeze_message message = {.label = 5, .deadline = deadline};

    return call == SYS_call         ? trapeze_call(endpoint, &message)
           : call == SYS_send       ? trapeze_send(endpoint, &message)
           : call == SYS_reply_recv ? trapeze_reply_recv(endpoint, &message)
                                    : trapeze_recv(endpoint, &message);
}

static void test_deadlines_that_come(void)
{
    static const uint64_t calls[] = {SYS_call, SYS_send, SYS_recv, SYS_reply_recv};

    SAY("deadlines in the past, now, and to come");
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        const uint64_t start_ticks = trapeze_time();
        CHECK_EQUAL(try(calls[i], PAST), E_TIMEOUT);
        CHECK_EQUAL(try(calls[i], trapeze_time()), E_TIMEOUT);
        CHECK(is_within_slack(start_ticks));
        const uint64_t deadline = in_us(SOON);
        CHECK_EQUAL(try(calls[i], deadline), E_TIMEOUT);
        CHECK(trapeze_time() >= deadline);
        CHECK(is_within_slack(deadline));
    }
}

static void test_deadlines_at_the_end_of_time(void)
{
    static const uint64_t ends[] = {UINT64_MAX, UINT64_MAX - 1, INT64_MAX,
                                    (uint64_t)INT64_MAX + 1};
    struct trapeze_message message;

    SAY("deadlines at the end of time");
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct actor *actor = start(SYS_call, ends[i], 1);
        actor_await(actor, STATE_CALLING);
        pause_us(SOON);
        CHECK_EQUAL(actor_state(actor), STATE_CALLING);
        message = (struct trapeze_message){.deadline = ends[i]};
        CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
        pause_us(SOON);
        CHECK_EQUAL(actor_state(actor), STATE_AWAITING_REPLY);
        CHECK_EQUAL(trapeze_reply(message.token, &message), 0);
        CHECK_EQUAL(finish_actor(actor), 0);
    }
}

static void test_that_what_needs_no_waiting_has_time(void)
{
    struct trapeze_message message = {.deadline = PAST};

    SAY("a deadline that has passed does not matter where nobody has to wait");
    struct actor *actor = start(SYS_send, 0, 3);
    actor_await(actor, STATE_SENDING);
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
    CHECK_EQUAL(finish_actor(actor), 0);
    actor = start(SYS_recv, 0, 0);
    actor_await(actor, STATE_RECEIVING);
    message = (struct trapeze_message){.label = 8, .deadline = PAST};
    CHECK_EQUAL(trapeze_send(endpoint, &message), 0);
    CHECK_EQUAL(finish_actor(actor), KIND_MESSAGE);
    CHECK_EQUAL(actor->message.label, 8);

    SAY("a call has to wait, so nobody hears of it");
    actor = start(SYS_recv, 0, 0);
    actor_await(actor, STATE_RECEIVING);
    CHECK_EQUAL(trapeze_call(endpoint, &message), E_TIMEOUT);
    CHECK_EQUAL(actor_state(actor), STATE_RECEIVING);
    message = (struct trapeze_message){.label = 9};
    CHECK_EQUAL(trapeze_send(endpoint, &message), 0);
    CHECK_EQUAL(finish_actor(actor), KIND_MESSAGE);
    CHECK_EQUAL(actor->message.label, 9);
}

static void test_that_a_calls_deadline_covers_the_reply(void)
{
    struct trapeze_message message = {0};

    SAY("the deadline of a call covers the reply; a later one is E_GONE");
    struct actor *actor = NULL;
    for (uint64_t us = REPLY_US;; us = longer(us)) {
        message.deadline = in_us(us);
        actor = start(SYS_call, message.deadline, 1);
        if (trapeze_recv(endpoint, &message) == KIND_MESSAGE)
            break; /* else nobody has called before the deadline, nor will */
        CHECK_EQUAL(finish_actor(actor), E_TIMEOUT);
    }
    const uint64_t token = message.token;
    CHECK_EQUAL(finish_actor(actor), E_TIMEOUT);
    CHECK_EQUAL(trapeze_reply(token, &message), E_GONE);
    CHECK_EQUAL(trapeze_reply(token, &message), E_GONE);

    SAY("reply_recv drops it silently, and receives");
    actor = start(SYS_send, 0, 9);
    message = (struct trapeze_message){.token = token};
    CHECK_EQUAL(trapeze_reply_recv(endpoint, &message), KIND_MESSAGE);
    CHECK_EQUAL(message.label, 9);
    CHECK_EQUAL(finish_actor(actor), 0);
}

/* Signals. */

static long receive_now(struct trapeze_message *message)
{
    *message = (struct trapeze_message){.deadline = PAST};
    return trapeze_recv(endpoint, message);
}

static struct actor *take_from(struct actor *sender)
{
    struct trapeze_message message = {0};

    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
    return sender;
}

static void test_signals(void)
{
    struct trapeze_message message;
    const uint64_t bit0 = duplicate(endpoint, RIGHT_SIGNAL, 1);
    const uint64_t bit63 = duplicate(endpoint, RIGHT_SIGNAL, 1UL << 63);

    SAY("all pending bits at once, and once");
    CHECK_EQUAL(sys_signal(bit0), 0);
    CHECK_EQUAL(sys_signal(bit63), 0);
    CHECK_EQUAL(sys_signal(bit0), 0);
    CHECK_EQUAL(receive_now(&message), KIND_SIGNAL);
    CHECK_EQUAL(message.label, 1UL << 63 | 1);
    CHECK_EQUAL(message.badge, 0);
    CHECK_EQUAL(message.token, 0);
    CHECK_EQUAL(receive_now(&message), E_TIMEOUT);

    SAY("a badge of 0 has no bits");
    CHECK_EQUAL(sys_signal(endpoint), 0);
    CHECK_EQUAL(receive_now(&message), E_TIMEOUT);

    SAY("signals come before messages, and a stream of them alternates with messages");
    CHECK_EQUAL(finish_actor(take_from(start(SYS_send, 0, 7))), 0);
    struct actor *first = start(SYS_send, 0, 1);
    actor_await(first, STATE_SENDING);
    struct actor *second = start(SYS_send, 0, 2);
    actor_await(second, STATE_SENDING);
    for (uint64_t label = 1; label <= 2; label++) {
        CHECK_EQUAL(sys_signal(bit0), 0);
        CHECK_EQUAL(receive_now(&message), KIND_SIGNAL);
        CHECK_EQUAL(sys_signal(bit0), 0);
        CHECK_EQUAL(receive_now(&message), KIND_MESSAGE);
        CHECK_EQUAL(message.label, label);
    }
    CHECK_EQUAL(receive_now(&message), KIND_SIGNAL);
    CHECK_EQUAL(receive_now(&message), E_TIMEOUT);
    CHECK_EQUAL(finish_actor(first), 0);
    CHECK_EQUAL(finish_actor(second), 0);

    SAY("a receiver that waits gets it at once; of two, the first");
    first = start(SYS_recv, 0, 0);
    actor_await(first, STATE_RECEIVING);
    second = start(SYS_recv, 0, 0);
    actor_await(second, STATE_RECEIVING);
    CHECK_EQUAL(sys_signal(bit63), 0);
    CHECK_EQUAL(finish_actor(first), KIND_SIGNAL);
    CHECK_EQUAL(first->message.label, 1UL << 63);
    CHECK_EQUAL(actor_state(second), STATE_RECEIVING);
    actor_kill(second);
    sys_handle_close(bit0);
    sys_handle_close(bit63);
}

/* Grants. */

static void test_grant_to_receiver(void)
{
    struct trapeze_handle facts;
    struct trapeze_message message = {.welcome = 1};
    const uint64_t gift = duplicate(endpoint, RIGHT_SEND, 42);
    const struct actor_options options = {.give = {endpoint, gift},
                                          .words = {SYS_send, 0, 4}};

    SAY("a grant that is welcome has the handle's rights and badge");
    struct actor *actor = actor_make(caller, &options);
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
    CHECK_EQUAL(finish_actor(actor), 0);
    CHECK_EQUAL(trapeze_handle_inspect(message.grant, &facts), 0);
    CHECK_EQUAL(facts.type, OBJECT_ENDPOINT);
    CHECK_EQUAL(facts.rights, RIGHT_SEND);
    CHECK_EQUAL(facts.badge, 42);
    CHECK_EQUAL(sys_handle_close(message.grant), 0);

    SAY("one that is not welcome is refused: the message is not received either");
    actor = actor_make(caller, &options);
    actor_await(actor, STATE_SENDING);
    struct actor *next = start(SYS_send, 0, 6);
    actor_await(next, STATE_SENDING);
    message = (struct trapeze_message){0};
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
    CHECK_EQUAL(message.label, 6);
    CHECK_EQUAL(message.grant, 0);
    CHECK_EQUAL(finish_actor(actor), E_REFUSED);
    CHECK_EQUAL(finish_actor(next), 0);

    SAY("the same where the receiver waits, and goes on waiting");
    actor = start(SYS_recv, 0, 0);
    actor_await(actor, STATE_RECEIVING);
    message = (struct trapeze_message){.grant = gift};
    CHECK_EQUAL(trapeze_send(endpoint, &message), E_REFUSED);
    CHECK_EQUAL(trapeze_call(endpoint, &message), E_REFUSED);
    message.grant = gift + 1;
    CHECK_EQUAL(trapeze_send(endpoint, &message), E_BAD_HANDLE);
    CHECK_EQUAL(trapeze_call(endpoint, &message), E_BAD_HANDLE);
    CHECK_EQUAL(actor_state(actor), STATE_RECEIVING);
    actor_kill(actor);

    SAY("a grant whose object has gone while it was queued");
    const uint64_t doomed = must(sys_endpoint_create());
    actor = actor_make(caller, &(struct actor_options){.give = {endpoint, doomed},
                                                       .words = {SYS_call, 0, 4}});
    actor_await(actor, STATE_CALLING);
    CHECK_EQUAL(sys_object_destroy(doomed), 0);
    message = (struct trapeze_message){.welcome = 1, .deadline = PAST};
    CHECK_EQUAL(trapeze_recv(endpoint, &message), E_TIMEOUT);
    CHECK_EQUAL(finish_actor(actor), E_GONE);
    sys_handle_close(doomed);
    sys_handle_close(gift);
}

static void test_grant_in_reply(void)
{
    struct trapeze_message message = {0};
    const uint64_t gift = duplicate(endpoint, RIGHT_SIGNAL, 43);

    SAY("a grant in a reply: refused, the caller goes on waiting; welcome, it comes");
    for (uint64_t welcome = 0; welcome <= 1; welcome++) {
        struct actor *actor =
            actor_make(caller, &(struct actor_options){.give = {endpoint},
                                                       .words = {SYS_call, 0, 4},
                                                       .stopped = true});
        actor->words[4] = welcome;
        actor_run(actor);
        message = (struct trapeze_message){0};
        CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
        const uint64_t token = message.token;
        message = (struct trapeze_message){.grant = gift};
        CHECK_EQUAL(trapeze_reply(token, &message), welcome ? 0 : E_REFUSED);
        if (!welcome) {
            CHECK_EQUAL(actor_state(actor), STATE_AWAITING_REPLY);
            message = (struct trapeze_message){.grant = gift, .token = token};
            CHECK_EQUAL(trapeze_reply_recv(endpoint, &message), E_REFUSED);
            CHECK_EQUAL(trapeze_reply(token, &(struct trapeze_message){0}), 0);
        }
        CHECK_EQUAL(finish_actor(actor), 0);
        CHECK_EQUAL(actor->message.grant != 0, welcome);
    }
    sys_handle_close(gift);
}

/* Code, constants, stage, stack lie in one 2 MiB: two tables beside what each has. */
static void test_grant_without_room(void)
{
    struct trapeze_message message = {.grant = endpoint};
    uint64_t budget[4];

    SAY("a grant for whose handle there is no room is refused");
    struct actor *actor =
        actor_make(caller, &(struct actor_options){.pages = PROCESS_PAGES_MIN + 2,
                                                   .give = {endpoint},
                                                   .words = {SYS_recv, 0, 0},
                                                   .stopped = true});
    actor->words[4] = 1;
    CHECK_EQUAL(trapeze_process_inspect(actor->process, INSPECT_BUDGET, budget), 0);
    CHECK_EQUAL(budget[0], budget[1]);
    for (int i = 1; i < 64; i++)
        must(sys_process_give(actor->process, endpoint));
    CHECK_EQUAL(sys_process_give(actor->process, endpoint), E_NO_MEMORY);
    actor_run(actor);
    actor_await(actor, STATE_RECEIVING);
    CHECK_EQUAL(trapeze_send(endpoint, &message), E_REFUSED);
    message.grant = 0;
    CHECK_EQUAL(trapeze_send(endpoint, &message), 0);
    CHECK_EQUAL(finish_actor(actor), KIND_MESSAGE);
}

/* Workers. */

/* Takes one call, waits until words[0] is not 0, tries words[0] as token if it is not
 * 1, and replies with words[1]. */
static long worker(struct actor *actor)
{
    struct trapeze_message message = {0};

    if (trapeze_recv(actor->handles[0], &message) != KIND_MESSAGE)
        return 1;
    const uint64_t token = message.token;
    actor->words[2] = token;
    actor->words[3] = message.label;
    actor->step = 1;
    await_change(&actor->words[0], 0, 20);
    message = (struct trapeze_message){.label = actor->words[1]};
    actor->words[4] = (uint64_t)trapeze_reply(actor->words[0], &message);
    return trapeze_reply(token, &message) != 0;
}

static void test_pool(void)
{
    SAY("two workers at one endpoint: each answers its own caller, in any order");
    struct actor *workers[2], *callers[2];
    for (uint64_t i = 0; i < 2; i++) {
        workers[i] = actor_make(
            worker, &(struct actor_options){.give = {endpoint}, .words = {0, 10 + i}});
        actor_await(workers[i], STATE_RECEIVING);
    }
    for (uint64_t i = 0; i < 2; i++) {
        callers[i] = start(SYS_call, 0, 20 + i);
        actor_await_step(workers[i], 1);
        CHECK_EQUAL(workers[i]->words[3], 20 + i);
    }
    for (int i = 1; i >= 0; i--) { /* the later one first, with the other's token */
        workers[i]->words[0] = workers[1 - i]->words[2];
        actor_await(callers[i], STATE_ENDED);
        CHECK_EQUAL(workers[i]->words[4], i == 1 ? E_BAD_TOKEN : E_GONE);
        for (int j = 0; j < 2; j++) {
            struct trapeze_message end = {.deadline = in_us(HANG_US)};
            CHECK_EQUAL(trapeze_recv(actors_supervisor(), &end), KIND_END);
            CHECK_EQUAL(end.words[0], 0);
        }
        CHECK_EQUAL(callers[i]->words[3], 0);
        CHECK_EQUAL(callers[i]->message.label, 10 + i);
        sys_handle_close(workers[i]->process);
        sys_handle_close(callers[i]->process);
        workers[i]->process = callers[i]->process = 0;
    }
}

/* A server that takes a call and dies; another takes the next. */
static void test_death_of_a_server(void)
{
    struct trapeze_message message = {0};

    SAY("a server dies: its caller gets E_PEER, new calls wait for its successor");
    struct actor *server =
        actor_make(worker, &(struct actor_options){.give = {endpoint}});
    actor_await(server, STATE_RECEIVING);
    struct actor *lost = start(SYS_call, 0, 1);
    actor_await_step(server, 1);
    struct actor *waits = start(SYS_call, 0, 2);
    actor_await(waits, STATE_CALLING);
    const uint64_t token = server->words[2];
    actor_kill(server);
    CHECK_EQUAL(finish_actor(lost), E_PEER);
    CHECK_EQUAL(actor_state(waits), STATE_CALLING);
    struct actor *later = start(SYS_call, 0, 3);
    actor_await(later, STATE_CALLING);
    CHECK_EQUAL(trapeze_reply(token, &message), E_GONE);
    for (uint64_t label = 2; label <= 3; label++) {
        CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
        CHECK_EQUAL(message.label, label);
        CHECK_EQUAL(trapeze_reply(message.token, &message), 0);
    }
    CHECK_EQUAL(finish_actor(waits), 0);
    CHECK_EQUAL(finish_actor(later), 0);
}

/* Calls handles[0] at once, and again when words[0] is not 0 any more; words[1] is the
 * label and words[2] the second result. */
static long calls_twice(struct actor *actor)
{
    struct trapeze_message message = {.label = actor->words[1]};

    trapeze_call(actor->handles[0], &message);
    await_change(&actor->words[0], 0, SOON);
    message = (struct trapeze_message){.label = actor->words[1]};
    actor->words[2] = (uint64_t)trapeze_call(actor->handles[0], &message);
    actor->message = message;
    return 0;
}

/* Its first call is answered. */
static struct actor *start_twice(uint64_t label)
{
    struct actor *actor = actor_make(
        calls_twice, &(struct actor_options){.give = {endpoint}, .words = {0, label}});
    struct trapeze_message message = {0};

    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
    CHECK_EQUAL(message.label, label);
    CHECK_EQUAL(trapeze_reply(message.token, &message), 0);
    return actor;
}

/* Each caller has used its handle before, so that it is looked up by the short way. */
static void test_replies_in_another_order(void)
{
    struct trapeze_message messages[2], reply;

    SAY("a server may receive while it owes replies, and give them in any order");
    for (unsigned first = 0; first <= 1; first++) {
        struct actor *actors[2];
        for (unsigned i = 0; i <= 1; i++)
            actors[i] = start_twice(i);
        for (unsigned i = 0; i <= 1; i++) {
            actors[i]->words[0] = 1;
            messages[i] = (struct trapeze_message){0};
            CHECK_EQUAL(trapeze_recv(endpoint, &messages[i]), KIND_MESSAGE);
            CHECK_EQUAL(messages[i].label, i);
        }
        for (unsigned i = 0; i <= 1; i++) {
            const unsigned which = first ^ i;
            CHECK_EQUAL(actor_state(actors[which]), STATE_AWAITING_REPLY);
            reply = (struct trapeze_message){.label = 7 + which};
            CHECK_EQUAL(trapeze_reply(messages[which].token, &reply), 0);
            actor_expect(actors[which], 0);
            CHECK_EQUAL(actors[which]->words[2], 0);
            CHECK_EQUAL(actors[which]->message.label, 7 + which);
        }
    }
}

int main(void)
{
    actors_begin();
    endpoint = must(sys_endpoint_create());
    SAY("balance"); /* stdio has what it needs now */
    const struct balance before = balance_now();
    test_deadlines_that_come();
    test_deadlines_at_the_end_of_time();
    test_that_what_needs_no_waiting_has_time();
    test_that_a_calls_deadline_covers_the_reply();
    test_signals();
    test_grant_to_receiver();
    test_grant_in_reply();
    test_grant_without_room();
    test_pool();
    test_death_of_a_server();
    test_replies_in_another_order();
    balance_check(&before);
    return finish(PROGRAM);
}
