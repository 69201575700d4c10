/* SPDX-License-Identifier: MIT
 *
 * First fit over a sorted array: a program has tens of ranges, and what it has longest
 * lies lowest.
 */
#include "range_table.h"

#include <string.h>

#include <trapeze/abi.h>

static uintptr_t range_end(const struct range *range)
{
    return range->address + range->page_count * PAGE_BYTES;
}

static void move(struct range_table *table, size_t from, size_t to)
{
    memmove(&table->ranges[to], &table->ranges[from],
            (table->count - from) * sizeof(struct range));
    table->count += to - from;
}

uintptr_t range_table_gap(const struct range_table *table, size_t page_count,
                          size_t *index)
{
    uintptr_t address = table->bottom;
    size_t i = 0;

    if (page_count == 0 || page_count >= (table->end - table->bottom) / PAGE_BYTES)
        return 0;
    const uintptr_t bytes = (page_count + 1) * PAGE_BYTES;
    for (; i < table->count && table->ranges[i].address - address < bytes; i++) {
        const struct range *range = &table->ranges[i];
        address = range_end(range) + (range->continues ? 0 : PAGE_BYTES);
    }
    *index = i;
    return i < table->count || bytes <= table->end - address ? address : 0;
}

void range_table_insert(struct range_table *table, size_t index, uintptr_t address,
                        size_t page_count, size_t piece_pages)
{
    const size_t pieces = (page_count + piece_pages - 1) / piece_pages;

    move(table, index, index + pieces);
    for (size_t i = index; i < index + pieces; i++) {
        const size_t piece = page_count < piece_pages ? page_count : piece_pages;
        page_count -= piece;
        table->ranges[i] = (struct range){.address = address,
                                          .page_count = (uint32_t)piece,
                                          .continues = page_count > 0};
        address += piece * PAGE_BYTES;
    }
}

bool range_table_find(const struct range_table *table, uintptr_t address, size_t *index)
{
    size_t low = 0;
    size_t high = table->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (table->ranges[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    *index = low;
    return low < table->count && table->ranges[low].address == address &&
           (low == 0 || !table->ranges[low - 1].continues);
}

void range_table_remove(struct range_table *table, size_t index)
{
    size_t end = index;

    while (table->ranges[end].continues)
        end++;
    move(table, end + 1, index);
}
