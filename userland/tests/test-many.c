/* SPDX-License-Identifier: MIT
 *
 * test-many [N]: N processes at the same time (100 unless told), each with an address
 * space and a stack of its own, that take turns; afterwards every page is back.
 *
 * test-many exhaust: as many as memory, or the table of processes, holds; the error
 * that comes then is E_NO_MEMORY, nobody else suffers, and every page is back.
 *
 * Each is done twice, and it is the second time that must leave no trace: the table of
 * processes grows when it has to, and keeps its pages.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "children.h"

#define PROGRAM "test-many"
#define MOST 10000U
#define TURNS 3

static long ids[MOST];

static int child(unsigned number)
{
    static volatile unsigned mine; /* at the same address in all of them */

    mine = number;
    for (int turn = 0; turn < TURNS; turn++) {
        sys_yield();
        if (mine != number)
            return 256 - 1;
    }
    return (int)(number % 200);
}

static void run(unsigned count)
{
    long processes = sys_kernel_info(INFO_PROCESSES);

    for (unsigned i = 0; i < count; i++) {
        ids[i] = make_child(PROGRAM, "child", i);
        if (ids[i] == 0)
            return;
    }
    CHECK_EQUAL(sys_kernel_info(INFO_PROCESSES), processes + (long)count);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(sys_process_start(ids[i]), 0);
    for (unsigned i = 0; i < count; i++)
        expect_exit(ids[i], i % 200);
    CHECK_EQUAL(sys_kernel_info(INFO_PROCESSES), processes);
}

static void exhaust(void)
{
    struct trapeze_child end;
    unsigned count = 0;
    long id = 0;

    while (count < MOST) {
        id = trapeze_create(3, (char *[]){PROGRAM, "child", "7", NULL}, NULL);
        if (id < 0)
            break;
        ids[count++] = id;
    }
    printf(PROGRAM ": %u processes, then %s; %ld pages are free\n", count,
           id < 0 ? trapeze_error_name(id) : "no error",
           sys_kernel_info(INFO_FREE_PAGES));
    CHECK_EQUAL(id, E_NO_MEMORY);
    CHECK(count > 100);

    /* Those that there are can run all the same. */
    CHECK_EQUAL(sys_process_start(ids[0]), 0);
    expect_exit(ids[0], 7);
    for (unsigned i = 1; i < count; i++) {
        CHECK_EQUAL(sys_process_kill(ids[i]), 0);
        CHECK_EQUAL(trapeze_wait(ids[i], TRAPEZE_NEVER, &end), ids[i]);
    }
}

int main(int argc, char *argv[])
{
    if (argc == 3)
        return child((unsigned)strtoul(argv[2], NULL, 10));
    bool to_the_end = argc == 2 && strcmp(argv[1], "exhaust") == 0;
    unsigned count =
        argc == 2 && !to_the_end ? (unsigned)strtoul(argv[1], NULL, 10) : 100;
    if (count < 1 || count > MOST) {
        printf("usage: " PROGRAM " [N] (N up to %u), or " PROGRAM " exhaust\n", MOST);
        return 2;
    }

    long free_pages = 0;
    for (int time = 0; time < 2; time++) {
        free_pages = sys_kernel_info(INFO_FREE_PAGES);
        if (to_the_end)
            exhaust();
        else
            run(count);
    }
    CHECK_EQUAL(sys_kernel_info(INFO_FREE_PAGES), free_pages);
    return check_end(PROGRAM);
}
