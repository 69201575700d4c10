/* SPDX-License-Identifier: MIT
 *
 * test-round-robin [N]: a switch costs the same whether 2 or N processes (4,096 unless
 * told) are ready: they all do nothing but yield, and each yield is one switch. Exact
 * under QEMU's -icount alone, where it is to be run.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>

#include "children.h"
#include "yield-loop.h"

#define PROGRAM "test-round-robin"
#define MOST 4096U
#define ROUNDS 5

/* The cheapest of some rounds in which every process yields once, less the other
 * processes' own instructions. The first rounds, where they start, and rounds with an
 * interrupt cost more. */
static uint64_t cheapest_round(unsigned processes)
{
    uint64_t cheapest = UINT64_MAX;

    for (int i = 0; i < ROUNDS; i++) {
        uint64_t cost = timed_yield();
        cheapest = cost < cheapest ? cost : cheapest;
    }
    return cheapest - (processes - 1) * YIELD_LOOP_EXTRA;
}

int main(int argc, char *argv[])
{
    unsigned processes = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : MOST;

    if (argc == 3)
        yield_forever();
    if (processes < 3 || processes > MOST) {
        puts("usage: " PROGRAM " [N], N from 3 to 4096");
        return 2;
    }

    /* Not in the image, of which every child has its own. */
    long *children = malloc(processes * sizeof(children[0]));
    if (!CHECK(children != NULL))
        return check_end(PROGRAM);
    children[1] = start_child(PROGRAM, "child", 1);
    uint64_t with_two = cheapest_round(2);
    for (unsigned i = 2; i < processes; i++) {
        children[i] = spawn_stopped(PROGRAM, "child", i, LEAST_PAGES, LEAST_SLOTS);
        if (!CHECK(children[i] > 0))
            break;
    }
    for (unsigned i = 2; i < processes && children[i] > 0; i++)
        CHECK_EQUAL(trapeze_start_spawned(children[i]), 0);
    uint64_t with_all = cheapest_round(processes);
    printf(PROGRAM
           ": a switch takes %.2f instructions with 2 processes, %.2f with %u\n",
           (double)with_two / 2, (double)with_all / processes, processes);
    CHECK_EQUAL(with_all * 2, with_two * processes);
    free(children);
    return check_end(PROGRAM);
}
