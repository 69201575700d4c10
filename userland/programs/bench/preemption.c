/* SPDX-License-Identifier: MIT
 *
 * preemption: from the last instruction of a process that the timer interrupts to the
 * first of the one that gets the CPU, where both do nothing but to read instret. The
 * other one looks for its gaps all the time, and notes them. A sample is where one of
 * its gaps ends within one of this process's. No sample unless reads are next to the
 * switch on both sides, which takes luck: so the delay in front of them changes.
 */
#include <trapeze.h>

#include "measured.h"
#include "other.h"

/* A time off the CPU: the last instret before it and the first after it; not exact if
 * other instructions than reads were next to it. */
struct gap {
    uint64_t before, after;
    bool exact;
};

/* The page that both have. */
#define GAPS 8U
struct shared {
    volatile uint64_t phase;        /* how the other is to look for its gaps */
    volatile uint64_t gap_count;    /* how many it has found; */
    volatile struct gap gaps[GAPS]; /* gap n is gaps[n % GAPS] */
};

/* Reading costs QEMU much time: it begins when nine tenths of the time slice are over.
 * With -icount an instruction is a nanosecond. */
static struct gap find_gap(uint64_t phase)
{
    uint64_t reads[BENCH_READS];
    const uint64_t slice = (uint64_t)sys_kernel_info(INFO_SLICE_TICKS) * 1000000000 /
                           (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);

    bench_find_gap(reads, slice * 9 / 10 / BENCH_DELAY_INSTRUCTIONS + phase);
    for (size_t i = 1; i < BENCH_READS; i++)
        if (reads[i] - reads[i - 1] != READS_APART)
            return (struct gap){reads[i - 1], reads[i], true};
    return (struct gap){.exact = false};
}

static bool begin(const struct figure *figure)
{
    return (sys_kernel_info(INFO_FEATURES) & FEATURE_PREEMPT) != 0 &&
           other_spawn(figure, 0, -1) && other_share_page() && other_start();
}

static bool sample(uint64_t *cost)
{
    static unsigned phase; /* another pair of them with each try */
    struct shared *shared = other.shared;
    struct gap mine[3];

    shared->phase = (phase / 16 + phase) % 16;
    for (int i = 0; i < 3; i++)
        mine[i] = find_gap(phase % 16);
    phase++;
    for (int i = 0; i < 3; i++)
        for (unsigned gap = 0; gap < GAPS; gap++) {
            const uint64_t resumed = shared->gaps[gap].after;
            if (mine[i].exact && shared->gaps[gap].exact && mine[i].before < resumed &&
                resumed < mine[i].after) {
                *cost = resumed - mine[i].before - READS_APART;
                return true;
            }
        }
    return false;
}

static void note_gaps(void)
{
    struct shared *shared = (struct shared *)OTHER_SHARED;

    for (;;) {
        shared->gaps[shared->gap_count % GAPS] = find_gap(shared->phase);
        shared->gap_count++;
    }
}

const struct figure preemption_figures[] = {
    {"preemption", FEW_SAMPLES, begin, sample, note_gaps},
    {.name = NULL},
};
