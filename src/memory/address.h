/* SPDX-License-Identifier: MIT
 *
 * Physical and virtual addresses as types of their own, because mixing them up is the
 * bug.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "memory/layout.h"

typedef struct {
    uint64_t value;
} paddr_t;

typedef struct {
    uint64_t value;
} vaddr_t;

#define PADDR_NONE ((paddr_t){UINT64_MAX})

static inline paddr_t paddr(uint64_t value) { return (paddr_t){value}; }

static inline vaddr_t vaddr(uint64_t value) { return (vaddr_t){value}; }

static inline bool paddr_is_none(paddr_t address)
{
    return address.value == UINT64_MAX;
}

/* Where the kernel reaches physical memory: valid for all RAM and devices below
 * 128 GiB that kernel_map has mapped. */
static inline void *direct_map(paddr_t address)
{
    return (void *)(address.value + DIRECT_MAP_BASE);
}

static inline paddr_t direct_map_paddr(const void *pointer)
{
    return paddr((uint64_t)pointer - DIRECT_MAP_BASE);
}

static inline uint64_t page_align_down(uint64_t value)
{
    return value & ~(uint64_t)(PAGE_SIZE - 1);
}

static inline uint64_t page_align_up(uint64_t value)
{
    return page_align_down(value + PAGE_SIZE - 1);
}
