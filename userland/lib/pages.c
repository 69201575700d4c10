/* SPDX-License-Identifier: MIT
 *
 * Pages into address spaces: nothing is kept of them here.
 */
#include "pages.h"

#include <trapeze.h>

long pages_map(uint64_t memory, uint64_t process, uintptr_t address, size_t first_page,
               size_t page_count, uint64_t rights)
{
    while (page_count > 0) {
        const size_t piece = page_count < MAP_PAGES_MAX ? page_count : MAP_PAGES_MAX;
        const long mapping =
            sys_memory_map(memory, process, address, first_page, piece, rights);
        if (mapping < 0)
            return mapping;
        address += piece * PAGE_BYTES;
        first_page += piece;
        page_count -= piece;
    }
    return 0;
}

/* The memory outlives its handle: it ends with its payer. */
long pages_add(uintptr_t address, size_t page_count)
{
    const long memory = sys_memory_create(page_count, 0);

    if (memory < 0)
        return memory;
    const long error = pages_map((uint64_t)memory, 0, address, 0, page_count,
                                 RIGHT_READ | RIGHT_WRITE);
    if (error < 0)
        sys_object_destroy((uint64_t)memory);
    sys_handle_close((uint64_t)memory);
    return error;
}
