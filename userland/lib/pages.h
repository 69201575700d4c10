/* SPDX-License-Identifier: MIT
 *
 * Pages into address spaces, any number at a time.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <trapeze/abi.h>

/* How many calls pages_map makes, and so how many slots it takes. */
static inline size_t pages_pieces(size_t page_count)
{
    return (page_count + MAP_PAGES_MAX - 1) / MAP_PAGES_MAX;
}

/* memory_map in pieces of MAP_PAGES_MAX. After an error some of them are mapped: they
 * go with the memory or with the process. */
long pages_map(uint64_t memory, uint64_t process, uintptr_t address, size_t first_page,
               size_t page_count, uint64_t rights);

/* Zeroed memory at `address` of the caller, for reading and writing and for good. After
 * an error nothing has changed. */
long pages_add(uintptr_t address, size_t page_count);
