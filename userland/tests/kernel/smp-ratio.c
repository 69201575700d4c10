/* SPDX-License-Identifier: MIT
 *
 * What a second hart is good for:
 *
 *   smp-ratio [ROUNDS [MICROSECONDS]]
 *
 * Independent system calls, and independent pairs of a client and a server, are counted
 * for so many microseconds on one hart and on two in turns, and what two achieve is
 * told as a multiple of what one does: the median, the least and the most of all
 * rounds. It measures the host as much as the kernel, so nobody judges the numbers.
 */
#include <stdlib.h>

#include "actors.h"

#define PROGRAM "smp-ratio"
#define DEFAULT_ROUNDS 9
#define DEFAULT_US 200000
#define ROUNDS_MAX 99

enum { COUNT }; /* words of an actor */
enum { GO };    /* words of the stage: who may go on; more than HARTS: nobody waits */

static uint64_t harts[2];

/* It waits for its turn in user mode, so that it has the hart and the kernel is idle.
 */
static long calls(struct actor *actor)
{
    for (;;) {
        if (STAGE->words[GO] > actor->words[1])
            sys_kernel_info(INFO_HART);
        actor->words[COUNT] += STAGE->words[GO] > actor->words[1];
    }
    return 0;
}

static long client(struct actor *actor)
{
    for (;;) {
        struct trapeze_message message = {.label = 1};
        if (STAGE->words[GO] <= actor->words[1])
            continue;
        trapeze_call(actor->handles[0], &message);
        actor->words[COUNT]++;
    }
    return 0;
}

static long server(struct actor *actor)
{
    struct trapeze_message message = {0};

    trapeze_recv(actor->handles[0], &message);
    for (;;)
        trapeze_reply_recv(actor->handles[0], &message);
    return 0;
}

/* What `workers` have counted with so many harts working. */
static uint64_t measure(struct actor *const workers[2], uint64_t count, uint64_t us)
{
    const uint64_t before = workers[0]->words[COUNT] + workers[1]->words[COUNT];

    STAGE->words[GO] = count;
    pause_us(us);
    STAGE->words[GO] = 0;
    return workers[0]->words[COUNT] + workers[1]->words[COUNT] - before;
}

static int by_size(const void *left, const void *right)
{
    const uint64_t one = *(const uint64_t *)left, other = *(const uint64_t *)right;

    return (one > other) - (one < other);
}

static void tell(const char *what, struct actor *const workers[2], uint64_t rounds,
                 uint64_t us)
{
    uint64_t permille[ROUNDS_MAX];

    for (uint64_t i = 0; i < rounds; i++) {
        const uint64_t one = measure(workers, 1, us), two = measure(workers, 2, us);
        permille[i] = two * 1000 / (one + !one);
    }
    qsort(permille, rounds, sizeof(permille[0]), by_size);
    printf(
        "%s: two harts do %lu.%03lu times what one does (%lu.%03lu to %lu.%03lu, %lu "
        "rounds)\n",
        what, permille[rounds / 2] / 1000, permille[rounds / 2] % 1000,
        permille[0] / 1000, permille[0] % 1000, permille[rounds - 1] / 1000,
        permille[rounds - 1] % 1000, rounds);
}

/* Each pinned to its hart, less urgent than who measures. */
static struct actor *pinned(actor_role *role, uint64_t place, uint64_t endpoint)
{
    uint64_t schedule[4];

    must(trapeze_process_inspect(0, INSPECT_SCHEDULE, schedule) + 1);
    struct actor *actor =
        actor_make(role, &(struct actor_options){.stopped = true,
                                                 .priority = (int)schedule[0] - 1,
                                                 .give = {endpoint},
                                                 .words = {0, place}});
    CHECK_EQUAL(sys_process_pin(actor->process, harts[place]), 0);
    actor_run(actor);
    return actor;
}

int main(int argc, char *argv[])
{
    const uint64_t ids = (uint64_t)sys_kernel_info(INFO_HART_IDS);
    uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 0) : DEFAULT_ROUNDS;
    const uint64_t us = argc > 2 ? strtoull(argv[2], NULL, 0) : DEFAULT_US;
    struct actor *workers[2], *servers[2];

    rounds = rounds < 1 ? 1 : rounds > ROUNDS_MAX ? ROUNDS_MAX : rounds;
    if (__builtin_popcountll(ids) < 2) {
        printf(PROGRAM ": this takes two harts\n");
        return 1;
    }
    harts[0] = (uint64_t)__builtin_ctzll(ids);
    harts[1] = (uint64_t)__builtin_ctzll(ids & (ids - 1));
    actors_begin();
    for (uint64_t i = 0; i < 2; i++)
        workers[i] = pinned(calls, i, 0);
    tell("system calls", workers, rounds, us);
    for (uint64_t i = 0; i < 2; i++)
        actor_kill(workers[i]);
    for (uint64_t i = 0; i < 2; i++) {
        const uint64_t endpoint = must(sys_endpoint_create());
        servers[i] = pinned(server, i, endpoint);
        workers[i] = pinned(client, i, endpoint);
    }
    tell("calls and replies", workers, rounds, us);
    for (uint64_t i = 0; i < 2; i++) {
        actor_kill(workers[i]);
        actor_kill(servers[i]);
    }
    return finish(PROGRAM);
}
