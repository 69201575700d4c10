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
    /* The phandle of its own interrupt controller, or 0; the PLIC's context for it in
     * S-mode, or PLIC_NO_CONTEXT. */
    uint32_t intc, plic_context;
    bool has_d, has_sstc; /* an FPU for doubles; a timer register */
};

/* A range that is empty: there is none. */
struct device_tree_facts {
    struct range_set memory;   /* RAM */
    struct range_set reserved; /* what must not be used of it, the initrd apart */
    struct range initrd;
    const char *bootargs; /* in the blob; "" if there are none */
    uint64_t timebase_hz;

    uint64_t hart_count; /* harts whose status is okay */
    /* First the one that is asked about, then the others; what does not fit is the
     * last, which is none. */
    struct tree_hart harts[TREE_HARTS_MAX + 1];

    struct range test_finisher; /* sifive,test0 */
    struct range plic;          /* the one that the first UART is at, or else any */
    uint64_t plic_sources;      /* its interrupts 1 to plic_sources exist */

    uint64_t total_bytes;  /* of the blob */
    uint64_t error_offset; /* in it: the node or token where an error was found */
};

/* Returns NULL, or what is wrong with the tree, to follow "device tree: ". After an
 * error *result holds what was found before it. `capacity` is how many bytes can be
 * read at `blob`, which need not be aligned. */
const char *device_tree_parse(const void *blob, size_t capacity, uint64_t hart_id,
                              struct device_tree_facts *result);
