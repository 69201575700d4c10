/* SPDX-License-Identifier: MIT
 *
 * Physical memory for kernel code that reaches it through the direct map: a piece of
 * the test's own memory, between pages that may not be touched. Compile with -include
 * physical_memory.h, so that memory/layout.h finds its DIRECT_MAP_BASE here, and add
 * physical_memory.c.
 */
#pragma once

#include <stdint.h>

extern uint64_t direct_map_base;
#define DIRECT_MAP_BASE direct_map_base

/* RAM from `start`, page-aligned, `bytes` long, full of garbage only if `dirty`;
 * whatever was made before is gone. Takes host memory for those pages only that are
 * touched. */
void physical_memory_make(uint64_t start, uint64_t bytes, int dirty);
void physical_memory_remove(void);

/* How many of its pages have been touched. */
uint64_t physical_memory_touched(void);
