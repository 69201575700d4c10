/* SPDX-License-Identifier: MIT
 *
 * direct: the first half of limited direct execution. A program runs straight on the
 * CPU: the instructions that the hart retires are those of the program, to the last
 * one.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <trapeze.h>

#include "loop.h"

#define ROUNDS UINT64_C(50000000)

/* An exact counter grows by 1 from one read to the next, every time. */
static bool counter_is_exact(void)
{
    for (int i = 0; i < 8; i++) {
        uint64_t first = trapeze_instret();
        uint64_t second = trapeze_instret();
        if (second - first != 1)
            return false;
    }
    return true;
}

int main(void)
{
    uint64_t expected = ROUNDS * LOOP_INSTRUCTIONS + 1;
    uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);

    printf(
        "Direct execution: whoever started this program has filled its memory, and the "
        "kernel\n"
        "has jumped to its first instruction, in user mode. Since then the CPU fetches "
        "the\n"
        "program's own instructions; nothing interprets or checks them.\n\n"
        "Now a loop of %u instructions (addi, bnez), %" PRIu64 " times round:\n",
        LOOP_INSTRUCTIONS, ROUNDS);
    fflush(stdout);

    /* Others may still be about something: the parent, whoever shows these lines, and
     * init, which looks after the servers shortly after it has started them. */
    trapeze_sleep_until(trapeze_time() + hz / 20);
    bool exact = counter_is_exact();
    uint64_t start = trapeze_time();
    uint64_t counted = counted_loop(ROUNDS);
    uint64_t ticks = trapeze_time() - start;

    printf("  instructions in the program's text   %11" PRIu64
           "  (and 1 to read the counter)\n"
           "  instructions that the hart counted   %11" PRIu64 "\n"
           "  time                                 %11.3f s, %.0f million a second\n\n",
           expected, counted, (double)ticks / (double)hz,
           (double)expected * (double)hz / (double)ticks / 1e6);
    if (!exact) {
        puts("QEMU does not count instructions unless it is told to: without -icount, "
             "instret\n"
             "follows the host's clock. For the exact figure: scripts/run --icount "
             "direct");
    } else if (counted == expected) {
        puts("Not one more: the kernel did not run at all in between. Why should it? "
             "The program\n"
             "asked for nothing, and no other process was waiting for the CPU, so the "
             "kernel has\n"
             "not even set the timer. That is fast. Is it under control? See: "
             "restricted, hog.");
    } else {
        printf("The other %" PRIu64 " are the kernel's and other processes'.\n",
               counted - expected);
    }
    return exact && counted != expected ? EXIT_FAILURE : EXIT_SUCCESS;
}
