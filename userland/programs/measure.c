/* SPDX-License-Identifier: MIT
 *
 * measure: the homework of OSTEP's chapter 6. What does a system call cost, what a
 * context switch? Before anything is measured, the clock is; and what the measuring
 * itself costs is subtracted.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze.h>

#define ROUNDS 10000U
#define READS 1000U

struct sample {
    double nanoseconds;
    double instructions;
};

static double hz;

/* What `rounds` times round a loop with `body` in it costs, each. */
#define MEASURE(sample, body)                                              \
    do {                                                                   \
        uint64_t ticks_ = trapeze_time(), instret_ = trapeze_instret();    \
        for (unsigned round_ = 0; round_ < ROUNDS; round_++) {             \
            __asm__ volatile("" : "+r"(round_)); /* keeps an empty loop */ \
            body;                                                          \
        }                                                                  \
        instret_ = trapeze_instret() - instret_;                           \
        ticks_ = trapeze_time() - ticks_;                                  \
        (sample).nanoseconds = (double)ticks_ * 1e9 / hz / ROUNDS;         \
        (sample).instructions = (double)instret_ / ROUNDS;                 \
    } while (0)

static struct sample less(struct sample a, struct sample b)
{
    return (struct sample){a.nanoseconds - b.nanoseconds,
                           a.instructions - b.instructions};
}

static void print(const char *what, struct sample sample)
{
    printf("   %-48s %7.1f ns %7.1f instructions\n", what, sample.nanoseconds,
           sample.instructions);
}

/* Showing lines takes the console a while, and after the start of the machine init
 * looks whether its servers are well. Neither is to be measured. */
static void let_others_finish(void)
{
    trapeze_sleep_until(trapeze_time() + (uint64_t)(hz / 20));
}

/* How fine is the clock? The smallest step between two reads that differ, and the
 * smallest distance between two reads. */
static void measure_clock(void)
{
    uint64_t step = UINT64_MAX, distance = UINT64_MAX;

    for (unsigned i = 0; i < READS; i++) {
        uint64_t first = trapeze_time(), next;
        do
            next = trapeze_time();
        while (next == first);
        step = next - first < step ? next - first : step;
        uint64_t before = trapeze_instret();
        uint64_t after = trapeze_instret();
        distance = after - before < distance ? after - before : distance;
    }
    printf("1. The clock, read back to back\n"
           "   the time register's smallest step: %" PRIu64
           " tick of %.0f ns. Nothing shorter can be\n"
           "   measured at once, so everything below is done %u times and divided.\n"
           "   the instret register's distance between two reads: %" PRIu64 "%s\n\n",
           step, 1e9 / hz, ROUNDS, distance,
           distance == 1 ? ", so it is exact."
                         : ", so it does not count\n   instructions.");
}

int main(int argc, char *argv[])
{
    struct sample loop, call, lone_yield, round_trip;

    if (argc == 2 && strcmp(argv[1], "yield") == 0)
        for (;;)
            sys_yield();

    hz = (double)sys_kernel_info(INFO_TIMEBASE_HZ);
    measure_clock();

    puts("2. The loop that does it");
    let_others_finish();
    MEASURE(loop, (void)0);
    print("an empty round (subtracted from here on)", loop);

    puts("\n3. A system call: ecall, the trap, the kernel's trap handler, "
         "return-from-trap");
    let_others_finish();
    MEASURE(call, sys_process_self());
    call = less(call, loop);
    print("process_self", call);

    puts(
        "\n4. A context switch: two processes that do nothing but yield to each other");
    let_others_finish();
    MEASURE(lone_yield, sys_yield());
    lone_yield = less(lone_yield, loop);
    print("yield, with nobody to yield to", lone_yield);
    long other = trapeze_spawn(2, (char *[]){"measure", "yield", NULL});
    if (other < 0) {
        printf("measure: can't start the other process: %s\n",
               trapeze_error_meaning(other));
        return EXIT_FAILURE;
    }
    let_others_finish(); /* and it comes to its loop */
    MEASURE(round_trip, sys_yield());
    round_trip = less(round_trip, loop);
    trapeze_kill(other);
    print("yield, to the other process and back", round_trip);
    print("so a yield that switches",
          (struct sample){round_trip.nanoseconds / 2, round_trip.instructions / 2});
    print("of which it is the switch (less a system call)",
          (struct sample){round_trip.nanoseconds / 2 - call.nanoseconds,
                          round_trip.instructions / 2 - call.instructions});

    printf(
        "\n5. What the numbers mean\n"
        "   QEMU translates: it shows how many instructions the kernel takes, not how "
        "many\n"
        "   cycles a pipeline, caches and a TLB would make of them. The cost that "
        "outlives a\n"
        "   switch, a cold cache and a cold TLB, is not in it at all. With -icount "
        "(scripts/run\n"
        "   --icount measure) an instruction is a nanosecond and every run gives the "
        "same\n"
        "   numbers; without, the nanoseconds are your computer's, and they vary.\n");
    return EXIT_SUCCESS;
}
