/* SPDX-License-Identifier: MIT
 *
 * fuzz SEED CALLS: so many random system calls. Whatever they are, the machine stays
 * up, a neighbour is undisturbed, and in the end every page and every slot is free
 * again.
 */
#include "fuzz.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN_THE_PAST 1
#define WARM_UP_CALLS 2000

static uint64_t seed, call_limit;

/* What has to be as it was before. */
static const enum trapeze_info items[] = {INFO_FREE_PAGES, INFO_LARGEST_RUN_PAGES,
                                          INFO_PROCESSES, INFO_FREE_SLOTS};
#define ITEMS (sizeof(items) / sizeof(items[0]))
static const char *const item_names[ITEMS] = {"free pages", "pages of the largest run",
                                              "processes", "free slots"};

void fuzz_fail(const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    printf("fuzz: FAILED: ");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\nfuzz: again with: fuzz %" PRIu64 " %" PRIu64 "\n", seed, call_limit);
    exit(1);
}

static void read_items(uint64_t values[ITEMS])
{
    for (size_t i = 0; i < ITEMS; i++)
        values[i] = (uint64_t)sys_kernel_info(items[i]);
}

static void compare_items(const uint64_t before[ITEMS], const uint64_t after[ITEMS])
{
    for (size_t i = 0; i < ITEMS; i++) {
        if (before[i] != after[i])
            fuzz_fail("%" PRIu64 " %s before, %" PRIu64 " afterwards", before[i],
                      item_names[i], after[i]);
    }
}

static void run(struct lives *lives, uint64_t calls)
{
    bool done = false;

    lives_init(lives, seed, calls);
    while (!done) {
        struct trapeze_message message = {.deadline = IN_THE_PAST};
        sys_yield();
        if (trapeze_recv(lives->supervisor, &message) >= 0)
            done = lives_hear(lives, &message);
        else
            nudge_driver(lives);
        if (lives->state->strange != 0)
            break;
    }
}

static void print_registers(const char *name, const struct trapeze_registers *registers)
{
    const uint64_t *words = &registers->ra;

    printf("%s:", name);
    for (int i = 0; i < 31; i++)
        printf(" x%d %" PRIx64, i + 1, words[i]);
    putchar('\n');
}

static void judge(const struct lives *lives, uint64_t ticks)
{
    const struct fuzz_state *state = lives->state;
    const struct neighbour_state *neighbour = lives->neighbour;
    const uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);

    printf("fuzz: %" PRIu64 " calls in %" PRIu64 " lives, %" PRIu64
           " of them replaced, %" PRIu64 " faulted; %" PRIu64 " ms\n",
           state->calls, lives->drivers, lives->replaced, lives->faults,
           ticks * 1000 / hz);
    printf("fuzz: the neighbour's sum is %" PRIx64 ", %" PRIu64 " times\n",
           neighbour->sum, neighbour->rounds);
    const bool good = counts_report(state);
    if (state->strange != 0) {
        print_registers("before", &state->strange_before);
        print_registers("after", &state->strange_after);
        fuzz_fail("a call has changed what it may not");
    }
    if (neighbour->wrong != 0)
        fuzz_fail("the neighbour's sum was another one %" PRIu64 " times",
                  neighbour->wrong);
    if (neighbour->rounds < ticks * 500 / hz)
        fuzz_fail("the neighbour had too little time");
    if (!good)
        fuzz_fail("these calls are not good enough");
}

static int supervise(void)
{
    static struct lives lives;
    uint64_t before[ITEMS], after[ITEMS];

    printf("fuzz: seed %" PRIu64 ", %" PRIu64 " calls\n", seed, call_limit);
    run(&lives, WARM_UP_CALLS); /* what is made once and stays is made now */
    lives_end(&lives);
    read_items(before);
    const uint64_t start = trapeze_time();
    run(&lives, call_limit);
    judge(&lives, trapeze_time() - start);
    lives_end(&lives);
    read_items(after);
    compare_items(before, after);
    printf("fuzz: ok\n");
    return 0;
}

static int play(const char *role)
{
    static const struct {
        const char *name;
        int (*main)(void);
    } roles[] = {
        {"driver", driver_main}, {"neighbour", neighbour_main}, {"caller", caller_main},
        {"echo", echo_main},     {"mayfly", mayfly_main},
    };

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (strcmp(role, roles[i].name) == 0)
            return roles[i].main();
    }
    return 2;
}

int main(int argc, char *argv[])
{
    if (argc == 2)
        return play(argv[1]);
    if (argc != 3) {
        printf("usage: fuzz SEED CALLS\n");
        return 2;
    }
    seed = strtoull(argv[1], NULL, 0);
    call_limit = strtoull(argv[2], NULL, 0);
    return supervise();
}
