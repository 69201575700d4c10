/* SPDX-License-Identifier: MIT
 *
 * Goes through a flattened device tree node by node and reads properties; device_tree.c
 * knows what they mean. Nothing outside the blob is read, whatever it holds.
 *
 * An error sticks: the first is kept, the readers give neutral values from then on, and
 * the walk ends at its next step. So a caller looks at `error` only where it likes to.
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
    uint32_t length;
};

struct tree_walk {
    const uint8_t *blob;
    uint32_t total_bytes;
    const uint8_t *cursor; /* the next token */
    const uint8_t *end;    /* of the structure block */
    const char *strings;
    uint32_t strings_length;
    const uint8_t *item; /* what is being read, for the report of an error */
    const char *error;   /* NULL: none yet */

    /* The current node. */
    uint32_t depth; /* the root's is 1 */
    const char *name;
    struct tree_property properties[TREE_MAX_PROPERTIES];
    uint32_t property_count;

    /* From the root down to it: what each node says of its children's reg, and a hash
     * of the path that leads to it. */
    struct {
        uint32_t address_cells;
        uint32_t size_cells;
        uint64_t path_hash;
    } levels[TREE_MAX_DEPTH + 1];
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
uint64_t tree_cells(const uint8_t *value, uint32_t cells);

/* A path's hash is that of its parent's, gone on with "/name". */
uint64_t tree_hash(uint64_t hash, const char *text, size_t length);

/* A property of the current node, NULL if it has no such; as a number (of one or two
 * cells); as a string ("" if there is none; the property ends with a NUL, and may hold
 * further strings). */
const struct tree_property *tree_find(const struct tree_walk *walk, const char *name);
uint64_t tree_number(struct tree_walk *walk, const char *name, uint64_t otherwise);
const char *tree_text(struct tree_walk *walk, const char *name);
bool tree_text_is(struct tree_walk *walk, const char *name, const char *text);

/* Entry `index` of its reg. False: there are not so many, or an error. */
bool tree_reg(struct tree_walk *walk, uint32_t index, uint64_t *base, uint64_t *length);

/* strcmp(left, right) == 0 */
static inline bool same_text(const char *left, const char *right)
{
    for (; *left == *right; left++, right++) {
        if (*left == '\0')
            return true;
    }
    return false;
}
