/* SPDX-License-Identifier: MIT
 *
 * An address space: a root table whose upper half is the kernel's, an ASID, and its
 * other tables in one chain, so that giving them back needs no walk. The pages that it
 * maps are not its own.
 *
 * The ASID is the process's slot + 1, or 0 where the harts have not so many: then what
 * is cached has to be forgotten at each switch. 0 is also the kernel's own, for idling
 * and for processes that are taking themselves apart. Who has to forget what, and when,
 * is sched/translations.h's business.
 */
#pragma once

#include <stddef.h>

#include "memory/address.h"
#include "memory/page_table.h"

struct address_space {
    struct page_table table;
    uint16_t asid; /* 0: shared with others, since the harts have too few */
    uint64_t satp;
};

/* The kernel's own tables, on which every root's upper half is modelled from now on,
 * and the hart's ASIDs, at most `asid_bits_limit` bits of them. This hart uses both. */
void address_space_init(paddr_t kernel_root, uint32_t asid_bits_limit);

/* Whether another hart, this one, has as many ASIDs. */
bool address_space_suits_hart(void);

uint32_t address_space_asid_bits(void);

/* The kernel's own tables, with nothing in the lower half. */
uint64_t address_space_kernel_satp(void);

/* An empty lower half, whose tables are charged to `pages`, but for the root, which the
 * caller has charged. `slot`: its process's. False: no frame. */
bool address_space_create(struct address_space *space, struct budget *pages,
                          uint32_t slot);

/* Gives one table back. False: only the root is left. The space must not be active. */
bool address_space_shrink(struct address_space *space);

/* Gives the root back, when address_space_shrink has nothing left to do. */
void address_space_destroy(struct address_space *space);
