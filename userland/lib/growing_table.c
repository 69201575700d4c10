/* SPDX-License-Identifier: MIT
 *
 * The table doubles, so that it takes few objects, or grows by what it must if there is
 * not so much.
 */
#include "growing_table.h"

#include <trapeze/abi.h>

#include "pages.h"

static bool grow(struct growing_table *table, size_t page_count)
{
    if (page_count > table->page_limit - table->page_count ||
        pages_add(table->address + table->page_count * PAGE_BYTES, page_count) < 0)
        return false;
    table->page_count += page_count;
    return true;
}

bool growing_table_reserve(struct growing_table *table, size_t entry_count)
{
    const size_t bytes = entry_count * table->entry_bytes;
    const size_t needed = (bytes + PAGE_BYTES - 1) / PAGE_BYTES;

    if (needed <= table->page_count)
        return true;
    const size_t missing = needed - table->page_count;
    const size_t doubled = missing > table->page_count ? missing : table->page_count;
    return grow(table, doubled) || (doubled > missing && grow(table, missing));
}
