/* SPDX-License-Identifier: MIT
 *
 * Every register, in every call of messages, on every way out: what the table of
 * docs/abi.md names is what it says, callee-saved registers, ra, gp, tp and sp survive,
 * and every other one comes back 0.
 */
#include <string.h>

#include "actors.h"
#include "lost.h"

#define PROGRAM "test-registers-of-messages"
#define BADGE 0x1234567890abcdefUL
#define GARBAGE 0xdead000000000000UL /* and the register's number */

static uint64_t endpoint, badged;

static const char *const names[] = {"ra", "sp",  "gp",  "tp", "t0", "t1", "t2", "s0",
                                    "s1", "a0",  "a1",  "a2", "a3", "a4", "a5", "a6",
                                    "a7", "s2",  "s3",  "s4", "s5", "s6", "s7", "s8",
                                    "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
#define REGISTERS (sizeof(names) / sizeof(names[0]))

static struct trapeze_registers fresh(uint64_t number, uint64_t a0)
{
    struct trapeze_registers registers;
    uint64_t *words = (uint64_t *)&registers;

    for (size_t i = 0; i < REGISTERS; i++)
        words[i] = GARBAGE + i;
    registers.a7 = number;
    registers.a0 = a0;
    registers.t0 = registers.t1 = registers.t2 = 0;
    registers.a6 = 0;
    return registers;
}

static bool survives(size_t i)
{
    return strchr("srgt", names[i][0]) != NULL &&
           (names[i][0] != 't' || names[i][1] == 'p');
}

/* `wanted` has the caller-saved registers as they have to be. */
static void expect(const char *what, const struct trapeze_registers *before,
                   const struct trapeze_registers *after,
                   const struct trapeze_registers *wanted)
{
    const uint64_t *old = (const uint64_t *)before;
    const uint64_t *now = (const uint64_t *)after;
    const uint64_t *want = (const uint64_t *)wanted;

    for (size_t i = 0; i < REGISTERS; i++) {
        const uint64_t right = survives(i) ? old[i] : want[i];
        if (now[i] != right) {
            printf("FAILED: %s: %s is 0x%lx instead of 0x%lx\n", what, names[i],
                   (unsigned long)now[i], (unsigned long)right);
            check_failures++;
        }
    }
}

static void execute(const char *what, struct trapeze_registers before,
                    const struct trapeze_registers *wanted)
{
    struct trapeze_registers after = before;

    SAY("%s", what);
    trapeze_ecall(&after);
    expect(what, &before, &after, wanted);
}

static const struct trapeze_registers nothing;

/* What a receiver gets of the message of say(). */
static struct trapeze_registers message_of(struct trapeze_registers registers)
{
    registers.a1 = 0x11;
    registers.a2 = 0x22;
    registers.a3 = 0x33;
    registers.a4 = 0x44;
    registers.a5 = 0x55;
    return registers;
}

static void say(struct actor *actor)
{
    actor->message =
        (struct trapeze_message){.label = 0x11, .words = {0x22, 0x33, 0x44, 0x55}};
}

/* handles[0]: the endpoint. words[0]: microseconds to wait before. */
static long caller(struct actor *actor)
{
    if (actor->words[0] != 0)
        pause_us(actor->words[0]);
    say(actor);
    return trapeze_call(actor->handles[0], &actor->message) != 0;
}

static long sender(struct actor *actor)
{
    if (actor->words[0] != 0)
        pause_us(actor->words[0]);
    say(actor);
    return trapeze_send(actor->handles[0], &actor->message) != 0;
}

static long signaller(struct actor *actor)
{
    pause_us(actor->words[0]);
    return sys_signal(actor->handles[0]) != 0;
}

/* Receives; answers, if a reply is wanted, with the same. */
static long server(struct actor *actor)
{
    struct trapeze_message *message = &actor->message;

    if (actor->words[0] != 0)
        pause_us(actor->words[0]);
    if (trapeze_recv(actor->handles[0], message) != KIND_MESSAGE)
        return 1;
    actor->words[1] = message->badge;
    actor->words[2] = message->token;
    const uint64_t token = message->token;
    say(actor);
    return token != 0 && trapeze_reply(token, message) != 0;
}

#define WAITS 0 /* the partner is there first */
#define LATE 500

static struct actor *partner(actor_role *role, uint64_t wait, uint64_t handle)
{
    struct actor *actor =
        actor_make(role, &(struct actor_options){.words = {wait}, .give = {handle}});

    if (wait == WAITS)
        pause_us(200);
    return actor;
}

static void test_send(const char *what, uint64_t wait)
{
    struct actor *actor = partner(server, wait, endpoint);
    struct trapeze_registers before = message_of(fresh(SYS_send, badged));

    execute(what, before, &nothing);
    actor_end(actor);
    CHECK_EQUAL(actor->message.label, 0x11);
    CHECK_EQUAL(actor->message.words[3], 0x55);
    CHECK_EQUAL(actor->words[1], BADGE);
    CHECK_EQUAL(actor->words[2], 0);
}

static void test_call(const char *what, uint64_t wait)
{
    struct actor *actor = partner(server, wait, endpoint);
    const struct trapeze_registers wanted = message_of(nothing);

    execute(what, message_of(fresh(SYS_call, badged)), &wanted);
    actor_expect(actor, 0);
    CHECK_EQUAL(actor->words[1], BADGE);
    CHECK(actor->words[2] != 0);
}

static void test_recv(const char *what, uint64_t number, uint64_t wait)
{
    struct actor *actor = partner(sender, wait, badged);
    struct trapeze_registers wanted = message_of(nothing);

    wanted.a7 = BADGE;
    execute(what, fresh(number, endpoint), &wanted);
    actor_expect(actor, 0);
}

/* The token, which cannot be foreseen, is what is left to look at. */
static void test_reply(const char *what, uint64_t number, uint64_t wait)
{
    struct actor *actor = partner(caller, wait, badged);
    struct trapeze_registers before = fresh(SYS_recv, endpoint), after = before;
    struct trapeze_registers wanted = message_of(nothing);

    SAY("%s", what);
    trapeze_ecall(&after);
    wanted.a7 = BADGE;
    wanted.a6 = after.a6;
    CHECK((int64_t)after.a6 > 0);
    expect("recv of a call", &before, &after, &wanted);

    const uint64_t target = number == SYS_reply_recv ? endpoint : 0;
    struct trapeze_registers answer = message_of(fresh(number, target));
    answer.a6 = after.a6;
    answer.t1 = number == SYS_reply_recv ? in_us(500) : 0;
    wanted = nothing;
    wanted.a0 = number == SYS_reply_recv ? (uint64_t)E_TIMEOUT : 0;
    execute(what, answer, &wanted);
    actor_expect(actor, 0);
    CHECK_EQUAL(actor->message.kind, KIND_MESSAGE);
    CHECK_EQUAL(actor->message.label, 0x11);
    CHECK_EQUAL(actor->message.words[0], 0x22);
    CHECK_EQUAL(actor->message.words[3], 0x55);
    CHECK_EQUAL(actor->message.token, 0);
    CHECK_EQUAL(actor->message.badge, 0);
}

static void test_signals(void)
{
    struct trapeze_registers wanted = nothing;

    wanted.a0 = KIND_SIGNAL;
    wanted.a1 = BADGE;
    CHECK_EQUAL(sys_signal(badged), 0);
    execute("recv of a signal that is pending", fresh(SYS_recv, endpoint), &wanted);
    struct actor *actor = partner(signaller, LATE, badged);
    execute("recv of a signal that comes", fresh(SYS_recv, endpoint), &wanted);
    actor_expect(actor, 0);

    struct trapeze_registers before = fresh(SYS_signal, badged), after = before;
    SAY("signal: what a C function preserves stays, nobody else's comes");
    trapeze_ecall(&after);
    wanted = after;
    expect("signal", &before, &after, &wanted);
    CHECK_EQUAL(after.a0, 0);
    for (size_t i = 0; i < REGISTERS; i++)
        CHECK(!is_kernels(((const uint64_t *)&after)[i]));
    CHECK_EQUAL(trapeze_recv(endpoint, &(struct trapeze_message){0}), KIND_SIGNAL);
}

static void test_error(const char *what, struct trapeze_registers before, long error)
{
    struct trapeze_registers wanted = nothing;

    wanted.a0 = (uint64_t)error;
    execute(what, before, &wanted);
}

static void test_errors(void)
{
    static const uint64_t numbers[] = {SYS_call, SYS_reply_recv, SYS_send, SYS_recv};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct trapeze_registers before = fresh(numbers[i], GARBAGE);
        test_error("no such handle", before, E_BAD_HANDLE);
        before.a0 = endpoint;
        before.t2 = 2;
        test_error("t2 is neither 0 nor 1", before, E_INVALID);
        before.t2 = 0;
        before.t1 = 1;
        test_error("a deadline in the past", before, E_TIMEOUT);
        before.t1 = in_us(300);
        test_error("a deadline that comes", before, E_TIMEOUT);
    }
    test_error("a0 is not 0", fresh(SYS_reply, GARBAGE), E_INVALID);
    struct trapeze_registers before = fresh(SYS_reply, 0);
    before.a6 = GARBAGE;
    test_error("reply with a token that never was", before, E_BAD_TOKEN);
    before.a6 = 0;
    test_error("reply with no token", before, E_BAD_TOKEN);
    before = fresh(SYS_recv, 0);
    before.t1 = in_us(300);
    test_error("recv on no endpoint: sleep", before, E_TIMEOUT);
    before.t1 = 0;
    test_error("recv on no endpoint for ever", before, E_INVALID);
}

int main(void)
{
    actors_begin();
    endpoint = must(sys_endpoint_create());
    badged = duplicate(endpoint, RIGHT_SEND | RIGHT_SIGNAL, BADGE);
    test_send("send to a receiver that waits", WAITS);
    test_send("send to a receiver that comes", LATE);
    test_call("call of a server that waits", WAITS);
    test_call("call of a server that comes", LATE);
    test_recv("recv of a message that waits", SYS_recv, WAITS);
    test_recv("recv of a message that comes", SYS_recv, LATE);
    test_recv("reply_recv of a message that waits", SYS_reply_recv, WAITS);
    test_recv("reply_recv of a message that comes", SYS_reply_recv, LATE);
    test_reply("reply to a call that waited", SYS_reply, WAITS);
    test_reply("reply to a call that came", SYS_reply, LATE);
    test_reply("reply_recv to a call that waited", SYS_reply_recv, WAITS);
    test_reply("reply_recv to a call that came", SYS_reply_recv, LATE);
    test_signals();
    test_errors();
    return finish(PROGRAM);
}
