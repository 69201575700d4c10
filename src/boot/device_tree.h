/* SPDX-License-Identifier: MIT
 *
 * Reads from the flattened device tree that the firmware hands over (Devicetree
 * Specification 0.4, chapter 5) what the kernel needs to know. Every byte is taken as
 * hostile: whatever the blob holds, nothing outside it is read, and the answer is a set
 * of facts or one error.
 */
#pragma once

#include <stddef.h>

#include "memory/range.h"

#define PLIC_NO_CONTEXT UINT32_MAX
#define TREE_HARTS_MAX 64

struct tree_hart {
    uint64_t id;
    bool has_d; /* an FPU for doubles */
    bool has_sstc;
};

/* A range that is empty: there is none. */
struct device_tree_facts {
    struct range_set memory;   /* RAM */
    struct range_set reserved; /* what must not be used of it, the initrd apart */
    struct range initrd;
    const char *bootargs; /* in the blob; "" if there are none */
    uint64_t timebase_hz;

    uint64_t hart_count;                    /* harts whose status is okay */
    struct tree_hart harts[TREE_HARTS_MAX]; /* the first of them */
    struct tree_hart hart;                  /* the one that is asked about */

    struct range test_finisher; /* sifive,test0 */
    struct range plic;
    uint64_t plic_sources; /* its interrupts 1 to plic_sources exist */
    uint64_t plic_context; /* the hart's for S-mode, or PLIC_NO_CONTEXT */

    uint64_t total_bytes;  /* of the blob */
    uint64_t error_offset; /* in it: the node or token where an error was found */
};

/* Returns NULL, or what is wrong with the tree, to follow "device tree: ". After an
 * error *result holds what was found before it. `capacity` is how many bytes can be
 * read at `blob`, which need not be aligned. */
const char *device_tree_parse(const void *blob, size_t capacity, uint64_t hart_id,
                              struct device_tree_facts *result);
