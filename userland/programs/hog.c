/* SPDX-License-Identifier: MIT
 *
 * hog: a program that never gives up the CPU. `hog MILLIONS` just spins for so many
 * million instructions, with no system call. `hog` alone first starts a polite process,
 * and then looks how far that one came while it was spinning itself.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <trapeze.h>

#include "loop.h"

#define MILLIONS 300U
#define IN_THE_PAST 1U /* as a deadline: look, don't wait */

static void spin(unsigned millions)
{
    counted_loop(millions * UINT64_C(1000000) / LOOP_INSTRUCTIONS);
}

static int alone(void)
{
    bool preemptive = sys_kernel_info(INFO_FEATURES) & FEATURE_PREEMPT;
    struct trapeze_child end;

    printf("hog: I start a polite process with five turns to take, and then I spin for "
           "%u\n"
           "hog: million instructions without a system call. %s\n",
           MILLIONS,
           preemptive ? "The timer is on (preempt=on): when my time\n"
                        "hog: slice is over, it interrupts me and the kernel picks the "
                        "next process."
                      : "The timer is off (preempt=off): the OS\n"
                        "hog: is cooperative, and I don't cooperate.");
    fflush(stdout);
    long polite = trapeze_spawn(2, (char *[]){"polite", "5", NULL});
    if (polite < 0) {
        printf("hog: can't start polite: %s\n", trapeze_error_meaning(polite));
        return EXIT_FAILURE;
    }
    spin(MILLIONS);
    bool has_run = trapeze_wait(polite, IN_THE_PAST, &end) == polite;
    /* So short a line goes to the console in one message: no turn comes before it that
     * was taken after it. */
    puts("hog: I have done my spinning.");
    printf("hog: meanwhile, the polite process %s.\n",
           has_run ? "took all its turns" : "did not run to its end");
    fflush(stdout);
    if (!has_run)
        trapeze_wait(polite, TRAPEZE_NEVER, &end);
    puts(preemptive
             ? "hog: an OS that has the timer has the CPU, whatever a process does."
             : "hog: without a timer, it waits until I make a system call. Had I an "
               "endless\n"
               "hog: loop in me, you would have to reboot.");
    return has_run == preemptive ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
    if (argc < 2)
        return alone();

    unsigned millions = (unsigned)strtoul(argv[1], NULL, 10);
    if (millions == 0) {
        puts("usage: hog [MILLIONS]");
        return 2;
    }
    spin(millions);
    return EXIT_SUCCESS;
}
