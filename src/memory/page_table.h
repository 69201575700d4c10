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

#include <stdint.h>

#include "memory/address.h"
#include "memory/frame.h"

#define PAGE_READ 0x02    /* PTE_R */
#define PAGE_WRITE 0x04   /* PTE_W */
#define PAGE_EXECUTE 0x08 /* PTE_X */
#define PAGE_USER 0x10    /* PTE_U */
#define PAGE_GLOBAL 0x20  /* PTE_G */

enum page_result {
    PAGE_DONE,
    PAGE_NO_MEMORY, /* no frame for a table */
    PAGE_OVERLAP,   /* something is mapped there already */
};

struct page_table {
    paddr_t root;
    struct frame_list frames; /* the other tables, and what its owner adds to them */
};

/* Where an address leads. */
struct page_walk {
    uint64_t *entry; /* the last entry on the way: a leaf, or an invalid one */
    uint32_t level;  /* that entry's: 0, 1 or 2 */
};

struct page_walk page_table_walk(paddr_t root, vaddr_t address);

/* Maps `bytes` from `address` on to what begins at `target`, in the largest pages that
 * fit; all three are multiples of 4 KiB. `permissions`: the PAGE_*, PAGE_READ among
 * them, never PAGE_WRITE with PAGE_EXECUTE. A and D are set from the start. Tables that
 * are missing are allocated and put into table->frames. On failure, what has been
 * mapped before the place of the failure stays. */
enum page_result page_table_map(struct page_table *table, vaddr_t address,
                                paddr_t target, uint64_t bytes, uint64_t permissions);

/* Removes the leaf that maps `address`, and returns where it led; PADDR_NONE if
 * nowhere. */
paddr_t page_table_unmap(paddr_t root, vaddr_t address);
