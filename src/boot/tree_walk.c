/* SPDX-License-Identifier: MIT
 *
 * The structure block is a row of 32-bit tokens and what belongs to them (Devicetree
 * Specification 0.4, 5.4):
 *
 *   BEGIN_NODE name, PROPERTY length name value, ..., BEGIN_NODE ... END_NODE,
 *   END_NODE, END
 *
 * The properties of a node come before its children, so a node is known as a whole
 * before the first of them. Lengths and offsets are computed in 64 bits, of numbers of
 * 32 bits: no sum of them wraps.
 */
#include "boot/tree_walk.h"

#include "base/string.h"

#define HEADER_BYTES 40
#define MAGIC 0xd00dfeedU
#define VERSION 17U

#define TOKEN_BEGIN_NODE 1U
#define TOKEN_END_NODE 2U
#define TOKEN_PROPERTY 3U
#define TOKEN_NOP 4U
#define TOKEN_END 9U

bool same_text(const char *left, const char *right)
{
    return strncmp(left, right, SIZE_MAX / 2) == 0;
}

uint64_t tree_cells(const uint8_t *value, uint64_t cells)
{
    uint64_t number = 0;
    for (uint64_t i = 0; i < 4 * cells; i++)
        number = number << 8 | value[i];
    return number;
}

static uint64_t word(const struct tree_walk *walk, uint64_t offset)
{
    return tree_cells(walk->blob + offset, 1);
}

bool tree_fail(struct tree_walk *walk, const char *error)
{
    if (walk->error == NULL)
        walk->error = error;
    return false;
}

bool tree_open(struct tree_walk *walk, const void *blob, size_t capacity)
{
    memset(walk, 0, sizeof *walk);
    walk->blob = blob;
    if (capacity < HEADER_BYTES || word(walk, 0) != MAGIC)
        return tree_fail(walk, "the blob does not begin with 0xd00dfeed");
    if (word(walk, 20) < VERSION || word(walk, 24) > VERSION)
        return tree_fail(walk, "the format is not compatible with version 17");
    walk->total_bytes = word(walk, 4);
    walk->cursor = word(walk, 8);
    walk->end = walk->cursor + word(walk, 36) / 4 * 4;
    walk->strings = word(walk, 12);
    walk->strings_end = walk->strings + word(walk, 32);
    if (walk->total_bytes > capacity || walk->end > walk->total_bytes ||
        walk->strings_end > walk->total_bytes)
        return tree_fail(walk, "the blob or a block reaches beyond its end");
    if (walk->strings_end == walk->strings || walk->blob[walk->strings_end - 1] != '\0')
        return tree_fail(walk, "the strings block does not end with a NUL");
    walk->closed = TREE_MAX_DEPTH;
    return true;
}

/* The token at the cursor, past NOPs; 0, which is none, after an error and, with an
 * error, at the end of the block. */
static uint64_t peek_token(struct tree_walk *walk)
{
    for (; walk->error == NULL && walk->cursor + 4 <= walk->end; walk->cursor += 4) {
        walk->item = walk->cursor;
        if (word(walk, walk->cursor) != TOKEN_NOP)
            return word(walk, walk->cursor);
    }
    return tree_fail(walk, "the structure block ends before its end token");
}

/* Reads the property at the cursor, if there is one. */
static bool read_property(struct tree_walk *walk)
{
    if (peek_token(walk) != TOKEN_PROPERTY)
        return false;
    const uint64_t value = walk->cursor + 12;
    if (value > walk->end || value + word(walk, value - 8) > walk->end ||
        walk->strings + word(walk, value - 4) >= walk->strings_end)
        return tree_fail(walk, "a property or its name reaches beyond its block");
    if (walk->property_count == TREE_MAX_PROPERTIES)
        return tree_fail(walk, "a node has more than 64 properties");
    const uint64_t length = word(walk, value - 8);
    walk->properties[walk->property_count++] = (struct tree_property){
        (const char *)walk->blob + walk->strings + word(walk, value - 4),
        walk->blob + value, length};
    walk->cursor = value + (length + 3) / 4 * 4;
    return true;
}

/* Reads the node whose BEGIN_NODE is at the cursor. */
static bool read_node(struct tree_walk *walk)
{
    const uint64_t begin = walk->cursor;
    uint64_t name_end = begin + 4;
    while (name_end < walk->end && walk->blob[name_end] != '\0')
        name_end++;
    if (name_end == walk->end)
        return tree_fail(walk, "a node's name does not end");
    if (walk->depth == TREE_MAX_DEPTH)
        return tree_fail(walk, "nodes are nested more than 16 deep");
    walk->cursor += (name_end - begin + 4) / 4 * 4;
    walk->property_count = 0;
    while (read_property(walk))
        ;
    walk->item = begin;
    const uint64_t parent = walk->levels[walk->depth++].interrupt_parent;
    walk->levels[walk->depth] = (struct tree_level){
        (const char *)walk->blob + begin + 4, tree_number(walk, "#address-cells", 2),
        tree_number(walk, "#size-cells", 1),
        tree_number(walk, "interrupt-parent", parent)};
    return walk->error == NULL;
}

/* Whether the node that has been read may be used. */
static bool is_open(struct tree_walk *walk)
{
    const char *status = tree_text(walk, "status");
    const bool okay = *status == '\0' || strncmp(status, "ok", 2) == 0;
    const struct tree_property *ranges = tree_find(walk, "ranges");
    if (walk->depth > walk->closed)
        return false;
    const bool stays_open = okay && (ranges == NULL || ranges->length == 0);
    walk->closed = stays_open ? TREE_MAX_DEPTH : walk->depth;
    return okay;
}

bool tree_next_node(struct tree_walk *walk)
{
    for (;;) {
        const uint64_t token = peek_token(walk);
        if (token == TOKEN_END && walk->depth == 0)
            return false;
        if (token == TOKEN_BEGIN_NODE) {
            if (!read_node(walk) || is_open(walk))
                return walk->error == NULL;
        } else if (token == TOKEN_END_NODE && walk->depth > 0) {
            walk->depth--;
            walk->cursor += 4;
        } else {
            return tree_fail(walk, "unknown or misplaced token in the structure block");
        }
    }
}

const struct tree_property *tree_find(const struct tree_walk *walk, const char *name)
{
    for (uint32_t i = 0; i < walk->property_count; i++) {
        if (*walk->properties[i].name == *name &&
            same_text(walk->properties[i].name, name))
            return &walk->properties[i];
    }
    return NULL;
}

uint64_t tree_number(struct tree_walk *walk, const char *name, uint64_t otherwise)
{
    const struct tree_property *property = tree_find(walk, name);
    if (property == NULL)
        return otherwise;
    if (property->length != 4 && property->length != 8)
        return tree_fail(walk, "a number is not one or two cells");
    return tree_cells(property->value, property->length / 4);
}

const char *tree_text(struct tree_walk *walk, const char *name)
{
    const struct tree_property *property = tree_find(walk, name);
    if (property == NULL)
        return "";
    if (property->length != 0 && property->value[property->length - 1] == '\0')
        return (const char *)property->value;
    tree_fail(walk, "a string does not end with a NUL");
    return "";
}

bool tree_lists(struct tree_walk *walk, const char *name, const char *text)
{
    const struct tree_property *list = tree_find(walk, name);
    const char *entry = tree_text(walk, name);
    const char *end = entry + (list == NULL || *entry == '\0' ? 0 : list->length);
    while (entry < end && !same_text(entry, text))
        entry += strlen(entry) + 1;
    return entry < end;
}

bool tree_reg(struct tree_walk *walk, uint64_t index, uint64_t *start, uint64_t *end)
{
    const struct tree_property *reg = tree_find(walk, "reg");
    const uint64_t address_cells = walk->levels[walk->depth - 1].address_cells;
    const uint64_t size_cells = walk->levels[walk->depth - 1].size_cells;
    const uint64_t entry_bytes = 4 * (address_cells + size_cells);
    if (reg == NULL || walk->error != NULL)
        return false;
    if (address_cells < 1 || address_cells > 2 || size_cells > 2 ||
        reg->length % entry_bytes != 0)
        return tree_fail(walk, "a reg does not suit #address-cells and #size-cells");
    if (index >= reg->length / entry_bytes)
        return false;
    const uint8_t *entry = reg->value + index * entry_bytes;
    *start = tree_cells(entry, address_cells);
    *end = *start + tree_cells(entry + 4 * address_cells, size_cells);
    return *start <= *end || tree_fail(walk, "a range reaches beyond the last address");
}
