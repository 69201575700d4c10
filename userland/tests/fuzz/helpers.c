/* SPDX-License-Identifier: MIT
 *
 * The processes around the driver, which never end by themselves but for the mayfly.
 */
#include "fuzz.h"

#define ROUND_STEPS 2000
#define ROUND_TICKS 10000 /* from one round to the next: it is not alone */

static void close_grant(struct trapeze_message *message)
{
    if (message->grant != 0)
        sys_handle_close(message->grant);
    message->grant = 0;
}

/* Calls whoever receives, again and again; every other time a handle comes with it. */
int caller_main(void)
{
    const uint64_t target = trapeze_inherited("target");

    for (uint64_t i = 0;; i++) {
        struct trapeze_message message = {.label = i % 3,
                                          .words = {i, ~i, i << 32, i * i},
                                          .grant = i % 2 == 0 ? target : 0,
                                          .welcome = 1};
        const uint64_t lent = message.grant;
        hold_poison();
        if (trapeze_call(target, &message) == 0 && message.grant != lent)
            close_grant(&message);
    }
}

/* Answers every call, and gives back the handle that came with it. */
int echo_main(void)
{
    const uint64_t source = trapeze_inherited("source");
    struct trapeze_message message = {.welcome = 1};
    long kind = trapeze_recv(source, &message);

    for (;;) {
        const uint64_t granted = kind >= 0 ? message.grant : 0;
        if (kind < 0)
            message = (struct trapeze_message){0};
        if (kind == KIND_FAULT)
            message.label = VERDICT_KILL;
        if (kind != KIND_MESSAGE)
            message.grant = 0;
        message.deadline = TRAPEZE_NEVER;
        message.welcome = 1;
        const uint64_t token = message.token;
        hold_poison();
        kind = trapeze_reply_recv(source, &message);
        if (kind < 0) { /* the caller wants no handle: it is not to wait for ever */
            const struct trapeze_message plain = {.label = VERDICT_KILL};
            trapeze_reply(token, &plain);
            message = (struct trapeze_message){.welcome = 1};
            kind = trapeze_recv(source, &message);
        }
        if (granted != 0)
            sys_handle_close(granted);
    }
}

/* Receives one call, and dies with it. */
int mayfly_main(void)
{
    struct trapeze_message message = {0};
    const uint64_t source = trapeze_inherited("source");

    hold_poison();
    trapeze_recv(source, &message);
    return 0;
}

/* A check sum, by integers and by floating-point numbers: whatever is disturbed,
 * registers, memory, time, shows in it. */
static uint64_t compute(uint64_t table[64])
{
    uint64_t sum = 1;
    double real = 1.0;

    for (uint64_t i = 0; i < 64; i++)
        table[i] = i * UINT64_C(0x2545f4914f6cdd1d);
    for (uint64_t i = 0; i < ROUND_STEPS; i++) {
        table[i % 64] ^= sum << 7 ^ sum >> 9;
        sum = sum * 31 + table[(sum >> 3) % 64];
        real = real * 1.0009765625 + (double)(sum & 0xff);
    }
    return sum ^ (uint64_t)real;
}

int neighbour_main(void)
{
    static uint64_t table[64];
    struct neighbour_state *state =
        trapeze_map(trapeze_inherited("state"), 1, RIGHT_READ | RIGHT_WRITE, NULL);

    if (state == NULL)
        return 1;
    state->sum = compute(table);
    for (uint64_t next = trapeze_time();; next += ROUND_TICKS) {
        state->wrong += compute(table) != state->sum;
        state->rounds++;
        hold_poison();
        sys_yield();
        hold_poison();
        trapeze_sleep_until(next);
    }
}
