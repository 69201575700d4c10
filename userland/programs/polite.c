/* SPDX-License-Identifier: MIT
 *
 * polite: a program that gives up the CPU often. `polite TURNS` takes so many turns,
 * says so, and yields after each. `polite` alone first starts a hog, and then counts
 * how often it gets the CPU back until the hog has ended.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <trapeze.h>

#define MILLIONS "300"
#define IN_THE_PAST 1U /* as a deadline: look, don't wait */

static int alone(void)
{
    bool preemptive = sys_kernel_info(INFO_FEATURES) & FEATURE_PREEMPT;
    uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    uint64_t longest = 0, turns = 0, last;
    struct trapeze_child end;

    printf("polite: I start a hog, which executes %s million instructions and no "
           "system call\n"
           "polite: among them. I yield all the time. The timer is %s.\n"
           "polite: How often do I get the CPU back before the hog has ended?\n",
           MILLIONS,
           preemptive ? "on, and ends time slices (preempt=on)"
                      : "off, the OS is cooperative (preempt=off)");
    fflush(stdout);
    long hog = trapeze_spawn(2, (char *[]){"hog", MILLIONS, NULL});
    if (hog < 0) {
        printf("polite: can't start hog: %s\n", trapeze_error_meaning(hog));
        return EXIT_FAILURE;
    }
    uint64_t start = last = trapeze_time();
    while (trapeze_wait(hog, IN_THE_PAST, &end) == E_TIMEOUT) {
        sys_yield();
        uint64_t now = trapeze_time();
        longest = now - last > longest ? now - last : longest;
        last = now;
        turns++;
    }

    printf("polite: %" PRIu64
           " times in %.1f ms; the longest that I had to wait was %.1f ms.\n",
           turns, 1e3 * (double)(last - start) / (double)hz,
           1e3 * (double)longest / (double)hz);
    puts(preemptive ? "polite: the hog never asked the kernel for anything, and still "
                      "had to share:\n"
                      "polite: its time slices ended with a timer interrupt, and then "
                      "it was my turn."
                    : "polite: I yielded once. The hog had the CPU for all of its "
                      "instructions, and\n"
                      "polite: gave it back by ending. In a cooperative OS, that is "
                      "all there is.");
    return preemptive == (turns > 2) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    if (argc < 2)
        return alone();

    unsigned turns = (unsigned)strtoul(argv[1], NULL, 10);
    if (turns == 0) {
        puts("usage: polite [TURNS]");
        return 2;
    }
    for (unsigned turn = 1; turn <= turns; turn++) {
        printf("polite: turn %u of %u, and I yield\n", turn, turns);
        sys_yield();
    }
    return EXIT_SUCCESS;
}
