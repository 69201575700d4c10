/* SPDX-License-Identifier: MIT
 *
 * test-memory: how much of the RAM is free, and how much of it this program may use.
 * `test-memory all` takes every page of that for its own heap, writes another value to
 * each, and finds them all again. `test-memory refused` takes nearly all, and spawns
 * processes that no longer find enough.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <trapeze.h>

#include "check.h"

#define PROGRAM "test-memory"

static uint64_t *heap;

static uint64_t *first_word(long page)
{
    return &heap[(size_t)page * PAGE_BYTES / sizeof(uint64_t)];
}

static uint64_t *last_word(long page) { return first_word(page + 1) - 1; }

/* What is left of this program's budget. */
static long budget_left(void)
{
    uint64_t budget[4]; /* pages used, pages at most, ... */

    CHECK_EQUAL(trapeze_process_inspect(0, INSPECT_BUDGET, budget), 0);
    return (long)(budget[1] - budget[0]);
}

static bool extend_heap(long pages)
{
    return sbrk(pages * (long)PAGE_BYTES) != (void *)-1;
}

/* Extends the heap by pieces, then by single pages; gives how many it got. */
static long take_all(void)
{
    long taken = 0;

    for (long piece = 1024; piece > 0; piece /= 2)
        while (extend_heap(piece))
            taken += piece;
    return taken;
}

static long spawn_trivial(void)
{
    return trapeze_spawn(1, (char *[]){"trivial", NULL});
}

/* With ever fewer pages left, down to too few for its last one: a spawn that fails
 * gives back at once what it had. The first one, which succeeds, leaves the tables that
 * all of them use. */
static void test_refused_spawns(void)
{
    const long processes = sys_kernel_info(INFO_PROCESSES);
    long refused = 0;
    struct trapeze_child end;

    CHECK(trapeze_wait(spawn_trivial(), TRAPEZE_NEVER, &end) > 0);
    while (budget_left() > 60)
        CHECK(extend_heap(1));
    while (refused < 20) {
        const long left = budget_left();
        const long free_pages = sys_kernel_info(INFO_FREE_PAGES);
        const long free_slots = sys_kernel_info(INFO_FREE_SLOTS);
        const long child = spawn_trivial();
        if (child > 0) {
            trapeze_kill(child);
            trapeze_wait(child, TRAPEZE_NEVER, &end);
        } else {
            CHECK_EQUAL(child, E_NO_MEMORY);
            refused++;
        }
        CHECK_EQUAL(budget_left(), left);
        CHECK_EQUAL(sys_kernel_info(INFO_FREE_PAGES), free_pages);
        CHECK_EQUAL(sys_kernel_info(INFO_FREE_SLOTS), free_slots);
        CHECK_EQUAL(sys_kernel_info(INFO_PROCESSES), processes);
        if (!extend_heap(1))
            break;
    }
    CHECK(refused > 0);
}

static void test_all(void)
{
    const long left = budget_left();

    heap = (uint64_t *)sbrk(0);
    long taken = take_all();
    printf(PROGRAM ": %ld of them taken\n", taken);
    CHECK(taken > left - left / 100); /* what is missing are tables */
    CHECK(!extend_heap(1));
    CHECK(spawn_trivial() < 0);

    long wrong = 0;
    for (long page = 0; page < taken; page++) {
        wrong += *first_word(page) != 0 || *last_word(page) != 0;
        *first_word(page) = (uint64_t)page;
        *last_word(page) = ~(uint64_t)page;
    }
    CHECK_EQUAL(wrong, 0);
    for (long page = 0; page < taken; page++)
        wrong +=
            *first_word(page) != (uint64_t)page || *last_word(page) != ~(uint64_t)page;
    CHECK_EQUAL(wrong, 0);
}

int main(int argc, char *argv[])
{
    long pages = sys_kernel_info(INFO_MEMORY_BYTES) / (long)PAGE_BYTES;
    long free_pages = sys_kernel_info(INFO_FREE_PAGES);

    printf(PROGRAM ": %ld of %ld pages are free, this program may use %ld\n",
           free_pages, pages, budget_left());
    if (argc == 2 && strcmp(argv[1], "all") == 0)
        test_all();
    if (argc == 2 && strcmp(argv[1], "refused") == 0)
        test_refused_spawns();
    return check_end(PROGRAM);
}
