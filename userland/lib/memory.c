/* SPDX-License-Identifier: MIT
 *
 * picolibc's sbrk, on memory_extend: malloc()'s memory. The kernel counts in pages and
 * takes none back; the break moves within them by bytes.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <trapeze.h>

static uintptr_t heap_start; /* 0: not asked for yet */
static uintptr_t heap_break; /* first byte beyond what sbrk has given out */
static uintptr_t heap_end;   /* end of the pages */

static int extend_to(uintptr_t address)
{
    uintptr_t missing = address - heap_end;
    uintptr_t pages = missing / PAGE_BYTES + (missing % PAGE_BYTES != 0);

    if (sys_memory_extend(pages) < 0)
        return -1;
    heap_end += pages * PAGE_BYTES;
    return 0;
}

void *sbrk(ptrdiff_t increment)
{
    if (heap_start == 0) {
        heap_start = (uintptr_t)sys_memory_extend(0);
        heap_break = heap_start;
        heap_end = heap_start;
    }

    uintptr_t old_break = heap_break;
    uintptr_t new_break = old_break + (uintptr_t)increment;
    int possible = increment >= 0 ? new_break >= old_break && new_break <= USER_TOP
                                  : new_break >= heap_start && new_break < old_break;
    if (!possible || (new_break > heap_end && extend_to(new_break) < 0)) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap_break = new_break;
    return (void *)old_break;
}
