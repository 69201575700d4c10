/* SPDX-License-Identifier: MIT
 *
 * Each state in which a process waits for another, and each way out of it: what it
 * waits for comes, the deadline passes, the peer dies, the endpoint goes, it is killed.
 * A way that is none for that state leaves it waiting, and what it waits for still
 * comes.
 */
#include <string.h>

#include "actors.h"

#define PROGRAM "test-ways-out"
#define REPLY_LABEL 0x77
#define EBREAK_BYTES 4

enum way { DELIVERED, DEADLINE, PEER_DIES, ENDPOINT_GOES, KILLED, WAYS };
static const char *const way_names[] = {"delivered", "deadline", "peer dies",
                                        "endpoint goes", "killed"};

/* What comes of it: the call's result, or one of these. */
#define STAYS 1000   /* in that state */
#define FAULTED 1001 /* it ends so */
#define DIES 1002
#define NEVER 1003 /* there is no such way */

static const struct {
    enum trapeze_state state;
    long result[WAYS];
} table[] = {
    {STATE_SENDING, {0, E_TIMEOUT, STAYS, E_GONE, DIES}},
    {STATE_CALLING, {0, E_TIMEOUT, STAYS, E_GONE, DIES}},
    {STATE_AWAITING_REPLY, {0, E_TIMEOUT, E_PEER, STAYS, DIES}},
    {STATE_RECEIVING, {0, E_TIMEOUT, STAYS, E_GONE, DIES}},
    {STATE_FAULTING, {0, NEVER, STAYS, FAULTED, DIES}},
    {STATE_AWAITING_VERDICT, {0, NEVER, FAULTED, STAYS, DIES}},
};

#define DEADLINE_US 3000 /* for it to be in the state by then */

static bool is_fault(enum trapeze_state state)
{
    return state == STATE_FAULTING || state == STATE_AWAITING_VERDICT;
}

static bool is_received(enum trapeze_state state)
{
    return state == STATE_AWAITING_REPLY || state == STATE_AWAITING_VERDICT;
}

/* The one that waits. words[0]: in what state, words[1]: its deadline; words[2] will be
 * the result. */
static long waiter(struct actor *actor)
{
    const enum trapeze_state state = (enum trapeze_state)actor->words[0];
    struct trapeze_message message = {.deadline = actor->words[1]};
    const uint64_t endpoint = actor->handles[0];
    long result = 0;

    if (state == STATE_SENDING)
        result = trapeze_send(endpoint, &message);
    else if (state == STATE_RECEIVING)
        result = trapeze_recv(endpoint, &message);
    else if (is_fault(state))
        __asm__ volatile(".option push\n.option norvc\nebreak\n.option pop");
    else
        result = trapeze_call(endpoint, &message);
    actor->words[2] = (uint64_t)result;
    actor->words[3] = message.label;
    return 0;
}

/* Its peer, which does what it is told, a step at a time. */
enum command { IDLE, RECEIVE, REPLY, SEND };

_Noreturn static long peer(struct actor *actor)
{
    struct trapeze_message message = {0};
    uint64_t token = 0;

    for (;; actor->step++) {
        await_change(&actor->words[0], IDLE, 20);
        const enum command command = (enum command)actor->words[0];
        actor->words[0] = IDLE;
        if (command == RECEIVE) {
            actor->words[1] = (uint64_t)trapeze_recv(actor->handles[0], &message);
            token = message.token;
            continue;
        }
        message = (struct trapeze_message){.label = actor->words[2]};
        actor->words[1] =
            (uint64_t)(command == SEND ? trapeze_send(actor->handles[0], &message)
                                       : trapeze_reply(token, &message));
    }
}

static struct actor *other;
static uint64_t endpoint;

static long tell(enum command command, uint64_t label)
{
    const uint64_t step = other->step;

    other->words[2] = label;
    other->words[0] = command;
    actor_await_step(other, step + 1);
    return (long)other->words[1];
}

/* What it waits for comes. */
static void deliver(struct actor *actor, enum trapeze_state state)
{
    uint64_t group[4];

    if (state == STATE_RECEIVING) {
        CHECK_EQUAL(tell(SEND, REPLY_LABEL), 0);
        return;
    }
    if (!is_received(state))
        CHECK_EQUAL(tell(RECEIVE, 0), is_fault(state) ? KIND_FAULT : KIND_MESSAGE);
    if (state == STATE_SENDING)
        return;
    if (is_fault(state)) {
        CHECK_EQUAL(actor_state(actor), STATE_AWAITING_VERDICT);
        CHECK_EQUAL(trapeze_registers_read(actor->process, 0, group), 0);
        CHECK_EQUAL(sys_registers_write(actor->process, 0, group[0] + EBREAK_BYTES,
                                        group[1], group[2], group[3]),
                    0);
    }
    CHECK_EQUAL(tell(REPLY, is_fault(state) ? VERDICT_RESUME : REPLY_LABEL), 0);
    CHECK_EQUAL(tell(REPLY, 0), E_GONE); /* not twice */
}

static void take(struct actor *actor, enum way way, enum trapeze_state state)
{
    if (way == DELIVERED)
        deliver(actor, state);
    else if (way == PEER_DIES)
        actor_kill(other);
    else if (way == ENDPOINT_GOES)
        CHECK_EQUAL(sys_object_destroy(endpoint), 0);
    else if (way == KILLED)
        CHECK_EQUAL(sys_process_kill(actor->process), 0);
}

/* Its supervisor is the endpoint, which may have gone. */
static void expect_end(struct actor *actor, enum trapeze_end kind)
{
    struct trapeze_message message = {.deadline = in_us(HANG_US)};

    if (actor->words[4] == 0) {
        CHECK_EQUAL(actor_end(actor).label, kind);
        return;
    }
    const long received = trapeze_recv(endpoint, &message);
    if (received == KIND_END)
        CHECK_EQUAL(message.label, kind);
    else
        CHECK_EQUAL(received, E_GONE);
    actor_expect_gone(actor);
}

static void expect_result(struct actor *actor, enum trapeze_state state, long result)
{
    const bool told = state == STATE_CALLING || state == STATE_AWAITING_REPLY ||
                      state == STATE_RECEIVING;

    expect_end(actor, result == FAULTED ? END_FAULTED
                      : result == DIES  ? END_KILLED
                                        : END_EXITED);
    if (result == FAULTED || result == DIES)
        return;
    CHECK_EQUAL(actor->words[2], result);
    if (result == 0 && told)
        CHECK_EQUAL(actor->words[3], REPLY_LABEL);
}

/* Whether it is in the state, before its deadline. */
static bool is_in_time(const struct actor *actor, enum trapeze_state state)
{
    const bool has_deadline = actor->words[1] != 0;
    enum trapeze_state now = actor_state(actor);

    for (uint64_t waited = 0; now != state && wait_more(&waited);
         now = actor_state(actor)) {
        if (has_deadline && now == STATE_ENDED)
            return false;
    }
    return CHECK_EQUAL(now, state);
}

/* False: the deadline has come before the state. */
static bool test(enum trapeze_state state, enum way way, long result,
                 uint64_t deadline_us)
{
    const struct balance before = balance_now();
    const uint64_t deadline = way == DEADLINE ? in_us(deadline_us) : 0;

    endpoint = must(sys_endpoint_create());
    other = actor_make(peer, &(struct actor_options){.give = {endpoint}});
    struct actor *actor = actor_make(
        waiter, &(struct actor_options){.give = {endpoint},
                                        .supervisor = is_fault(state) ? endpoint : 0,
                                        .stopped = true,
                                        .words = {state, deadline}});
    actor->words[4] = is_fault(state);
    SAY("%s, %s", trapeze_state_name(state), way_names[way]);
    if (is_received(state))
        other->words[0] = RECEIVE;
    actor_run(actor);
    const bool in_time = is_in_time(actor, state);
    if (in_time && is_received(state))
        actor_await_step(other, 1); /* it has noted what it has received */
    if (in_time)
        take(actor, way, state);
    if (result == STAYS) {
        pause_us(300);
        CHECK_EQUAL(actor_state(actor), state);
        if (way == PEER_DIES)
            other = actor_make(peer, &(struct actor_options){.give = {endpoint}});
        deliver(actor, state);
        expect_result(actor, state, 0);
    } else {
        expect_result(actor, state, result);
    }
    if (other->process != 0)
        actor_kill(other);
    sys_object_destroy(endpoint);
    CHECK_EQUAL(sys_handle_close(endpoint), 0);
    balance_check(&before);
    return in_time;
}

int main(void)
{
    actors_begin();
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        for (enum way way = DELIVERED; way < WAYS; way++) {
            uint64_t us = DEADLINE_US;
            while (table[i].result[way] != NEVER &&
                   !test(table[i].state, way, table[i].result[way], us))
                us = longer(us);
        }
    }
    return finish(PROGRAM);
}
