/* SPDX-License-Identifier: MIT
 *
 * The supervisor's processes, and what drivers are given: handles with all kinds of
 * rights and badges to objects that outlive them.
 */
#include "fuzz.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DRIVER_PAGES 256
#define DRIVER_SLOTS 64
#define HELPER_PAGES 64
#define HELPER_SLOTS 32
#define SHARED_PAGES 8
#define IRQ_SOURCE 60 /* nothing on the machine has it */

static const char *const role_names[] = {
    [ROLE_DRIVER] = "driver", [ROLE_NEIGHBOUR] = "neighbour", [ROLE_CALLER] = "caller",
    [ROLE_ECHO] = "echo",     [ROLE_MAYFLY] = "mayfly",
};

/* What drivers start with, and what the supervisor has made in all. */
static struct trapeze_spawn_handle given[TRAPEZE_STARTUP_HANDLES + 1];
static uint64_t objects[2 * TRAPEZE_STARTUP_HANDLES];
static size_t given_count, object_count;

static uint64_t must(const char *what, long result)
{
    if (result < 0)
        fuzz_fail("%s: %s", what, trapeze_error_name(result));
    return (uint64_t)result;
}

/* A new object, which lives_end is to destroy. */
static uint64_t keep(const char *what, long result)
{
    const uint64_t handle = must(what, result);

    objects[object_count++] = handle;
    return handle;
}

static void give(const char *name, uint64_t handle, uint64_t rights, uint64_t badge)
{
    given[given_count++] = (struct trapeze_spawn_handle){
        name, keep(name, sys_handle_duplicate(handle, rights, badge))};
}

static void give_endpoints(struct lives *lives, uint64_t echo, uint64_t mayfly)
{
    static const char *const names[ENDPOINTS] = {"e0", "e1", "e2"};
    const uint64_t all = RIGHT_SEND | RIGHT_RECEIVE | RIGHT_SIGNAL;

    for (int i = 0; i < ENDPOINTS; i++)
        give(names[i], lives->endpoints[i], all, 0);
    give("e0.badge", lives->endpoints[0], all, 5);
    give("e1.signal", lives->endpoints[1], RIGHT_SIGNAL, 0xff00);
    give("e2.receive", lives->endpoints[2], RIGHT_RECEIVE, 0);
    give("echo", echo, RIGHT_SEND, 7);
    give("echo.0", echo, RIGHT_SEND | RIGHT_SIGNAL, 0);
    give("mayfly", mayfly, RIGHT_SEND, 0);
}

static void give_others(struct lives *lives)
{
    const uint64_t memory = keep("memory", sys_memory_create(SHARED_PAGES, 0));
    const uint64_t code = puppets_make_code();
    const uint64_t machine = trapeze_inherited("machine");

    objects[object_count++] = code;
    give("memory", memory, RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE | RIGHT_PHYSICAL,
         0);
    give("memory.read", memory, RIGHT_READ, 3);
    give("code", code, RIGHT_READ | RIGHT_EXECUTE, 0);
    give("helper", lives->process[ROLE_ECHO], RIGHT_INSPECT, 0);
    give("helper.0", lives->process[ROLE_CALLER], 0, 9);
    if (machine == 0)
        return;
    const uint64_t irq = keep("irq", sys_irq_create(machine, IRQ_SOURCE));
    give("machine", machine, RIGHT_DEVICE | RIGHT_LOG, 0);
    give("machine.log", machine, RIGHT_LOG, 0);
    give("machine.0", machine, 0, 0);
    give("irq", irq, RIGHT_BIND, 0);
    give("irq.0", irq, 0, 0);
}

void lives_start(struct lives *lives, enum role role)
{
    static struct trapeze_spawn_handle handles[ROLE_END][2];
    char *const arguments[] = {(char *)"fuzz", (char *)role_names[role], NULL};
    const struct trapeze_spawn_options options = {
        .pages = role == ROLE_DRIVER ? DRIVER_PAGES : HELPER_PAGES,
        .slots = role == ROLE_DRIVER ? DRIVER_SLOTS : HELPER_SLOTS,
        .priority = -1,
        .supervisor = lives->supervisor,
        .badge = role,
        .handles = role == ROLE_DRIVER ? given : handles[role],
        .bare = true,
    };

    switch (role) {
    case ROLE_NEIGHBOUR:
        handles[role][0] =
            (struct trapeze_spawn_handle){"state", lives->neighbour_memory};
        break;
    case ROLE_CALLER:
        handles[role][0] = (struct trapeze_spawn_handle){"target", lives->endpoints[0]};
        break;
    case ROLE_ECHO:
    case ROLE_MAYFLY:
        handles[role][0] = (struct trapeze_spawn_handle){
            "source", lives->sources[role == ROLE_MAYFLY]};
        break;
    default:
        lives->drivers++;
        lives->state->in_flight = 0;
        break;
    }
    lives->process[role] =
        must(role_names[role], trapeze_spawn_with(2, arguments, &options));
}

static void *map(uint64_t memory, uint64_t pages)
{
    long error = 0;
    void *address = trapeze_map(memory, pages, RIGHT_READ | RIGHT_WRITE, &error);

    if (address == NULL)
        fuzz_fail("no memory: %s", trapeze_error_name(error));
    return address;
}

void lives_init(struct lives *lives, uint64_t seed, uint64_t calls)
{
    struct trapeze_handle facts;

    given_count = object_count = 0;
    memset(given, 0, sizeof(given));
    *lives = (struct lives){.random = ~seed};
    lives->supervisor = keep("endpoint", sys_endpoint_create());
    for (int i = 0; i < ENDPOINTS; i++) {
        lives->endpoints[i] = keep("endpoint", sys_endpoint_create());
        trapeze_handle_inspect(lives->endpoints[i], &facts);
        lives->endpoint_numbers[i] = facts.number;
    }
    for (int i = 0; i < 2; i++)
        lives->sources[i] = keep("endpoint", sys_endpoint_create());
    const uint64_t state = keep("memory", sys_memory_create(STATE_PAGES, 0));
    lives->neighbour_memory = keep("memory", sys_memory_create(1, 0));
    lives->state = map(state, STATE_PAGES);
    lives->neighbour = map(lives->neighbour_memory, 1);
    lives->state->random = seed;
    lives->state->call_limit = calls;
    for (enum role role = ROLE_NEIGHBOUR; role < ROLE_END; role++)
        lives_start(lives, role);
    give_endpoints(lives, lives->sources[0], lives->sources[1]);
    give_others(lives);
    given[given_count++] = (struct trapeze_spawn_handle){"state", state};
    lives_start(lives, ROLE_DRIVER);
}

/* A call that ends its caller has succeeded if it did. */
static void count_last_call(struct fuzz_state *state, uint64_t end)
{
    const uint64_t number = state->registers.a7;
    const bool is_it = (number == SYS_process_exit && end == END_EXITED) ||
                       (number == SYS_process_kill && end == END_KILLED);

    if (state->in_flight && is_it)
        state->succeeded[number]++;
}

static void hear_fault(struct lives *lives, const struct trapeze_message *message)
{
    struct trapeze_message verdict = {.label = VERDICT_KILL};

    if (message->badge != ROLE_DRIVER)
        fuzz_fail("%s has met with %s at 0x%" PRIx64 ", value 0x%" PRIx64,
                  role_names[message->badge], trapeze_cause_name(message->label),
                  message->words[0], message->words[1]);
    lives->faults++;
    trapeze_reply(message->token, &verdict);
}

bool lives_hear(struct lives *lives, const struct trapeze_message *message)
{
    const enum role role = (enum role)message->badge;

    if (message->kind == KIND_FAULT)
        hear_fault(lives, message);
    if (message->kind != KIND_END)
        return false;
    trapeze_collect((long)lives->process[role]);
    lives->process[role] = 0;
    if (role == ROLE_DRIVER) {
        if (message->label == END_EXITED && message->words[0] == STATUS_ALL_MADE &&
            !lives->state->in_flight)
            return true;
        if (message->label == END_EXITED && !lives->state->in_flight)
            fuzz_fail("a driver could not begin");
        count_last_call(lives->state, message->label);
    } else if (role != ROLE_MAYFLY) {
        fuzz_fail("%s has ended", role_names[role]);
    }
    lives_start(lives, role);
    return false;
}

/* In whatever order they end; the mayfly may have done so by itself. */
static void end_processes(struct lives *lives)
{
    uint64_t living = 0;

    for (enum role role = ROLE_DRIVER; role < ROLE_END; role++) {
        living += lives->process[role] != 0;
        if (lives->process[role] != 0)
            sys_process_kill(lives->process[role]);
    }
    while (living > 0) {
        struct trapeze_message message = {0};
        if (trapeze_recv(lives->supervisor, &message) != KIND_END)
            continue;
        trapeze_collect((long)lives->process[message.badge]);
        living--;
    }
}

void lives_end(struct lives *lives)
{
    end_processes(lives);
    trapeze_unmap(lives->state);
    trapeze_unmap(lives->neighbour);
    for (size_t i = 0; i < object_count; i++) {
        sys_object_destroy(objects[i]); /* what has been destroyed already is no loss */
        sys_handle_close(objects[i]);
    }
}
