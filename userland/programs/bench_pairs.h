/* SPDX-License-Identifier: MIT
 *
 * The figures of `bench` that take another process, in an address space of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Starts the other process of this figure. `pair` is what two reads of instret with
 * nothing in between are apart. False: it cannot be started; pair_end() all the same.
 */
bool pair_begin(const char *name, uint64_t pair);

/* Takes one sample of the figure that was begun. */
bool pair_sample(uint64_t *cost);

/* Ends the other process. */
void pair_end(void);

/* What the other process of this figure does: `bench NAME`. */
int pair_other(const char *name);
