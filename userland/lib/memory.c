/* SPDX-License-Identifier: MIT
 *
 * picolibc's sbrk: malloc()'s memory, from the end of the image up. The break moves by
 * bytes within pages that the heap has; it gets more of them by half of what it has, so
 * that many small steps take few calls and few objects, and never gives any back.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <trapeze.h>
#include <trapeze/program.h>

#include "pages.h"

#define LEAST_PAGES 4U

extern char end[]; /* program.ld: of the image */

static uintptr_t
    heap_break;            /* first byte beyond what sbrk has given out; 0: at first */
static uintptr_t heap_end; /* end of the pages */

static uintptr_t heap_start(void)
{
    return ((uintptr_t)end + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

static bool grow(size_t page_count)
{
    if (page_count > MEMORY_PAGES_MAX || pages_add(heap_end, page_count) < 0)
        return false;
    heap_end += page_count * PAGE_BYTES;
    return true;
}

/* What takes more than one memory object is not begun unless it can be finished. */
static bool is_affordable(size_t page_count)
{
    uint64_t budget[4]; /* pages used, pages at most, ... */

    return page_count <= MEMORY_PAGES_MAX ||
           (trapeze_process_inspect(0, INSPECT_BUDGET, budget) >= 0 &&
            page_count <= budget[1] - budget[0]);
}

static bool extend_to(uintptr_t address)
{
    if (address > heap_end && !is_affordable((address - heap_end) / PAGE_BYTES))
        return false;
    while (address > heap_end) {
        const size_t missing = (address - heap_end + PAGE_BYTES - 1) / PAGE_BYTES;
        const size_t needed = missing < MEMORY_PAGES_MAX ? missing : MEMORY_PAGES_MAX;
        size_t wanted = (heap_end - heap_start()) / PAGE_BYTES / 2;
        if (wanted < LEAST_PAGES)
            wanted = LEAST_PAGES;
        if (wanted > MAP_PAGES_MAX)
            wanted = MAP_PAGES_MAX;
        if (!(wanted > needed && grow(wanted)) && !grow(needed))
            return false;
    }
    return true;
}

void *sbrk(ptrdiff_t increment)
{
    if (heap_break == 0)
        heap_break = heap_end = heap_start();

    const uintptr_t old_break = heap_break;
    const uintptr_t new_break = old_break + (uintptr_t)increment;
    const bool possible = increment >= 0
                              ? new_break >= old_break && new_break <= USER_RANGES
                              : new_break >= heap_start() && new_break < old_break;
    if (!possible || !extend_to(new_break)) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap_break = new_break;
    return (void *)old_break;
}
