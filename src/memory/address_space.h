/* SPDX-License-Identifier: MIT
 *
 * An address space: a root table whose upper half is the kernel's, an ASID, and its
 * other tables in one chain, so that giving them back needs no walk. The pages that it
 * maps are not its own.
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
    struct page_table table;
    struct asid asid;
    uint64_t satp; /* valid while the ASID is of the current generation */
};

/* The kernel's own tables, on which every root's upper half is modelled from now on,
 * and the hart's ASIDs, at most `asid_bits_limit` bits of them. */
void address_space_init(paddr_t kernel_root, uint32_t asid_bits_limit);

/* An empty lower half, whose tables are charged to `pages`, but for the root, which the
 * caller has charged. False: no frame. */
bool address_space_create(struct address_space *space, struct budget *pages);

/* Pages have been mapped, unmapped or protected otherwise: makes the hart see it,
 * instructions too if they are `executable`. */
void address_space_changed(const struct address_space *space, bool executable);

/* The same for one page. */
static inline void address_space_page_changed(const struct address_space *space,
                                              vaddr_t address, bool executable)
{
    /* Where the space has no ASID of this generation, nothing of it is cached, and
     * this forgets somebody else's pages in vain; the hart may also remember that
     * nothing was mapped. */
    fence_address_space_page(address.value, space->asid.number);
    if (executable)
        fence_instructions();
}

/* Gives one table back. False: only the root is left. The space must not be active. */
bool address_space_shrink(struct address_space *space);

/* Gives the root back, when address_space_shrink has nothing left to do. */
void address_space_destroy(struct address_space *space);

/* The rest of address_space_activate, with a new ASID or none. */
void address_space_renew(struct address_space *space);

/* Makes it this hart's. NULL: the kernel's own tables, with nothing in the lower
 * half. */
static inline __attribute__((always_inline)) void
address_space_activate(struct address_space *space)
{
    if (space != NULL && asid_is_current(&space->asid))
        csr_write(satp, space->satp);
    else
        address_space_renew(space);
}
