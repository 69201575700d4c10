/* SPDX-License-Identifier: MIT
 *
 * The kernel's own half of the address space, as layout.h draws it: built once at boot,
 * then only kernel stacks come and go.
 */
#pragma once

#include "memory/address.h"
#include "memory/range.h"

/* Builds the tables: the image, which is loaded at `image`, with a permission for each
 * section; `ram` in the direct map; the tables for `stack_count` kernel stacks. Panics
 * when there is too little memory. The hart still uses the boot tables afterwards. */
void kernel_map_init(paddr_t image, const struct range_set *ram, uint32_t stack_count);

/* Whole pages of the image's code, which no hart executes from now on: they are no
 * longer there, and their frames are free. */
void kernel_map_drop(paddr_t image, const char *start, const char *end);

/* Adds a device's registers to the direct map; pages that are there already stay as
 * they are. */
void kernel_map_device(paddr_t base, uint64_t length);

/* The root table. Its entries for the upper half never change once kernel_map_init and
 * the devices are done. */
paddr_t kernel_map_root(void);

/* A kernel stack for process slot `slot`: one page, which the caller has charged, above
 * a page that is never mapped. Returns the address of its top, or 0 when no frame is
 * left. A hart that goes on there fences the page first, if it has not since. */
uint64_t kernel_stack_create(uint32_t slot);
void kernel_stack_destroy(uint32_t slot);

/* What an address of the kernel's half is, for panics: below a kernel stack, the boot
 * stack or the emergency stack; on a kernel stack that exists. */
bool kernel_stack_is_guard(vaddr_t address);
bool kernel_stack_is_mapped(vaddr_t address);
