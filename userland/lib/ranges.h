/* SPDX-License-Identifier: MIT
 *
 * What ranges.c has beside trapeze_map.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* trapeze_map that begins at another page than the first. */
void *range_map(uint64_t memory, size_t first_page, size_t page_count, uint64_t rights,
                long *error);
