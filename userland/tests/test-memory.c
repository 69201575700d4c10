/* SPDX-License-Identifier: MIT
 *
 * test-memory: how much of the RAM is free. `test-memory all` takes every page for its
 * own heap, writes another value to each, and finds them all again. `test-memory
 * refused` takes nearly all, and creates processes that no longer find enough.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze.h>

#include "check.h"

#define PROGRAM "test-memory"

static uint64_t *heap;

static uint64_t *first_word(long page)
{
    return &heap[(size_t)page * PAGE_BYTES / sizeof(uint64_t)];
}

static uint64_t *last_word(long page)
{
    return first_word(page + 1) - 1;
}

/* Extends the heap by pieces, then by single pages; gives how many it got. */
static long take_all(void)
{
    long taken = 0;

    for (long piece = 1024; piece > 0; piece /= 2)
        while (sys_memory_extend((size_t)piece) > 0)
            taken += piece;
    return taken;
}

/* With ever fewer pages left, down to too few for its last one: a creation that fails
 * gives back at once what it had. */
static void test_refused_creations(void)
{
    long refused = 0;
    struct trapeze_child end;

    sys_memory_extend((size_t)sys_kernel_info(INFO_FREE_PAGES) - 60);
    while (refused < 20) {
        long free_pages = sys_kernel_info(INFO_FREE_PAGES);
        long id = trapeze_create(1, (char *[]){"trivial", NULL}, NULL);
        if (id > 0) {
            sys_process_kill(id);
            trapeze_wait(id, TRAPEZE_NEVER, &end);
        } else {
            CHECK_EQUAL(id, E_NO_MEMORY);
            refused++;
        }
        CHECK_EQUAL(sys_kernel_info(INFO_FREE_PAGES), free_pages);
        CHECK_EQUAL(sys_kernel_info(INFO_PROCESSES), 1);
        if (sys_memory_extend(1) < 0)
            break;
    }
    CHECK(refused > 0);
}

static void test_all(long free_pages)
{
    heap = (uint64_t *)sys_memory_extend(0);
    long taken = take_all();
    printf(PROGRAM ": %ld of them taken\n", taken);
    CHECK(taken > free_pages - free_pages / 100); /* what is missing are page tables */
    CHECK_EQUAL(sys_memory_extend(1), E_NO_MEMORY);
    CHECK_EQUAL(trapeze_create(1, (char *[]){"trivial", NULL}, NULL), E_NO_MEMORY);

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

    printf(PROGRAM ": %ld of %ld pages are free\n", free_pages, pages);
    if (argc == 2 && strcmp(argv[1], "all") == 0)
        test_all(free_pages);
    if (argc == 2 && strcmp(argv[1], "refused") == 0)
        test_refused_creations();
    return check_end(PROGRAM);
}
