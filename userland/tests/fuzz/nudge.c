/* SPDX-License-Identifier: MIT
 *
 * What the supervisor does with a driver that does not go on by itself.
 */
#include "fuzz.h"

#define IN_THE_PAST 1
#define NEAR_TICKS 10000
#define END_TICKS 20
#define PATIENCE 4 /* nudges of one call, before the driver is replaced */
#define STALL 200  /* the same for one that is ready: it must not happen */

static void replace(struct lives *lives)
{
    lives->replaced++;
    sys_process_kill(lives->process[ROLE_DRIVER]);
}

/* What the supervisor says to a driver is random, too. */
static struct trapeze_message make_message(struct lives *lives)
{
    uint64_t *random = &lives->random;

    return (struct trapeze_message){
        .label = random_below(random, 2),
        .words = {random_next(random), random_next(random), 0, 1},
        .grant = random_one_in(random, 2)
                     ? lives->endpoints[random_below(random, ENDPOINTS)]
                     : 0,
        .deadline = IN_THE_PAST,
    };
}

static void answer(struct lives *lives, uint64_t token)
{
    struct trapeze_message message = make_message(lives);

    if (trapeze_reply(token, &message) == 0)
        return;
    message.grant = 0; /* it is not welcome, or this is a fault */
    trapeze_reply(token, &message);
}

/* Takes what is first in the queue. */
static void take_from(struct lives *lives, uint64_t endpoint)
{
    struct trapeze_message message = {.deadline = IN_THE_PAST,
                                      .welcome = random_below(&lives->random, 2)};

    if (trapeze_recv(endpoint, &message) < 0)
        return;
    if (message.grant != 0)
        sys_handle_close(message.grant);
    if (message.token != 0)
        answer(lives, message.token);
}

static void give_to(struct lives *lives, uint64_t endpoint)
{
    struct trapeze_message message = make_message(lives);

    if (random_one_in(&lives->random, 4)) {
        sys_signal(endpoint); /* its badge is 0: nothing may come of it */
        return;
    }
    if (trapeze_send(endpoint, &message) != 0) {
        message.grant = 0;
        trapeze_send(endpoint, &message);
    }
}

/* The endpoint that the driver waits at, 0 if it is its own. */
static uint64_t find_endpoint(const struct lives *lives, uint64_t number)
{
    for (int i = 0; i < ENDPOINTS; i++) {
        if (lives->endpoint_numbers[i] == number)
            return lives->endpoints[i];
    }
    return 0;
}

/* Whether its call ends soon by itself. */
static bool has_near_deadline(const struct fuzz_state *state)
{
    const uint64_t now = trapeze_time();
    const uint64_t number = state->registers.a7;

    return state->in_flight && number >= SYS_call && number <= SYS_recv &&
           state->registers.t1 != 0 && state->registers.t1 < now + NEAR_TICKS;
}

static void wake(struct lives *lives, uint64_t state, uint64_t number)
{
    const uint64_t driver = lives->process[ROLE_DRIVER];
    uint64_t schedule[4];

    if (state == STATE_READY || state == STATE_STOPPED) {
        if (trapeze_process_inspect(0, INSPECT_SCHEDULE, schedule) == 0)
            sys_process_priority(driver, schedule[0]);
    } else if (state == STATE_HELD) {
        sys_process_limit(driver, 0, 0);
    }
    const uint64_t endpoint = find_endpoint(lives, number);
    if (endpoint == 0)
        return;
    if (state == STATE_SENDING || state == STATE_CALLING)
        take_from(lives, endpoint);
    else if (state == STATE_RECEIVING)
        give_to(lives, endpoint);
}

void nudge_driver(struct lives *lives)
{
    static uint64_t last_calls, patience, stalled;
    const struct fuzz_state *state = lives->state;
    uint64_t words[4];

    /* It ends, and what belongs to it may be less urgent than this process. */
    if (trapeze_process_inspect(lives->process[ROLE_DRIVER], INSPECT_STATE, words) !=
        0) {
        trapeze_sleep_until(trapeze_time() + END_TICKS);
        return;
    }
    if (state->calls != last_calls) {
        last_calls = state->calls;
        patience = PATIENCE;
        stalled = 0;
    }
    if (words[0] == STATE_READY && ++stalled == STALL)
        fuzz_fail("a driver is ready, but does not get on");
    const bool near = has_near_deadline(state) && words[0] != STATE_READY;
    if (near && random_one_in(&lives->random, 2)) {
        trapeze_sleep_until(state->registers.t1);
        return;
    }
    if (patience == 0 && !near && words[0] != STATE_READY) {
        replace(lives);
        return;
    }
    patience -= patience != 0;
    wake(lives, words[0], words[1]);
}
