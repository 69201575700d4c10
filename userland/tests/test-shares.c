/* SPDX-License-Identifier: MIT
 *
 * What the scheduling policy gives to whom:
 *
 *   test-shares shares SLICES PRIORITY...
 *       processes that compute, with these priorities: what each gets in so many slices
 *   test-shares latency WAKES PRIORITY...
 *       beside such processes, one that sleeps for half a slice so many times: how late
 *       it wakes
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "children.h"

#define PROGRAM "test-shares"
#define CHILDREN_MAX 16
#define WARM_UP_SLICES 40 /* all have had their first turns */

static uint64_t cycles_of(long child)
{
    uint64_t words[4] = {0};
    CHECK_EQUAL(trapeze_process_inspect(child, INSPECT_STATE, words), 0);
    return words[2];
}

static long start_spinning(int priority)
{
    char *argv[] = {PROGRAM, "spin", NULL};
    const struct trapeze_spawn_options options = {
        .pages = CHILD_PAGES, .slots = CHILD_SLOTS, .priority = priority};
    const long child = trapeze_spawn_with(2, argv, &options);
    if (!CHECK(child > 0))
        printf("    %s\n", trapeze_error_meaning(child));
    return child;
}

static void measure_shares(const long *children, int count, uint64_t ticks)
{
    uint64_t before[CHILDREN_MAX];
    for (int i = 0; i < count; i++)
        before[i] = cycles_of(children[i]);
    trapeze_sleep_until(trapeze_time() + ticks);
    for (int i = 0; i < count; i++)
        printf(PROGRAM ": process %d got %" PRIu64 " cycles\n", i,
               cycles_of(children[i]) - before[i]);
}

static void measure_latency(uint64_t wakes, uint64_t slice)
{
    uint64_t largest = 0, sum = 0;
    for (uint64_t i = 0; i < wakes; i++) {
        const uint64_t until = trapeze_time() + slice / 2;
        trapeze_sleep_until(until);
        const uint64_t late = trapeze_time() - until;
        sum += late;
        largest = late > largest ? late : largest;
    }
    printf(PROGRAM ": late by %" PRIu64 " ticks at most, %" PRIu64
                   " on average; a slice is %" PRIu64 "\n",
           largest, sum / wakes, slice);
}

int main(int argc, char *argv[])
{
    long children[CHILDREN_MAX];
    const int count = argc - 3;

    while (argc == 2)
        __asm__ volatile("");
    CHECK(count > 0 && count <= CHILDREN_MAX);
    const uint64_t amount = strtoull(argv[2], NULL, 10);
    const uint64_t slice = (uint64_t)sys_kernel_info(INFO_SLICE_TICKS);
    let_others_finish();
    for (int i = 0; i < count; i++)
        children[i] = start_spinning(atoi(argv[3 + i]));
    trapeze_sleep_until(trapeze_time() + WARM_UP_SLICES * slice);
    if (strcmp(argv[1], "shares") == 0)
        measure_shares(children, count, amount * slice);
    else
        measure_latency(amount, slice);
    for (int i = 0; i < count; i++)
        kill_child(children[i]);
    return check_end(PROGRAM);
}
