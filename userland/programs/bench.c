/* SPDX-License-Identifier: MIT
 *
 * bench: what the kernel's operations cost, in instructions, from user mode to user
 * mode. Prints lines `bench: NAME VALUE instructions`, for scripts/bench. Needs QEMU's
 * -icount, and be alone.
 *
 * Each figure is what instret grew between two reads, less what it grows between two
 * reads with nothing in between. It is the median of several samples.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze.h>

#include "bench.h"
#include "illegal.h"

#define SAMPLES 9
#define ATTEMPTS 100 /* for a sample that needs luck */

static uint64_t pair;

/* The figures: each function takes one sample. */

/* From an ecall to the next instruction. */
static bool system_call(uint64_t *cost)
{
    *cost = bench_call(SYS_process_self) - pair;
    return true;
}

/* From this process's ecall to the other's next instruction, in another address space:
 * half of the way there and back, without the other's jump to its next ecall. */
static bool yield_switch(uint64_t *cost)
{
    *cost = (bench_call(SYS_yield) - pair - BENCH_YIELD_LOOP_EXTRA) / 2;
    return true;
}

/* A time off the CPU: the last instret before it and the first after it; false if other
 * instructions than reads were next to it. */
struct gap {
    uint64_t before, after;
    bool exact;
};

/* Reading costs QEMU much time: it begins when nine tenths of the time slice are over.
 * With -icount an instruction is a nanosecond. */
static struct gap find_gap(unsigned phase)
{
    uint64_t reads[BENCH_READS];
    uint64_t slice = (uint64_t)sys_kernel_info(INFO_SLICE_TICKS) * 1000000000 /
                     (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);

    bench_find_gap(reads, slice * 9 / 10 / BENCH_DELAY_INSTRUCTIONS + phase);
    for (size_t i = 1; i < BENCH_READS; i++)
        if (reads[i] - reads[i - 1] != 1)
            return (struct gap){reads[i - 1], reads[i], true};
    return (struct gap){.exact = false};
}

/* The other half of preemption(): tells its parent when it came back for the second
 * time. It stays for two times more, so that the parent's gaps do not end. */
static int preempted_child(unsigned phase)
{
    struct gap gaps[4];

    for (int i = 0; i < 4; i++)
        gaps[i] = find_gap(phase % 16);
    if (gaps[1].exact)
        bench_give_parent(gaps[1].after);
    return EXIT_FAILURE;
}

/* From the last instruction of a process that the timer interrupts to the first of the
 * one that gets the CPU, where both do nothing but to read instret. In one of this
 * process's first three gaps the child comes back for the second time. (The very first,
 * in which it starts, may come before this process looks.) No sample unless reads are
 * next to the switch on both sides. */
static bool preemption(uint64_t *cost)
{
    static unsigned phase; /* another pair of them with each try */
    struct gap gaps[3];
    struct trapeze_child end;
    char text[12];

    snprintf(text, sizeof(text), "%u", phase / 16 + phase);
    long child = trapeze_spawn(3, (char *[]){"bench", "--preempted", text, NULL});
    for (int i = 0; i < 3; i++)
        gaps[i] = find_gap(phase % 16);
    phase++;
    trapeze_wait(child, TRAPEZE_NEVER, &end);
    if (end.kind != END_FAULTED)
        return false;
    uint64_t resumed = end.value & ~(UINT64_C(1) << 63);
    for (int i = 0; i < 3; i++)
        if (gaps[i].exact && gaps[i].before < resumed && resumed < gaps[i].after) {
            *cost = resumed - gaps[i].before - pair;
            return true;
        }
    return false;
}

/* From an illegal instruction to the next instruction of the parent, which waits. The
 * child tells the low bits of its instret; the parent's wait, which took a little
 * longer than what is measured, tells the others. */
static bool fault_to_wait(uint64_t *cost)
{
    struct bench_wait wait;
    uint64_t mask = (1 << ILLEGAL_CLOCK_BITS) - 1;

    bench_wait(trapeze_spawn(1, (char *[]){"illegal", NULL}), &wait);
    uint64_t clock = wait.pc % ILLEGAL_FIELD_ALIGNMENT / 2;
    uint64_t low = (wait.returned_instret - clock) & mask;
    uint64_t high = (wait.returned_instret - wait.called_instret - low) & ~mask;
    *cost = high + low - pair - ILLEGAL_AFTER_CLOCK;
    return wait.kind == END_FAULTED;
}

/* A program that does nothing: created, given its name as its only argument, started,
 * ended, waited for. */
static bool create_exit_wait(uint64_t *cost)
{
    struct trapeze_child end;
    uint64_t name;

    memcpy(&name, "trivial", sizeof(name));
    uint64_t start = trapeze_instret();
    long child = sys_process_create(name, 0, 0, 0, 0);
    sys_process_argument(child, sizeof(name), name, 0, 0, 0);
    sys_process_start(child);
    trapeze_wait(child, TRAPEZE_NEVER, &end);
    *cost = trapeze_instret() - start - pair;
    return end.kind == END_EXITED && end.status == EXIT_SUCCESS;
}

/* From the kernel's first instruction to this program's, if it is the first process. */
static bool boot_handoff(uint64_t *cost)
{
    *cost = bench_first_instret - (uint64_t)sys_kernel_info(INFO_ENTRY_INSTRET);
    return sys_process_self() == 1;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static bool measure(const char *name, bool (*take_sample)(uint64_t *cost))
{
    uint64_t samples[SAMPLES];
    int count = 0;

    for (int i = 0; i < ATTEMPTS && count < SAMPLES; i++)
        count += take_sample(&samples[count]);
    if (count == 0) {
        printf("bench: %s could not be measured\n", name);
        return false;
    }
    qsort(samples, (size_t)count, sizeof(samples[0]), compare);
    printf("bench: %s %" PRIu64 " instructions\n", name, samples[count / 2]);
    fflush(stdout);
    return true;
}

static bool measure_yield(void)
{
    struct trapeze_child end;

    long other = trapeze_spawn(2, (char *[]){"bench", "--yield", NULL});
    sys_yield(); /* it starts and comes to its loop */
    bool measured = measure("yield_switch", yield_switch);
    sys_process_kill(other);
    trapeze_wait(other, TRAPEZE_NEVER, &end);
    return measured;
}

int main(int argc, char *argv[])
{
    if (argc == 2 && strcmp(argv[1], "--yield") == 0)
        bench_yield_forever();
    if (argc == 3 && strcmp(argv[1], "--preempted") == 0)
        return preempted_child((unsigned)strtoul(argv[2], NULL, 10));

    long features = sys_kernel_info(INFO_FEATURES);
    pair = bench_pair();
    if (pair != 1) {
        puts("bench: instret does not count instructions here: run it as "
             "`scripts/bench` does,\n"
             "bench: or as `scripts/run --icount bench`");
        return EXIT_FAILURE;
    }
    bool measured = measure("syscall_process_self", system_call);
    measured &= measure_yield();
    if (features & FEATURE_PREEMPT)
        measured &= measure(
            features & FEATURE_SSTC ? "preemption_sstc" : "preemption_sbi", preemption);
    measured &= measure("fault_to_wait", fault_to_wait);
    measured &= measure("create_exit_wait", create_exit_wait);
    if (sys_process_self() == 1)
        measured &= measure("boot_handoff", boot_handoff);
    return measured ? EXIT_SUCCESS : EXIT_FAILURE;
}
