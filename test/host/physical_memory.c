/* SPDX-License-Identifier: MIT
 *
 * Physical memory, from mmap.
 */
#include "physical_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define GUARD_BYTES 4096UL
#define GARBAGE 0xa5

uint64_t direct_map_base;
static unsigned char *mapping; /* guard, memory, guard */
static uint64_t memory_bytes;

static void stop(const char *what)
{
    perror(what);
    abort();
}

void physical_memory_make(uint64_t start, uint64_t bytes, int dirty)
{
    physical_memory_remove();
    mapping = mmap(NULL, bytes + 2 * GUARD_BYTES, PROT_NONE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED)
        stop("mmap");
    if (mprotect(mapping + GUARD_BYTES, bytes, PROT_READ | PROT_WRITE) != 0)
        stop("mprotect");
    if (dirty)
        memset(mapping + GUARD_BYTES, GARBAGE, bytes);
    memory_bytes = bytes;
    direct_map_base = (uint64_t)mapping + GUARD_BYTES - start;
}

void physical_memory_remove(void)
{
    if (mapping != NULL && munmap(mapping, memory_bytes + 2 * GUARD_BYTES) != 0)
        stop("munmap");
    mapping = NULL;
}

uint64_t physical_memory_touched(void)
{
    const uint64_t pages = memory_bytes / 4096;
    unsigned char *resident = malloc(pages);
    uint64_t touched = 0;
    if (resident == NULL || mincore(mapping + GUARD_BYTES, memory_bytes, resident) != 0)
        stop("mincore");
    for (uint64_t i = 0; i < pages; i++)
        touched += resident[i] & 1;
    free(resident);
    return touched;
}
