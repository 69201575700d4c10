/* SPDX-License-Identifier: MIT
 *
 * test-many [N]: N processes at the same time (100 unless told), each with an address
 * space and a stack of its own, that take turns; afterwards every page is back.
 *
 * test-many exhaust: as many as memory, the object slots or the table of processes
 * holds; the error that comes then is E_NO_MEMORY or E_NO_SLOT, nobody else suffers,
 * and every page is back.
 *
 * Each is done twice, and it is the second time that must leave no trace: the tables of
 * handles and of children grow when they have to, and keep their pages.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "children.h"

#define PROGRAM "test-many"
#define MOST 20000U
#define TURNS 3

static long *children; /* not in the image, of which every child has its own */

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
        children[i] = make_child(PROGRAM, "child", i);
        if (children[i] == 0)
            return;
    }
    CHECK_EQUAL(sys_kernel_info(INFO_PROCESSES), processes + (long)count);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQUAL(trapeze_start_spawned(children[i]), 0);
    for (unsigned i = 0; i < count; i++)
        expect_exit(children[i], i % 200);
    CHECK_EQUAL(sys_kernel_info(INFO_PROCESSES), processes);
}

static void exhaust(void)
{
    unsigned count = 0;
    long error = 0;

    while (count < MOST) {
        const long made = spawn_stopped(PROGRAM, "child", 7, LEAST_PAGES, LEAST_SLOTS);
        if (made < 0) {
            error = made;
            break;
        }
        children[count++] = made;
    }
    printf(PROGRAM ": %u processes, then %s; %ld pages and %ld slots are free\n", count,
           trapeze_error_name(error), sys_kernel_info(INFO_FREE_PAGES),
           sys_kernel_info(INFO_FREE_SLOTS));
    CHECK(error == E_NO_MEMORY || error == E_NO_SLOT);
    CHECK(count > 100);

    /* Those that there are can run all the same. */
    CHECK_EQUAL(trapeze_start_spawned(children[0]), 0);
    expect_exit(children[0], 7);
    for (unsigned i = 1; i < count; i++)
        kill_child(children[i]);
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

    children = malloc(MOST * sizeof(children[0]));
    if (!CHECK(children != NULL))
        return check_end(PROGRAM);

    long free_pages = 0, free_slots = 0;
    for (int time = 0; time < 2; time++) {
        free_pages = sys_kernel_info(INFO_FREE_PAGES);
        free_slots = sys_kernel_info(INFO_FREE_SLOTS);
        if (to_the_end)
            exhaust();
        else
            run(count);
    }
    CHECK_EQUAL(sys_kernel_info(INFO_FREE_PAGES), free_pages);
    CHECK_EQUAL(sys_kernel_info(INFO_FREE_SLOTS), free_slots);
    return check_end(PROGRAM);
}
