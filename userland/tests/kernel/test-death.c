/* SPDX-License-Identifier: MIT
 *
 * Processes that are killed at random moments, whatever they are busy with:
 *
 *   test-death [CYCLES [SEED]]
 *
 * Afterwards the machine's free pages, its largest free run, its free slots and its
 * processes are what they were. The same seed gives the same machine, to the digit.
 */
#include <stdlib.h>
#include <string.h>

#include <trapeze/program.h>

#include "victims.h"

#define PROGRAM "test-death"
#define DEFAULT_CYCLES 3000
#define DEFAULT_SEED 1
#define LIFE_US_MAX 60
#define LIFE_US_LONG 500 /* for each eighth: to get far */
#define KILL_US 2000000
#define ENOUGH_CYCLES 2000 /* to have seen everything */

static actor_role *const roles[] = {
#define ROLE(name) victim_##name,
    VICTIMS(ROLE)
#undef ROLE
};
static const char *const role_names[] = {
#define ROLE(name) #name,
    VICTIMS(ROLE)
#undef ROLE
};
#define ROLES (sizeof(roles) / sizeof(roles[0]))

static uint64_t state = DEFAULT_SEED;
static uint64_t endpoints[3], memory;
static struct actor *servers[2];
static unsigned long seen[STATE_ENDED + 1]; /* states that a kill has met */
static unsigned long ends[END_KILLED + 1];

/* xorshift64*, from its high half. */
static uint64_t next_random(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * UINT64_C(2685821657736338717) >> 32) % below;
}

static void start_server(int i)
{
    servers[i] = actor_make(i == 0 ? server_mute : server_echo,
                            &(struct actor_options){.give = {endpoints[1 + i]}});
}

static void begin(void)
{
    for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++)
        endpoints[i] = must(sys_endpoint_create());
    memory = must(sys_memory_create(VICTIM_MEMORY_PAGES, 0));
    start_server(0);
    start_server(1);
}

static void end(void)
{
    for (int i = 0; i < 2; i++)
        actor_kill(servers[i]);
    for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
        CHECK_EQUAL(sys_object_destroy(endpoints[i]), 0);
        CHECK_EQUAL(sys_handle_close(endpoints[i]), 0);
    }
    CHECK_EQUAL(sys_object_destroy(memory), 0);
    CHECK_EQUAL(sys_handle_close(memory), 0);
}

static void fail(const struct actor *actor, size_t role, long kind, uint64_t badge)
{
    printf("FAILED: %s: instead of its end there came %ld of %lu, state %s\n",
           role_names[role], kind, (unsigned long)badge,
           trapeze_state_name(actor_state(actor)));
    exit(1);
}

/* Hears of it once, until the deadline. True: it has ended. Its faults are judged at
 * random, if at all. */
static bool hear(const struct actor *actor, size_t role, uint64_t deadline)
{
    struct trapeze_message message = {.deadline = deadline};
    const uint64_t badge = (uint64_t)(actor - STAGE->actors) + 1;

    const long kind = trapeze_recv(actors_supervisor(), &message);
    if (kind == E_TIMEOUT)
        return false;
    if (message.badge != badge || kind < 0)
        fail(actor, role, kind, message.badge);
    if (kind == KIND_FAULT) {
        const uint64_t verdict = next_random(4);
        if (verdict <= VERDICT_KILL)
            CHECK_EQUAL(trapeze_reply(message.token,
                                      &(struct trapeze_message){.label = verdict}),
                        0);
        return false;
    }
    if (kind != KIND_END || message.words[3] != actor->number)
        fail(actor, role, kind, message.badge);
    ends[message.label]++;
    return true;
}

static void bury(struct actor *actor, size_t role)
{
    const uint64_t deadline = in_us(KILL_US);

    while (!hear(actor, role, deadline)) {
        if (trapeze_time() >= deadline)
            fail(actor, role, E_TIMEOUT, 0);
    }
    CHECK_EQUAL(sys_handle_close(actor->process), 0);
    actor->process = 0;
}

/* Lets it live for a while; false: it has ended by then. */
static bool watch(const struct actor *actor, size_t role)
{
    const uint64_t end_ticks =
        in_us(next_random(next_random(8) == 0 ? LIFE_US_LONG : LIFE_US_MAX));

    if (next_random(2) == 0)
        trapeze_sleep_until(end_ticks);
    while (trapeze_time() < end_ticks) {
        if (hear(actor, role, end_ticks))
            return false;
    }
    return true;
}

static void end_actor(struct actor *actor, size_t role)
{
    seen[actor_state(actor)]++;
    const long killed = sys_process_kill(actor->process);
    CHECK(killed == 0 || killed == E_GONE);
    if (next_random(4) == 0) /* again, while it dies */
        CHECK_EQUAL(sys_process_kill(actor->process), E_GONE);
    bury(actor, role);
}

static void cycle(size_t role)
{
    bool lives = true;
    struct actor *actor = actor_make(
        roles[role],
        &(struct actor_options){
            .priority = 1 + (int)next_random(8),
            .pages = VICTIM_PAGES,
            .slots = VICTIM_SLOTS,
            .stopped = true,
            .give = {endpoints[0], endpoints[1], endpoints[2], memory, actors_code()},
            .words = {next_random(4096), actors_code_pages()}});

    if (next_random(32) != 0) {
        actor_run(actor);
        lives = watch(actor, role);
    }
    if (lives) {
        end_actor(actor, role);
    } else {
        CHECK_EQUAL(sys_handle_close(actor->process), 0);
        actor->process = 0;
    }
    if (next_random(64) == 0) {
        const int server = (int)next_random(2);
        actor_kill(servers[server]);
        start_server(server);
    }
}

static void expect_variety(void)
{
    static const enum trapeze_state states[] = {
        STATE_STOPPED,        STATE_READY,     STATE_SENDING,  STATE_CALLING,
        STATE_AWAITING_REPLY, STATE_RECEIVING, STATE_FAULTING, STATE_AWAITING_VERDICT,
        STATE_ENDED};

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        printf("  killed while %s: %lu\n", trapeze_state_name(states[i]),
               seen[states[i]]);
        CHECK(seen[states[i]] > 0);
    }
    for (enum trapeze_end kind = END_EXITED; kind <= END_KILLED; kind++)
        CHECK(ends[kind] > 0);
}

int main(int argc, char *argv[])
{
    const unsigned long cycles = argc > 1 ? strtoul(argv[1], NULL, 0) : DEFAULT_CYCLES;

    state = argc > 2 ? strtoul(argv[2], NULL, 0) : DEFAULT_SEED;
    if (state == 0) {
        printf(PROGRAM ": the seed is not 0\n");
        return 1;
    }
    SAY("%lu cycles, seed %lu", cycles, (unsigned long)state);
    actors_begin();
    const struct balance before = balance_now();
    begin();
    for (unsigned long i = 0; i < cycles; i++)
        cycle(next_random(ROLES));
    end();
    balance_check(&before);
    printf("  exited %lu, faulted %lu, killed %lu\n", ends[END_EXITED],
           ends[END_FAULTED], ends[END_KILLED]);
    if (cycles >= ENOUGH_CYCLES)
        expect_variety();
    return finish(PROGRAM);
}
