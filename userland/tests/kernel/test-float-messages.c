/* SPDX-License-Identifier: MIT
 *
 * Clients and a server that compute with floating point between their messages, each
 * with other contents in all 32 registers and in fcsr: none ever sees another's.
 *
 *   test-float-messages [MESSAGES]
 */
#include <stdlib.h>
#include <string.h>

#include "actors.h"
#include "spin.h"

#define PROGRAM "test-float-messages"
#define ROUNDS 3000 /* unless told */
#define CLIENTS_MAX 2U
#define PAUSE_US 100
#define FCSR_BITS \
    0x9f /* of five rounding modes and five flags, those that suit any process */

static uint64_t endpoint, rounds = ROUNDS;

/* words[0]: the system call; words[1]: how often; words[2]: what the registers begin
 * with, or 0: none is touched. words[3] is how many differ, words[4] the result; with
 * words[5] it may end. */
static long exchange(struct actor *actor)
{
    struct trapeze_message message = {0};
    struct fpu_registers before, after;
    const uint64_t seed = actor->words[2];
    long token = 0;

    for (unsigned i = 0; i < 32; i++)
        before.f[i] = seed * UINT64_C(0x0123456789abcdef) + i;
    before.fcsr = (seed * 0x25) & FCSR_BITS;
    after = before;
    if (seed != 0)
        token = message_with_fpu(&after, actor->words[1], actor->handles[0],
                                 actor->words[0]);
    for (uint64_t i = 0; seed == 0 && token >= 0 && i < actor->words[1]; i++)
        token = actor->words[0] == SYS_call
                    ? trapeze_call(actor->handles[0], &message)
                    : trapeze_reply_recv(actor->handles[0], &message);
    if (seed == 0 && token >= 0)
        token = (long)message.token;
    for (unsigned i = 0; i < 32; i++)
        actor->words[3] += after.f[i] != before.f[i];
    actor->words[3] += after.fcsr != before.fcsr;
    if (actor->words[0] == SYS_reply_recv && token > 0)
        token = trapeze_reply((uint64_t)token, &message);
    actor->words[4] = (uint64_t)token;
    actor->step = 1;
    await_change(&actor->words[5], 0, PAUSE_US);
    return 0;
}

static struct actor *start(uint64_t call, uint64_t times, uint64_t seed)
{
    return actor_make(exchange, &(struct actor_options){.give = {endpoint},
                                                        .words = {call, times, seed}});
}

static void expect(struct actor *actor)
{
    actor_await_step(actor, 1);
    actor->words[5] = 1;
    actor_expect(actor, 0);
    CHECK_EQUAL(actor->words[3], 0);
    CHECK_EQUAL((long)actor->words[4], 0);
}

static void test(const char *what, unsigned clients, uint64_t client, uint64_t server)
{
    struct actor *actors[CLIENTS_MAX + 1];

    SAY("%s", what);
    actors[0] = start(SYS_reply_recv, rounds * clients, server);
    for (unsigned i = 1; i <= clients; i++)
        actors[i] = start(SYS_call, rounds, client == 0 ? 0 : client + i);
    for (unsigned i = 0; i <= clients; i++)
        expect(actors[i]);
}

int main(int argc, char *argv[])
{
    if (argc > 1)
        rounds = strtoull(argv[1], NULL, 0);
    actors_begin();
    endpoint = must(sys_endpoint_create());
    test("a client and its server", 1, 1, 9);
    test("the client alone", 1, 1, 0);
    test("the server alone", 1, 0, 9);
    test("two clients and their server", 2, 1, 9);
    return finish(PROGRAM);
}
