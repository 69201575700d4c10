/* SPDX-License-Identifier: MIT
 *
 * What the two ways of mapping pages have in common: memory_object.c's, and
 * map_quickly.c's.
 */
#pragma once

#include "object/memory_object.h"

#define ACCESS (RIGHT_READ | RIGHT_WRITE | RIGHT_EXECUTE)

/* From the rights of a mapping to a page's permissions. */
#define PERMISSIONS_SHIFT 2
static_assert(RIGHT_READ >> PERMISSIONS_SHIFT == PAGE_READ, "rights");
static_assert(RIGHT_WRITE >> PERMISSIONS_SHIFT == PAGE_WRITE, "rights");
static_assert(RIGHT_EXECUTE >> PERMISSIONS_SHIFT == PAGE_EXECUTE, "rights");

/* Writing and executing take reading: the page tables know no page without. Of the sums
 * of rights those that are no more have not both. */
#define RIGHTS_MOST (RIGHT_READ | RIGHT_EXECUTE)
static_assert(RIGHT_READ < RIGHT_WRITE && RIGHT_EXECUTE == 2 * RIGHT_WRITE, "rights");

static inline __attribute__((always_inline)) bool rights_go_together(uint64_t rights)
{
    return rights - 1 < RIGHTS_MOST;
}

static inline __attribute__((always_inline)) bool rights_are_granted(uint64_t rights,
                                                                     uint64_t granted)
{
    return ((rights | RIGHT_READ) & ~(granted & ACCESS)) == 0;
}

/* The page-table entry of a page of a mapping with these rights. */
static inline __attribute__((always_inline)) uint64_t entry_for(paddr_t page,
                                                                uint64_t rights)
{
    return page_entry(page, (rights | RIGHT_READ) >> PERMISSIONS_SHIFT | PAGE_USER);
}

/* `page_count`: 1 to MAP_PAGES_MAX. */
static inline __attribute__((always_inline)) bool
window_is_sound(const struct memory_object *memory, uint64_t address,
                uint64_t first_page, uint64_t page_count)
{
    const uint64_t lowest = USER_BOTTOM / PAGE_SIZE, end = USER_TOP / PAGE_SIZE;
    return first_page < memory->page_count &&
           page_count <= memory->page_count - first_page && address % PAGE_SIZE == 0 &&
           address / PAGE_SIZE - lowest <= end - lowest - page_count;
}

/* Where the slot has come from, and what it is charged to, is the caller's business. */
static inline __attribute__((always_inline)) void
fill_mapping(struct object *object, struct object *memory,
             const struct map_request *request)
{
    object->mapping.memory = memory;
    object->mapping.address = request->address;
    object->mapping.first_page = (uint32_t)request->first_page;
    object->mapping.page_count = (uint8_t)request->page_count;
    object->mapping.granted = (uint8_t)request->granted;
    object->mapping.rights = (uint8_t)(request->rights | RIGHT_READ);
    list_append_new(&memory->memory.mappings, &object->mapping.of_memory);
    list_append_new(&object->payer->mappings, &object->owned);
}
