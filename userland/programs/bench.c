/* SPDX-License-Identifier: MIT
 *
 * bench: what the kernel's operations cost, in instructions, from user mode to user
 * mode. Prints lines `bench: NAME VALUE instructions`, for scripts/bench. Needs QEMU's
 * -icount, and be alone.
 *
 * Each figure is what instret grew between two reads, less what it grows between two
 * reads with nothing in between, and less what the other process that it takes does by
 * itself. It is the median of several samples.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze.h>

#include "bench.h"
#include "bench_pairs.h"

#define SAMPLES 9
#define FEW_SAMPLES 3 /* where each takes long */
#define ATTEMPTS 100  /* for a sample that needs luck */

static uint64_t pair;

/* The figures that take one process: each function takes one sample. */

/* From an ecall to the next instruction. */
static bool system_call(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {0};
    const struct bench_times times = bench_call(SYS_process_self, registers);

    *cost = times.after - times.before - pair;
    return true;
}

/* The same, where it maps a page of memory, and the tables for it are there: at an
 * address where something was mapped before. */
static bool map_page(uint64_t *cost)
{
    static uint64_t memory, address;

    if (memory == 0) {
        memory = (uint64_t)sys_memory_create(1, 0);
        address = trapeze_range_take(1);
    }
    uint64_t registers[BENCH_REGISTERS] = {memory, 0, address,
                                           0,      1, RIGHT_READ | RIGHT_WRITE};
    const struct bench_times times = bench_call(SYS_memory_map, registers);
    static bool tables_are_there;
    const bool counts = tables_are_there;
    *cost = times.after - times.before - pair;
    tables_are_there = true;
    return sys_memory_unmap(0, registers[0]) == 0 && counts;
}

/* A program that does nothing: spawned, ended, waited for. */
static bool spawn_exit_wait(uint64_t *cost)
{
    struct trapeze_child end;

    const uint64_t start = trapeze_instret();
    trapeze_wait(trapeze_spawn(1, (char *[]){"trivial", NULL}), TRAPEZE_NEVER, &end);
    *cost = trapeze_instret() - start - pair;
    return end.kind == END_EXITED && end.status == EXIT_SUCCESS;
}

/* From the kernel's first instruction to this program's: by way of init, which starts
 * the servers and then this. */
static bool boot_to_program(uint64_t *cost)
{
    *cost = bench_first_instret - (uint64_t)sys_kernel_info(INFO_ENTRY_INSTRET);
    return true;
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

static bool measure(const char *name, int wanted, bool (*take_sample)(uint64_t *cost))
{
    uint64_t samples[SAMPLES];
    int count = 0;

    let_others_finish();
    for (int i = 0; i < ATTEMPTS && count < wanted; i++)
        count += take_sample(&samples[count]);
    if (count == 0) {
        printf("bench: %s could not be measured\n", name);
        return false;
    }
    qsort(samples, (size_t)count, sizeof(samples[0]), compare);
    printf("bench: %s %" PRIu64 " instructions\n", name, samples[count / 2]);
    return true;
}

static bool measure_pair(const char *name, int wanted)
{
    bool measured = pair_begin(name, pair);

    if (!measured)
        printf("bench: %s: the other process can't be started\n", name);
    measured = measured && measure(name, wanted, pair_sample);
    pair_end();
    return measured;
}

int main(int argc, char *argv[])
{
    if (argc == 2)
        return pair_other(argv[1]);

    const long features = sys_kernel_info(INFO_FEATURES);
    pair = bench_pair();
    if (pair != 1) {
        puts("bench: instret does not count instructions here: run it as "
             "`scripts/bench` does,\n"
             "bench: or as `scripts/run --icount bench`");
        return EXIT_FAILURE;
    }
    bool measured = measure("syscall_process_self", SAMPLES, system_call);
    measured &= measure_pair("yield_switch", SAMPLES);
    measured &= measure_pair("call_reply", SAMPLES);
    measured &= measure_pair("signal_to_running", SAMPLES);
    measured &= measure_pair("fault_round_trip", SAMPLES);
    if (trapeze_inherited("machine") != 0) /* init's manifest gives it, the shell not */
        measured &= measure_pair("interrupt_to_driver", SAMPLES);
    measured &= measure("map_page", SAMPLES, map_page);
    if (features & FEATURE_PREEMPT)
        measured &=
            measure_pair(features & FEATURE_SSTC ? "preemption_sstc" : "preemption_sbi",
                         FEW_SAMPLES);
    measured &= measure("spawn_exit_wait", SAMPLES, spawn_exit_wait);
    measured &= measure("boot_to_program", SAMPLES, boot_to_program);
    return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}
