/* SPDX-License-Identifier: MIT
 *
 * Which address ranges are taken: an array in ascending order of address. What is
 * between them is free, so what is given back joins with its neighbours by itself.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
    uintptr_t address;
    uint64_t mapping; /* the kernel's number for what is mapped there; 0: nothing */
    uint32_t page_count;
    bool continues; /* the next one belongs to this one, and lies right behind it */
};

struct range_table {
    struct range *ranges;
    size_t count;
    uintptr_t bottom, end;
};

/* The lowest place for `page_count` pages and a free one behind them, and the index
 * that a range there has to have. 0: there is none. */
uintptr_t range_table_gap(const struct range_table *table, size_t page_count,
                          size_t *index);

/* Enters a range at the place and the index that range_table_gap told, in pieces of at
 * most `piece_pages`, each but the last `continues`. The array has room for them. */
void range_table_insert(struct range_table *table, size_t index, uintptr_t address,
                        size_t page_count, size_t piece_pages);

/* The index of the range that begins at the address. False: none does. */
bool range_table_find(const struct range_table *table, uintptr_t address,
                      size_t *index);

/* Removes the range with all its pieces. */
void range_table_remove(struct range_table *table, size_t index);
