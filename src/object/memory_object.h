/* SPDX-License-Identifier: MIT
 *
 * Memory that processes share: pages of RAM, zeroed before anybody sees them, or a
 * range of the physical address space that the kernel does not manage (device
 * registers, the boot archive). A mapping is a window of one of them in one address
 * space.
 */
#pragma once

#include "object/process.h"

#define MAP_RIGHTS_SHIFT 2 /* from the rights of a mapping to a page's permissions */
#define RIGHTS_ACCESS (RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE)

enum memory_kind {
    MEMORY_RUN,     /* one block of frames at `base` */
    MEMORY_INDEXED, /* frames one by one: their addresses are in the slot, if they are
                       few, else in the page at `base`, or, where there are more than a
                       page holds, in the pages that it lists */
    MEMORY_FOREIGN, /* not the kernel's frames */
};

/* Makes a memory object of `page_count` zeroed pages (1 to MEMORY_PAGES_MAX) that
 * `payer` pays for, with `flags` (MEMORY_CONTIGUOUS), until an interrupt is pending:
 * then *made is NULL, payer->building the unfinished object, and the call is made
 * again. One that asks for something else then gives the unfinished one up first.
 * Errors: E_NO_MEMORY, E_NO_SLOT; nothing has changed then. */
enum trapeze_error memory_create(struct process *payer, uint64_t page_count,
                                 uint64_t flags, struct object **made);

/* A memory object of a range that the kernel does not manage, page-aligned, of at most
 * MEMORY_PAGES_MAX pages. NULL: no slot. */
struct object *memory_create_foreign(struct process *payer, paddr_t base,
                                     uint64_t page_count);

/* Maps pages of `memory` into `process`, which lives and pays for it. All
 * arguments are as the user gave them. On success *number is the mapping's, or 0:
 * page tables have been made, an interrupt is pending, and the call is made again.
 * Errors: E_INVALID (rights; address or page out of range), E_RIGHTS, E_OVERLAP,
 * E_NO_MEMORY, E_NO_SLOT; nothing has changed then, but that page tables may stay. */
struct map_request {
    uint64_t address;
    uint64_t first_page;
    uint64_t page_count;
    uint64_t rights;
    uint64_t granted; /* the rights of the handle to the memory */
};
enum trapeze_error memory_map(struct object *memory, struct process *process,
                              const struct map_request *request, uint64_t *number);

/* The system call, from a caller's registers to its a0. What is asked for most, one
 * page near where the caller has mapped before, trap/fast_map.S does, and this the
 * rest. */
void direct_memory_map(struct process *caller);

/* Errors: E_INVALID (no such mapping of this process's). */
enum trapeze_error memory_unmap(struct process *process, uint64_t number);

/* `granted`: nothing beyond the rights that the mapping was made with can be had.
 * Errors: E_INVALID (no such mapping; rights that do not go together), E_RIGHTS. */
enum trapeze_error memory_protect(struct process *process, uint64_t number,
                                  uint64_t rights);

/* Where page `page` is. The memory is finished, and has so many. */
paddr_t memory_page(struct object *object, uint64_t page);

/* Takes a memory object apart that no handle is good for, wherever it is mapped, until
 * an interrupt is pending. True: it is done, and its slot is free. */
bool memory_destroy(struct object *object);

/* Removes a mapping: of a dying process's, whose page tables are not looked at any more
 * (`process_dies`), or of a living one's. */
void mapping_remove(struct object *object, bool process_dies);
