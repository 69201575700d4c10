/* SPDX-License-Identifier: MIT
 *
 * Loops that hold every register the while: spin.S.
 */
#pragma once

#include <stdint.h>

#include <trapeze.h>

/* Load x1 to x31 from the structure, count the named register down to 0 with no other
 * instruction than `addi` and `bnez`, and store x1 to x31 back. The named one holds the
 * rounds. */
void spin_counting_t6(struct trapeze_registers *registers);
void spin_counting_ra(struct trapeze_registers *registers);

/* f0 to f31 and fcsr. */
struct fpu_registers {
    uint64_t f[32];
    uint64_t fcsr;
};

/* Loads them, spins for `rounds` rounds, with a system call (yield) in each if
 * `yields`, and stores them back. */
void spin_with_fpu(struct fpu_registers *registers, uint64_t rounds, int yields);

/* The same with the system call `number` in each round, a call of the endpoint or a
 * reply_recv there, which replies to what the one before has received. Returns the
 * token of what was received last, or what went wrong. */
long message_with_fpu(struct fpu_registers *registers, uint64_t rounds,
                      uint64_t endpoint, uint64_t number);

/* What was in the registers as the kernel entered this program: x1 to x31, in their
 * order, then f0 to f31 and fcsr. Programs that link fresh.S have it. */
extern uint64_t fresh_registers[31 + 32 + 1];
