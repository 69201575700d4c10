/* SPDX-License-Identifier: MIT
 *
 * An address space: a root table whose upper half is the kernel's, an ASID, and every
 * frame that serves it, pages and tables alike, in one chain. Giving the frames back
 * therefore needs no walk.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "memory/address.h"
#include "memory/asid.h"
#include "memory/frame.h"
#include "memory/page_table.h"
#include "platform/csr.h"

struct address_space {
    struct page_table table; /* its frames are the space's pages, too */
    struct asid asid;
    uint64_t satp; /* valid while the ASID is of the current generation */
};

/* The kernel's own tables, on which every root's upper half is modelled from now on,
 * and the hart's ASIDs, at most `asid_bits_limit` bits of them. */
void address_space_init(paddr_t kernel_root, uint32_t asid_bits_limit);

/* An empty lower half. False: no frame. */
bool address_space_create(struct address_space *space);

/* Maps a new page at `address` (page-aligned, below USER_TOP) with `permissions`; *page
 * is where the kernel reaches its contents, which are undefined: the caller fills all
 * of it. */
enum page_result address_space_add_page(struct address_space *space, vaddr_t address,
                                        uint64_t permissions, void **page);

/* Gives one frame back. False: only the root is left. The space must not be active. */
bool address_space_shrink(struct address_space *space);

/* Gives the root back, when address_space_shrink has nothing left to do. */
void address_space_destroy(struct address_space *space);

/* The rest of address_space_activate, with a new ASID or none. */
void address_space_renew(struct address_space *space);

/* Makes it this hart's. NULL: the kernel's own tables, with nothing in the lower
 * half. */
static inline void address_space_activate(struct address_space *space)
{
    if (space != NULL && asid_is_current(&space->asid))
        csr_write(satp, space->satp);
    else
        address_space_renew(space);
}
