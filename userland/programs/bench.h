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

/* How far they are apart with a system call of that number, and no arguments, in
 * between. */
uint64_t bench_call(long number);

/* Waits for that child, and tells when that began and ended, and how the child did. */
struct bench_wait {
    uint64_t called_instret;
    uint64_t returned_instret;
    int64_t kind;
    uint64_t pc;
};
void bench_wait(long process, struct bench_wait *wait);

/* `ecall` (yield) and `j`, forever. */
_Noreturn void bench_yield_forever(void);
#define BENCH_YIELD_LOOP_EXTRA 1U /* its instructions but for the ecall: the j */

/* After `delay` rounds of a loop of three instructions (at least one), reads instret
 * all the time until this process has been off the CPU. Gives the last reads, oldest
 * first: two neighbours that are not 1 apart are the last before and the first after.
 * If all are 1 apart, the process was off the CPU during the delay or at one of the few
 * instructions that do not read: another delay may have more luck. */
#define BENCH_READS 12
#define BENCH_DELAY_INSTRUCTIONS 3U
void bench_find_gap(uint64_t reads[BENCH_READS], uint64_t delay);

/* Ends the process by a load page fault at `value` with bit 63 set, which is no
 * address: the parent finds it in `value` of struct trapeze_child. So a child can give
 * it 63 bits. */
_Noreturn void bench_give_parent(uint64_t value);
