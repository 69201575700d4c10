/* SPDX-License-Identifier: MIT
 *
 * bench [NAME...]: what the kernel's operations cost, in instructions, from user mode
 * to user mode. Prints lines `bench: NAME VALUE instructions`, for scripts/bench. Needs
 * QEMU's -icount, and be alone.
 *
 * Each figure is what instret grew between two reads, less what it grows between two
 * reads with nothing in between, and less what the other process that it takes does by
 * itself. It is the median of several samples. They are measured in an order of their
 * own.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze.h>

#include "measured.h"
#include "other.h"

#define ATTEMPTS 100 /* for a sample that needs luck */

/* The one that uses the FPU is the last: all others are of a process that does not. */
static const struct figure *const figures[] = {
    call_figures, message_figures, event_figures, preemption_figures, float_figures};
#define GROUPS (sizeof(figures) / sizeof(figures[0]))

static const struct figure *find(const char *name)
{
    for (size_t i = 0; i < GROUPS; i++)
        for (const struct figure *figure = figures[i]; figure->name != NULL; figure++)
            if (strcmp(figure->name, name) == 0)
                return figure;
    return NULL;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The console shows the last figure, and init looks after its servers shortly after it
 * has started them: neither is to be measured. */
static void let_others_finish(void)
{
    trapeze_sleep_until(trapeze_time() +
                        (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ) / 20);
}

static bool measure(const struct figure *figure)
{
    uint64_t samples[SAMPLES];
    int count = 0;

    let_others_finish();
    other_forget();
    if (figure->begin == NULL || figure->begin(figure))
        for (int i = 0; i < ATTEMPTS && count < figure->samples; i++)
            count += figure->sample(&samples[count]);
    other_end();
    if (count == 0) {
        printf("bench: %s could not be measured\n", figure->name);
        return false;
    }
    qsort(samples, (size_t)count, sizeof(samples[0]), compare);
    printf("bench: %s %" PRIu64 " instructions\n", figure->name, samples[count / 2]);
    return true;
}

static bool is_wanted(const struct figure *figure, int argc, char *argv[])
{
    /* What init's manifest gives, and the shell does not, one of them needs. */
    bool wanted = argc == 1 && (trapeze_inherited("machine") != 0 ||
                                strcmp(figure->name, "interrupt_to_driver") != 0);

    for (int i = 1; i < argc; i++)
        wanted |= strcmp(figure->name, argv[i]) == 0;
    return wanted;
}

static int usage(void)
{
    fputs("usage: bench [NAME...], of:", stdout);
    for (size_t i = 0; i < GROUPS; i++)
        for (const struct figure *figure = figures[i]; figure->name != NULL; figure++)
            printf(" %s", figure->name);
    putchar('\n');
    return 2;
}

static int be_other(const char *name)
{
    const struct figure *figure = find(name);

    if (figure != NULL && figure->other != NULL)
        figure->other();
    return usage();
}

int main(int argc, char *argv[])
{
    if (argc == 3 && strcmp(argv[1], "--other") == 0)
        return be_other(argv[2]);
    for (int i = 1; i < argc; i++)
        if (find(argv[i]) == NULL)
            return usage();
    if (bench_pair() != READS_APART) {
        puts("bench: instret does not count instructions here: run it as "
             "`scripts/bench` does,\n"
             "bench: or as `scripts/run --icount bench`");
        return EXIT_FAILURE;
    }
    bool measured = true;
    for (size_t i = 0; i < GROUPS; i++)
        for (const struct figure *figure = figures[i]; figure->name != NULL; figure++)
            if (is_wanted(figure, argc, argv))
                measured &= measure(figure);
    return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}
