/* SPDX-License-Identifier: MIT
 *
 * Sv39 page tables (Privileged 1.12, 4.4): three levels of 512 entries.
 *
 *    virtual   38      30 29      21 20      12 11       0
 *             +----------+----------+----------+----------+
 *             | level 2  | level 1  | level 0  |  offset  |
 *             +----------+----------+----------+----------+
 *                  |           |          |
 *    root ---> table ---> table ---> table ---> page of 4 KiB
 *
 * An entry with R, W or X is a leaf: at level 1 it maps 2 MiB, at level 2 1 GiB. This
 * file only edits tables; when a change reaches a hart's cached translations is its
 * callers' business.
 */
#pragma once

#include <trapeze/abi.h>

#include "base/assert.h"
#include "base/inline.h"
#include "memory/address.h"
#include "memory/frame.h"
#include "platform/riscv.h"

#define PAGE_READ 0x02    /* PTE_R */
#define PAGE_WRITE 0x04   /* PTE_W */
#define PAGE_EXECUTE 0x08 /* PTE_X */
#define PAGE_USER 0x10    /* PTE_U */
#define PAGE_GLOBAL 0x20  /* PTE_G */

struct page_table {
    paddr_t root;
    struct frame_list frames; /* the other tables */
    struct budget *pages;     /* that those are charged to; NULL: nobody's */

    /* The level-0 table that was looked for last, which tends to be the next one, too:
     * the last page that it maps, NO_REGION at first, and where its entries would begin
     * if it mapped from address 0 on. Tables stay while there are lookups. */
    uint64_t region;
    uint64_t entries;
};

#define NO_REGION UINT64_MAX
static_assert(REGION_PAGES == LARGE_PAGE_SIZE - PAGE_SIZE, "a table's pages");

/* Where an address leads. */
struct page_walk {
    uint64_t *entry; /* the last entry on the way: a leaf, or an invalid one */
    uint32_t level;  /* that entry's: 0, 1 or 2 */
};

struct page_walk page_table_walk(paddr_t root, vaddr_t address);

/* Maps `bytes` from `address` on to what begins at `target`, in the largest pages that
 * fit; all three are multiples of 4 KiB. `permissions`: the PAGE_*, PAGE_READ among
 * them, never PAGE_WRITE with PAGE_EXECUTE. Tables that are missing are charged,
 * allocated and put into table->frames. Errors: E_NO_MEMORY, E_OVERLAP; what has been
 * mapped before the place of the failure stays. */
enum trapeze_error page_table_map(struct page_table *table, vaddr_t address,
                                  paddr_t target, uint64_t bytes, uint64_t permissions);

/* Makes an allocated frame the table that is missing on the way to an address. */
void page_table_add(struct page_table *table, vaddr_t address, paddr_t frame);

/* page_table_entry's way through the tables. */
uint64_t *page_table_look_up(struct page_table *table, vaddr_t address);

/* The level-0 entry of a page; NULL if there is no table for it. Those of the next
 * pages follow it, up to the end of the table: that is where an entry's address is
 * page-aligned. */
INLINE bool page_table_is_near(const struct page_table *table, vaddr_t address)
{
    return (address.value | REGION_PAGES) == table->region;
}

INLINE uint64_t *page_table_near_entry(const struct page_table *table, vaddr_t address)
{
    return (uint64_t *)(table->entries + (address.value / PAGE_SIZE << ENTRY_SHIFT));
}

static inline uint64_t *page_table_entry(struct page_table *table, vaddr_t address)
{
    return page_table_is_near(table, address) ? page_table_near_entry(table, address)
                                              : page_table_look_up(table, address);
}

/* How many of `count` entries, from `entry` on, are in the same table. */
static inline uint64_t page_table_entries_left(const uint64_t *entry, uint64_t count)
{
    uint64_t left =
        PAGE_TABLE_ENTRIES - (uint64_t)entry / sizeof *entry % PAGE_TABLE_ENTRIES;
    return count < left ? count : left;
}

/* Makes the level-0 tables for `page_count` pages (1 or more) from `address` on, so
 * that they can be mapped without fail; *first is the first one's entry. Errors:
 * E_NO_MEMORY, E_OVERLAP (one of them is mapped); tables that have been made stay. */
enum trapeze_error page_table_reserve(struct page_table *table, vaddr_t address,
                                      uint64_t page_count, uint64_t **first);

/* A leaf. `permissions` as above; A and D are set. */
INLINE uint64_t page_entry(paddr_t target, uint64_t permissions)
{
    assert((permissions & (PAGE_WRITE | PAGE_EXECUTE)) != (PAGE_WRITE | PAGE_EXECUTE));
    assert((permissions & PAGE_READ) != 0);
    return target.value >> PAGE_SHIFT << PTE_PPN_SHIFT | permissions | PTE_A | PTE_D |
           PTE_V;
}

/* Where an entry leads. */
static inline paddr_t page_entry_target(uint64_t entry)
{
    return paddr(entry >> PTE_PPN_SHIFT << PAGE_SHIFT);
}
