/* SPDX-License-Identifier: MIT
 *
 * Goes through a flattened device tree node by node and reads properties; what they
 * mean is for others to know: the kernel takes from the tree what it needs itself, and
 * the first process, which this is compiled into as well, what its drivers need.
 * Nothing outside the blob is read, whatever it holds.
 *
 * An error sticks: the first is kept, the readers give neutral values from then on, and
 * the walk ends at its next step. So a caller looks at `error` only where it likes to.
 *
 * An address in a `reg` is taken for the CPU's (buses with an empty `ranges` or none).
 * So what is below a bus that translates addresses is passed over, and so is every node
 * whose status is something else than okay, with all below it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_MAX_DEPTH 16
#define TREE_MAX_PROPERTIES 64

struct tree_property {
    const char *name;
    const uint8_t *value; /* at any alignment */
    uint64_t length;
};

/* What a node says of its children: of their reg, and to whom their interrupts go (a
 * phandle, or 0), as far as they do not say so themselves. And its name, so that the
 * names from level 2 on are its path. */
struct tree_level {
    const char *name;
    uint64_t address_cells, size_cells, interrupt_parent;
};

struct tree_walk {
    const uint8_t *blob;
    const char *error;    /* NULL: none yet */
    uint64_t total_bytes; /* of the blob; the following are offsets in it */
    uint64_t item;        /* what is being read, for the report of an error */
    uint64_t cursor, end; /* the next token, and the end of the structure block */
    uint64_t strings, strings_end;

    /* The current node, and the levels from the root, which is 1, down to it. */
    struct tree_property properties[TREE_MAX_PROPERTIES];
    uint32_t property_count;
    uint32_t depth;
    uint32_t closed; /* what is deeper is passed over */
    struct tree_level levels[TREE_MAX_DEPTH + 1];
};

/* Checks the header, and stands before the root. False: an error. */
bool tree_open(struct tree_walk *walk, const void *blob, size_t capacity);

/* Keeps an error, unless there is one already. Returns false, for its caller to return.
 */
bool tree_fail(struct tree_walk *walk, const char *error);

/* Goes on to the next node, in the order of the blob, and reads its properties. False:
 * the end, or an error. */
bool tree_next_node(struct tree_walk *walk);

/* A number of 0, 1 or 2 cells. */
uint64_t tree_cells(const uint8_t *value, uint64_t cells);

/* A property of the current node, NULL if it has no such; as a number (of one or two
 * cells); as a string ("" if there is none; the property ends with a NUL). */
const struct tree_property *tree_find(const struct tree_walk *walk, const char *name);
uint64_t tree_number(struct tree_walk *walk, const char *name, uint64_t otherwise);
const char *tree_text(struct tree_walk *walk, const char *name);

/* Whether a property, which is a list of strings, holds this one. */
bool tree_lists(struct tree_walk *walk, const char *name, const char *text);

/* Entry `index` of its reg, from *start to before *end. False: there are not so many,
 * or an error. */
bool tree_reg(struct tree_walk *walk, uint64_t index, uint64_t *start, uint64_t *end);

/* strcmp(left, right) == 0 */
bool same_text(const char *left, const char *right);
