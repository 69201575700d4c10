/* SPDX-License-Identifier: MIT
 *
 * The parts of `bench` whose instructions are counted one by one: bench.S.
 */
#pragma once

#include <stdint.h>

/* instret as the first instruction of this program read it. */
extern uint64_t bench_first_instret;

/* How far two reads of instret with nothing in between are apart: 1, if it counts
 * instructions. */
uint64_t bench_pair(void);

/* instret just before a system call and just after it. */
struct bench_times {
    uint64_t before, after;
};

/* Makes the system call with these in a0 to a6, and 0 in t0 to t2 (no grant, no
 * deadline). registers[0] and registers[6] are then what it gave in a0 and a6. */
#define BENCH_REGISTERS 7
struct bench_times bench_call(long number, uint64_t registers[BENCH_REGISTERS]);

/* What the other process of a figure does, forever. Each loop's _EXTRA are its
 * instructions between what is measured and its own read of instret or its ecall. */

/* `ecall` (yield) and `j`. */
_Noreturn void bench_yield_forever(void);
#define BENCH_YIELD_EXTRA 1U /* the j */

/* Replies to each call with the words that came with it. */
_Noreturn void bench_serve_forever(uint64_t endpoint);
#define BENCH_SERVE_EXTRA 3U /* j, mv, li */

/* Puts instret to `shared` and signals. */
_Noreturn void bench_signal_forever(uint64_t endpoint, volatile uint64_t *shared);
#define BENCH_SIGNAL_EXTRA 1U /* the sd */

/* Puts instret to `shared` and stores to `alarm`, which is a device's register that
 * makes it interrupt. */
_Noreturn void bench_interrupt_forever(volatile uint32_t *alarm,
                                       volatile uint64_t *shared);
#define BENCH_INTERRUPT_EXTRA 2U /* sd, sw */

/* After `delay` rounds of a loop of three instructions (at least one), reads instret
 * all the time until this process has been off the CPU. Gives the last reads, oldest
 * first: two neighbours that are not 1 apart are the last before and the first after.
 * If all are 1 apart, the process was off the CPU during the delay or at one of the few
 * instructions that do not read: another delay may have more luck. */
#define BENCH_READS 12
#define BENCH_DELAY_INSTRUCTIONS 3U
void bench_find_gap(uint64_t reads[BENCH_READS], uint64_t delay);
