/* SPDX-License-Identifier: MIT
 *
 * The parts of `bench` and `growth` whose instructions are counted one by one:
 * measured.S.
 */
#pragma once

#include <stdint.h>

/* All of it. */
extern const char measured_begin[], measured_end[];

/* instret as the first instruction of `bench` read it. */
extern uint64_t bench_first_instret;

/* How far two reads of instret with nothing in between are apart: this, if it counts
 * instructions. */
#define READS_APART 1U
uint64_t bench_pair(void);

/* instret just before a system call and just after it. */
struct bench_times {
    uint64_t before, after;
};

/* Makes the system call with these in a0 to a6 and t1, and 0 in t0 and t2 (no grant).
 * registers[0] and registers[6] are then what it gave in a0 and a6. */
#define BENCH_REGISTERS 8
struct bench_times bench_call(long number, uint64_t registers[BENCH_REGISTERS]);

/* The same with the FPU in use: an instruction of it before the first read, and one
 * before the second, which is measured. */
struct bench_times bench_call_float(long number, uint64_t registers[BENCH_REGISTERS]);

static inline uint64_t bench_between(struct bench_times times)
{
    return times.after - times.before - READS_APART;
}

/* What the other process of a figure does, forever. Each loop's _EXTRA are its
 * instructions between what is measured and its own read of instret or its ecall. */

/* `li`, `ecall` (yield) and `j`. */
_Noreturn void bench_yield(void);
#define BENCH_YIELD_EXTRA 2U /* those but the ecall */

/* Replies to each call with the words that came with it. `times` is of its last
 * ecall: the reply to the call before the last, and the coming of the last. */
_Noreturn void bench_serve(uint64_t endpoint, volatile struct bench_times *times);
#define BENCH_SERVE_EXTRA 7U /* rdinstret, sd, sd, j, mv, li, rdinstret */
_Noreturn void bench_serve_float(uint64_t endpoint, volatile struct bench_times *times);
#define BENCH_SERVE_FLOAT_EXTRA 9U /* and two of the FPU's */

/* Puts instret to `shared` and signals. */
_Noreturn void bench_signal(uint64_t endpoint, volatile uint64_t *shared);
#define BENCH_SIGNAL_EXTRA 1U /* the sd */

/* Puts instret to `shared` and stores to `alarm`, which is a device's register that
 * makes it interrupt. */
_Noreturn void bench_interrupt(volatile uint32_t *alarm, volatile uint64_t *shared);
#define BENCH_INTERRUPT_EXTRA 2U /* sd, sw */

/* A breakpoint, again and again: an illegal instruction would go to the firmware first,
 * which hands it on. */
_Noreturn void bench_fault(void);

/* Adds 1 to `count`, and receives: from an endpoint with deadline 0, or with endpoint 0
 * until a deadline. */
_Noreturn void bench_wait(uint64_t endpoint, uint64_t *count, uint64_t deadline);

/* After `delay` rounds of a loop of three instructions (at least one), reads instret
 * all the time until this process has been off the CPU. Gives the last reads, oldest
 * first: two neighbours that are not 1 apart are the last before and the first after.
 * If all are 1 apart, the process was off the CPU during the delay or at one of the few
 * instructions that do not read: another delay may have more luck. */
#define BENCH_READS 12
#define BENCH_DELAY_INSTRUCTIONS 3U
void bench_find_gap(uint64_t reads[BENCH_READS], uint64_t delay);
