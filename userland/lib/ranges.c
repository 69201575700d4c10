/* SPDX-License-Identifier: MIT
 *
 * The address ranges above the heap, USER_RANGES to USER_RANGES_END: taken, given,
 * mapped and unmapped. The table of them lies in the lowest 2 MiB.
 */
#include "ranges.h"

#include <trapeze.h>
#include <trapeze/program.h>

#include "growing_table.h"
#include "pages.h"
#include "range_table.h"

#define TABLE_PAGES 512UL

static struct growing_table memory_of_table = {
    .address = USER_RANGES,
    .entry_bytes = sizeof(struct range),
    .page_limit = TABLE_PAGES,
};
static struct range_table taken = {
    .ranges = (struct range *)USER_RANGES,
    .bottom = USER_RANGES + (TABLE_PAGES + 1) * PAGE_BYTES,
    .end = USER_RANGES_END,
};

/* Enters a new range, of pieces of that many pages. 0: no room for it or in the table.
 */
static uintptr_t take(size_t page_count, size_t piece_pages, size_t *index)
{
    const uintptr_t address = range_table_gap(&taken, page_count, index);
    const size_t pieces = (page_count + piece_pages - 1) / piece_pages;

    if (address == 0 || !growing_table_reserve(&memory_of_table, taken.count + pieces))
        return 0;
    range_table_insert(&taken, *index, address, page_count, piece_pages);
    return address;
}

/* Unmaps what is mapped of a range, and removes it. A mapping may have gone before,
 * with the memory. */
static void drop(size_t index)
{
    size_t i = index;

    do {
        if (taken.ranges[i].mapping != 0)
            sys_memory_unmap(0, taken.ranges[i].mapping);
    } while (taken.ranges[i++].continues);
    range_table_remove(&taken, index);
}

uintptr_t trapeze_range_take(size_t page_count)
{
    size_t index;

    return take(page_count, page_count, &index);
}

void trapeze_range_give(uintptr_t address, size_t page_count)
{
    size_t index;

    if (!range_table_find(&taken, address, &index) ||
        taken.ranges[index].page_count != page_count ||
        taken.ranges[index].mapping != 0)
        __builtin_trap();
    range_table_remove(&taken, index);
}

void *range_map(uint64_t memory, size_t first_page, size_t page_count, uint64_t rights,
                long *error)
{
    size_t index;
    long result = E_NO_MEMORY;
    const uintptr_t address = take(page_count, MAP_PAGES_MAX, &index);

    for (size_t i = index; address != 0; i++) {
        struct range *piece = &taken.ranges[i];
        result = sys_memory_map(memory, 0, piece->address, first_page,
                                piece->page_count, rights);
        if (result < 0) {
            drop(index);
            break;
        }
        piece->mapping = (uint64_t)result;
        first_page += piece->page_count;
        if (!piece->continues)
            return (void *)address;
    }
    if (error != NULL)
        *error = result;
    return NULL;
}

void *trapeze_map(uint64_t memory, size_t page_count, uint64_t rights, long *error)
{
    return range_map(memory, 0, page_count, rights, error);
}

void trapeze_unmap(void *address)
{
    size_t index;

    if (!range_table_find(&taken, (uintptr_t)address, &index) ||
        taken.ranges[index].mapping == 0)
        __builtin_trap();
    drop(index);
}
