/* SPDX-License-Identifier: MIT
 *
 * Yields whose instructions are counted one by one: yield-loop.S.
 */
#pragma once

#include <stdint.h>

/* Yields once: the instructions from the ecall to the one after it, both this process's
 * and those of others and of the kernel in between. */
uint64_t timed_yield(void);

/* `li`, `ecall` (yield) and `j`, forever. */
_Noreturn void yield_forever(void);
#define YIELD_LOOP_EXTRA 2U /* its instructions but for the ecall */
