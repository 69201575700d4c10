/* SPDX-License-Identifier: MIT
 *
 * shares [N]: N processes (4 unless told) want the CPU all the time, for the same
 * stretch of time. Each adds up the time for which it had it, and draws its share.
 *
 * The children are this program again: `shares INDEX COUNT BEGIN END`.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <trapeze.h>

#define MAX_PROCESSES 64U
#define BAR_WIDTH 60.0 /* characters for the whole CPU */

/* A child's exit status: its share in per cent of a fair one, up to 255. TOLERANCE, in
 * the same unit, is how much two may differ: where slices are few, one more or less. */
#define FAIR_STATUS 100
#define TOLERANCE 25

/* Looks at the clock all the time: where it jumps by a slice, another process had the
 * CPU. (By a little less, QEMU may have had to wait for the host's.) */
static uint64_t ticks_on_cpu(uint64_t end_ticks)
{
    uint64_t slice = (uint64_t)sys_kernel_info(INFO_SLICE_TICKS),
             jump = slice - slice / 8;
    uint64_t on_cpu = 0, last = trapeze_time();

    while (last < end_ticks) {
        uint64_t now = trapeze_time();
        if (now - last < jump)
            on_cpu += now - last;
        last = now;
    }
    return on_cpu;
}

static int child(char *argv[])
{
    unsigned index = (unsigned)strtoul(argv[1], NULL, 10);
    unsigned count = (unsigned)strtoul(argv[2], NULL, 10);
    uint64_t begin = strtoull(argv[3], NULL, 10);
    uint64_t end = strtoull(argv[4], NULL, 10);

    trapeze_sleep_until(begin);
    double share = (double)ticks_on_cpu(end) / (double)(end - begin);

    /* One after the other, so that the bars are in order. */
    trapeze_sleep_until(end + (index + 1) *
                                  (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ) / 100);
    printf("process %2u %5.1f %% ", index + 1, 100 * share);
    for (int i = 0; i < (int)(share * BAR_WIDTH + 0.5); i++)
        putchar('#');
    putchar('\n');
    double of_fair = FAIR_STATUS * share * count + 0.5;
    return of_fair < 255 ? (int)of_fair : 255;
}

static bool start_children(unsigned count, uint64_t begin, uint64_t end)
{
    /* Small budgets, so that there can be many. */
    const struct trapeze_spawn_options small = {
        .pages = 32, .slots = 8, .priority = -1};
    char arguments[4][24];
    char *argv[] = {"shares",     arguments[0], arguments[1],
                    arguments[2], arguments[3], NULL};

    snprintf(arguments[1], sizeof(arguments[1]), "%u", count);
    snprintf(arguments[2], sizeof(arguments[2]), "%" PRIu64, begin);
    snprintf(arguments[3], sizeof(arguments[3]), "%" PRIu64, end);
    for (unsigned i = 0; i < count; i++) {
        snprintf(arguments[0], sizeof(arguments[0]), "%u", i);
        long id = trapeze_spawn_with(5, argv, &small);
        if (id < 0) {
            printf("shares: process %u can't be started: %s\n", i + 1,
                   trapeze_error_meaning(id));
            return false;
        }
    }
    return true;
}

int main(int argc, char *argv[])
{
    if (argc == 5)
        return child(argv);
    unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 4;
    if (argc > 2 || count < 2 || count > MAX_PROCESSES) {
        printf("usage: shares [N], N from 2 to %u\n", MAX_PROCESSES);
        return 2;
    }

    bool preemptive = sys_kernel_info(INFO_FEATURES) & FEATURE_PREEMPT;
    uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    uint64_t slice = (uint64_t)sys_kernel_info(INFO_SLICE_TICKS);
    uint64_t slices = count <= 8 ? 20 : 160 / count + 2; /* for each */
    printf("%u processes want the CPU for themselves for %.2f s, in time slices of "
           "%.1f ms,\n"
           "round robin: %" PRIu64 " slices each. What does each get?\n\n",
           count, (double)(count * slices * slice) / (double)hz,
           1e3 * (double)slice / (double)hz, slices);
    fflush(stdout);
    uint64_t begin = trapeze_time() + hz / 4; /* when all are there */
    if (!start_children(count, begin, begin + count * slices * slice))
        return EXIT_FAILURE;

    int low = 255, high = 0;
    struct trapeze_child end;
    for (unsigned i = 0; i < count; i++) {
        trapeze_wait(0, TRAPEZE_NEVER, &end);
        int status = end.kind == END_EXITED ? (int)end.status : 0;
        low = status < low ? status : low;
        high = status > high ? status : high;
    }
    bool fair = high - low <= TOLERANCE;
    printf("\nA fair share is %.1f %%; the smallest was %d %% of that, the largest %d "
           "%%%s.\n",
           100.0 / count, low, high, high == 255 ? " or more" : "");
    puts(preemptive
             ? "Nobody gave anything up: the timer divides the CPU, and round robin "
               "divides it\n"
               "evenly. The rest is what switching costs, and what QEMU itself had to "
               "wait."
             : "With preempt=off nobody divides anything: the first one keeps it all.");
    return fair == preemptive ? EXIT_SUCCESS : EXIT_FAILURE;
}
