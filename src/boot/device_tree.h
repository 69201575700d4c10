/* SPDX-License-Identifier: MIT
 *
 * Reads the flattened device tree that the firmware hands over (Devicetree
 * Specification 0.4, chapter 5) into a structure of facts. Every byte is taken as
 * hostile: whatever the blob holds, nothing outside it is read, and the answer is a set
 * of facts or one error.
 *
 * What it relies on: an address in a `reg` is the CPU's address (buses with an empty
 * `ranges` or none). Devices below a bus that translates addresses are passed over, and
 * so is every node whose status is something else than okay, with all below it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_TREE_MAX_MEMORY 8
#define DEVICE_TREE_MAX_RESERVED 32
#define DEVICE_TREE_MAX_HARTS 64

/* base + length never wraps. */
struct device_tree_range {
    uint64_t base;
    uint64_t length; /* 0: there is none */
};

/* What a hart has, by its ISA (string or list) and its mmu-type. */
#define HART_HAS_D (1U << 0) /* F and D: an FPU for doubles */
#define HART_HAS_SSTC (1U << 1)
#define HART_HAS_SVADE (1U << 2) /* faults where a page-table entry lacks A or D */
#define HART_HAS_SV39 (1U << 3)  /* or Sv48 or Sv57, which include it */

#define PLIC_NO_CONTEXT UINT32_MAX

struct device_tree_hart {
    uint64_t id;
    uint32_t flags;        /* HART_HAS_* */
    uint32_t plic_context; /* its S-mode context at the PLIC, or PLIC_NO_CONTEXT */
    uint32_t intc_phandle; /* of its interrupt controller, 0 if there is none */
};

/* An ns16550a or one that is used like it. */
struct device_tree_uart {
    struct device_tree_range registers;
    uint32_t reg_shift; /* a register's offset is its number << reg_shift; at most 4 */
    uint32_t reg_io_width; /* bytes of one access: 1, 2 or 4 */
    uint32_t interrupt;    /* at the PLIC; 0: none */
};

struct device_tree_facts {
    /* RAM, sorted by base, disjoint, none empty. */
    struct device_tree_range memory[DEVICE_TREE_MAX_MEMORY];
    size_t memory_count;
    size_t memory_dropped; /* ranges that found no place: they stay unused */

    /* What must not be used of it: the memory reservation block, /reserved-memory and
     * the blob itself; not the initrd. Sorted by base, none empty; they may overlap. */
    struct device_tree_range reserved[DEVICE_TREE_MAX_RESERVED];
    size_t reserved_count;

    /* Harts whose status is okay, in the order of the tree; ids are unique. */
    struct device_tree_hart harts[DEVICE_TREE_MAX_HARTS];
    size_t hart_count;
    size_t harts_dropped; /* harts that found no place */
    uint64_t timebase_hz;

    struct device_tree_range plic;
    uint32_t plic_source_count; /* its interrupts 1 to plic_source_count exist */

    /* The one that /chosen's stdout-path names, none if that is another kind of device;
     * the first one if /chosen names nothing. */
    struct device_tree_uart uart;
    struct device_tree_range test_finisher; /* sifive,test0 or test1 */
    struct device_tree_range initrd;

    /* /chosen's bootargs: points into the blob, without the NUL; "" if there are none.
     */
    const char *bootargs;
    size_t bootargs_length;

    uint32_t total_bytes;  /* of the blob */
    uint32_t error_offset; /* in the blob: the node or token where an error was found */
};

/* Returns NULL, or what is wrong with the tree, to follow "device tree: ". After an
 * error *result holds what was found before it. `capacity` is how many bytes can be
 * read at `blob`, which need not be aligned; `physical` is its physical address, under
 * which it enters the reserved ranges. */
const char *device_tree_parse(const void *blob, size_t capacity, uint64_t physical,
                              struct device_tree_facts *result);
