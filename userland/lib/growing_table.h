/* SPDX-License-Identifier: MIT
 *
 * A table that grows where it is, a few pages at a time, and so needs no malloc: all
 * the addresses that it may ever take are set apart for it, and memory comes as it is
 * used.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct growing_table {
    uintptr_t address;
    size_t entry_bytes;
    size_t page_limit;
    size_t page_count;
};

/* Whether it has room for so many entries, now or after growing. */
bool growing_table_reserve(struct growing_table *table, size_t entry_count);
