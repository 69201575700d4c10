/* SPDX-License-Identifier: MIT
 *
 * A loop whose instructions are counted by reading its assembly.
 */
#pragma once

#include <stdint.h>

#define LOOP_INSTRUCTIONS 2U /* in a round */

/* Executes `rounds` rounds (at least one), and no system call. Returns by how much
 * instret grew from just before the first to just after the last: LOOP_INSTRUCTIONS for
 * each round and 1 for reading the register, if nothing else ran on this hart and the
 * count is exact. */
uint64_t counted_loop(uint64_t rounds);
