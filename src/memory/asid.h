/* SPDX-License-Identifier: MIT
 *
 * Address-space identifiers: which ASID an address space has, and when one may be used
 * again.
 *
 * ASIDs are handed out in order and never given back. When they run out, a new
 * generation begins: every translation that the hart has cached is forgotten once, and
 * an address space of an older generation gets a new ASID the next time it is
 * activated. ASID 0 is the kernel's own tables'. A hart without ASIDs, or with too few
 * for even one, begins a generation at every activation.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct asid {
    uint64_t generation; /* 0: never had one */
    uint16_t number;
};

/* What asid_assign did, so that its caller forgets what it must. */
enum asid_result {
    ASID_NEW,        /* a fresh one: nothing can be cached under it */
    ASID_GENERATION, /* a fresh one of a new generation: forget everything cached
                      */
    ASID_NONE,       /* there are none: forget all but the global entries */
};

/* `bits` wide: 0 to 16. */
void asid_init(uint32_t bits);

uint32_t asid_bits(void);

/* Counts from 1; without ASIDs it stays where no address space's generation ever is. */
extern uint64_t asid_generation;

/* Whether the ASID that the address space has is still its own. */
static inline bool asid_is_current(const struct asid *asid)
{
    return asid->generation == asid_generation;
}

/* Gives an address space that is about to run the next ASID; its own is not current. */
enum asid_result asid_assign(struct asid *asid);
