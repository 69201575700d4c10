/* SPDX-License-Identifier: MIT
 *
 * growth [THING]: what operations cost where there are many of something: processes,
 * handles, mappings, sleeping processes, ready processes. Prints lines `growth: THING
 * COUNT OPERATION COST instructions`, for scripts/bench. Needs QEMU's -icount, a long
 * time slice, and be alone.
 *
 * Each cost is the median of several, from this process's ecall to its next
 * instruction, less what the server does by itself.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze.h>

#include "../bench/measured.h"
#include "crowd.h"

#define SAMPLES 5
#define HANDLES_OWN 65000U
#define KEEPER_PAGES 400
#define KEEPER_NAME 0x72657065656b /* "keeper" */
#define PAGE_RIGHTS (RIGHT_READ | RIGHT_WRITE)

static uint64_t endpoint;        /* handle: the server's */
static uint64_t service;         /* handle: to call it by, the newest in the table */
static uint64_t noticed, notice; /* handles: to receive, and to signal */
static uint64_t silence;         /* handle: an endpoint where nothing ever comes */
static uint64_t memory;          /* a page, and where it can be mapped */
static uintptr_t address;
static uint64_t mapping; /* of it, between map and unmap */
static unsigned ready;   /* how many wait for their turns */

static uint64_t in_ms(uint64_t milliseconds)
{
    return trapeze_time() +
           milliseconds * (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ) / 1000;
}

/* What is measured: each function takes one sample. */

static bool call_until(uint64_t deadline, uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {service, 1, 2, 3, 4, 5, 0, deadline};

    *cost = bench_between(bench_call(SYS_call, registers)) - BENCH_SERVE_EXTRA;
    return registers[0] == KIND_MESSAGE;
}

static bool call_reply(uint64_t *cost) { return call_until(TRAPEZE_NEVER, cost); }

/* With a deadline before all others, which has to be kept and forgotten. */
static bool timed_call(uint64_t *cost) { return call_until(in_ms(10), cost); }

static bool signal_nobody(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {notice};
    struct trapeze_message message = {.deadline = 1}; /* what is there, or nothing */

    *cost = bench_between(bench_call(SYS_signal, registers));
    return trapeze_recv(noticed, &message) == KIND_SIGNAL;
}

static bool duplicate(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {service, RIGHT_SEND};

    *cost = bench_between(bench_call(SYS_handle_duplicate, registers));
    return sys_handle_close(registers[0]) == 0;
}

static bool map(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {memory, 0, address, 0, 1, PAGE_RIGHTS};

    *cost = bench_between(bench_call(SYS_memory_map, registers));
    return sys_memory_unmap(0, registers[0]) == 0;
}

static bool unmap(uint64_t *cost)
{
    mapping = (uint64_t)sys_memory_map(memory, 0, address, 0, 1, PAGE_RIGHTS);
    uint64_t registers[BENCH_REGISTERS] = {0, mapping};
    *cost = bench_between(bench_call(SYS_memory_unmap, registers));
    return registers[0] == 0;
}

/* Of all who are ready, one after the other, until it is this process's turn again. */
static bool yield(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {0};

    const uint64_t round = bench_between(bench_call(SYS_yield, registers));
    *cost = (round - ready * BENCH_YIELD_EXTRA) / (ready + 1);
    return registers[0] == 0;
}

static const struct operation {
    const char *name;
    bool (*sample)(uint64_t *cost);
} operations[] = {
    {"call_reply", call_reply},
    {"timed_call", timed_call},
    {"signal", signal_nobody},
    {"duplicate", duplicate},
    {"map", map},
    {"unmap", unmap},
    {"yield", yield},
};

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static bool measure_one(const char *thing, unsigned count,
                        const struct operation *operation)
{
    uint64_t samples[SAMPLES + 1];

    for (int i = 0; i <= SAMPLES; i++)
        if (!operation->sample(&samples[i])) {
            printf("growth: %s fails with %u %s\n", operation->name, count, thing);
            return false;
        }
    /* The first one finds tables that are not there yet. */
    qsort(samples + 1, SAMPLES, sizeof(samples[0]), compare);
    printf("growth: %s %u %s %" PRIu64 " instructions\n", thing, count, operation->name,
           samples[1 + SAMPLES / 2]);
    return true;
}

static bool measure(const char *thing, unsigned count)
{
    const long newest = sys_handle_duplicate(endpoint, RIGHT_SEND, 0);
    bool measured = newest > 0;

    service = (uint64_t)newest;
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]) && measured; i++)
        measured = measure_one(thing, count, &operations[i]);
    return sys_handle_close(service) == 0 && measured;
}

/* Lets those run who have been added, up to their first wait. */
static void settle(void)
{
    trapeze_sleep_until(trapeze_time() +
                        (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ) / 20);
}

/* What there may be many of: each function adds one. */

static bool add_process(void)
{
    return crowd_add((void (*)(void))bench_wait, silence, CROWD_ADDRESS(begun),
                     TRAPEZE_NEVER) > 0;
}

/* With a deadline of its own, which is not due while this program runs. */
static bool add_sleeper(void)
{
    static unsigned sleepers;

    return crowd_add((void (*)(void))bench_wait, 0, CROWD_ADDRESS(begun),
                     in_ms(100000000) + sleepers++) > 0;
}

static bool add_ready(void)
{
    ready++;
    return crowd_add((void (*)(void))bench_yield, 0, 0, 0) > 0;
}

/* A table has room for HANDLES_MAX: what is beyond that is another process's, which
 * never runs. */
static bool add_handle(void)
{
    static unsigned handles;
    static long keeper;

    if (handles++ < HANDLES_OWN)
        return sys_handle_duplicate(silence, RIGHT_SEND, 0) > 0;
    if (keeper == 0)
        keeper = sys_process_create(0, 0, KEEPER_PAGES, 0, 0, KEEPER_NAME);
    return keeper > 0 && sys_process_give((uint64_t)keeper, silence) > 0;
}

static bool add_mapping(void)
{
    const uintptr_t at = trapeze_range_take(1);

    return at != 0 && sys_memory_map(memory, 0, at, 0, 1, PAGE_RIGHTS) > 0;
}

/* The counts, and how many there are at the least: the server is a process, and a
 * program has some handles and mappings to begin with. */
static const struct thing {
    const char *name;
    bool (*add)(void);
    unsigned counts[8]; /* up to the first 0 */
    bool members; /* they are processes, and go when the next thing is looked at */
} things[] = {
    {"processes", add_process, {2, 16, 128, 1024, 4096}, true},
    {"sleepers", add_sleeper, {2, 16, 128, 1024, 4096}, true},
    {"ready", add_ready, {2, 16, 128, 1024, 4096}, true},
    {"mappings", add_mapping, {10, 100, 1000, 10000}, false},
    {"handles", add_handle, {10, 100, 1000, 10000, 65000, 100000}, false},
};

static uint64_t make_endpoint(void)
{
    const long made = sys_endpoint_create();

    return made > 0 ? (uint64_t)made : 0;
}

/* False: something of it cannot be had. */
static bool begin(void)
{
    const bool crowd = crowd_begin(CROWD_MEMBERS_MAX) != NULL;
    const long page = sys_memory_create(1, 0);

    endpoint = make_endpoint();
    silence = make_endpoint();
    noticed = make_endpoint();
    const long signalled = sys_handle_duplicate(noticed, RIGHT_SIGNAL, 1);
    notice = (uint64_t)signalled;
    memory = (uint64_t)page;
    address = trapeze_range_take(1);
    return crowd && endpoint != 0 && silence != 0 && signalled > 0 && page > 0 &&
           address != 0;
}

static bool start_server(void)
{
    const bool started =
        crowd_add((void (*)(void))bench_serve, endpoint, CROWD_ADDRESS(times), 0) > 0;

    settle();
    return started;
}

static bool look_at(const struct thing *thing)
{
    unsigned count = 0;

    ready = 0;
    if (!start_server())
        return false;
    for (const unsigned *wanted = thing->counts; *wanted != 0; wanted++) {
        for (; count < *wanted; count++)
            if (!thing->add()) {
                printf("growth: there is room for %u %s\n", count, thing->name);
                measure(thing->name, count);
                crowd_end();
                return false;
            }
        settle();
        if (!measure(thing->name, *wanted))
            return false;
    }
    crowd_end();
    return true;
}

int main(int argc, char *argv[])
{
    bool looked = true;

    if (bench_pair() != READS_APART) {
        puts("growth: instret does not count instructions here: run it as "
             "`scripts/bench --growth` does");
        return EXIT_FAILURE;
    }
    if (!begin()) {
        puts("growth: too little memory");
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++)
        if (argc == 1 || strcmp(argv[1], things[i].name) == 0)
            looked &= look_at(&things[i]);
    return looked ? EXIT_SUCCESS : EXIT_FAILURE;
}
