/* SPDX-License-Identifier: MIT
 *
 * The structure block is a row of 32-bit tokens and what belongs to them (Devicetree
 * Specification 0.4, 5.4):
 *
 *   BEGIN_NODE name, PROPERTY length name value, ..., BEGIN_NODE ... END_NODE,
 * END_NODE, END
 *
 * The properties of a node come before its children, so a node is known as a whole
 * before the first of them.
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

static uint32_t read_be32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

static size_t bytes_left(const struct tree_walk *walk)
{
    return (size_t)(walk->end - walk->cursor);
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
    walk->blob = walk->item = blob;
    if (capacity < HEADER_BYTES)
        return tree_fail(walk, "the blob is truncated");
    if (read_be32(walk->blob) != MAGIC)
        return tree_fail(walk, "the blob does not begin with 0xd00dfeed");
    if (read_be32(walk->blob + 20) < VERSION || read_be32(walk->blob + 24) > VERSION)
        return tree_fail(walk, "the format is not compatible with version 17");
    const uint32_t total = read_be32(walk->blob + 4);
    const uint32_t structure = read_be32(walk->blob + 8);
    const uint32_t strings = read_be32(walk->blob + 12);
    const uint32_t strings_length = read_be32(walk->blob + 32);
    const uint32_t structure_length = read_be32(walk->blob + 36);
    if (total > capacity)
        return tree_fail(walk, "the blob is truncated");
    if (structure > total || structure_length > total - structure || strings > total ||
        strings_length > total - strings)
        return tree_fail(walk, "a block reaches beyond the blob");
    if (strings_length != 0 && walk->blob[strings + strings_length - 1] != '\0')
        return tree_fail(walk, "the strings block does not end with a NUL");
    walk->total_bytes = total;
    walk->cursor = walk->blob + structure;
    walk->end = walk->cursor + structure_length / 4 * 4;
    walk->strings = (const char *)walk->blob + strings;
    walk->strings_length = strings_length;
    return true;
}

/* The token at the cursor; 0, which is none, and an error at the end of the block. */
static uint32_t peek_token(struct tree_walk *walk)
{
    walk->item = walk->cursor;
    if (bytes_left(walk) >= 4)
        return read_be32(walk->cursor);
    tree_fail(walk, "the structure block ends before its end token");
    return 0;
}

/* Reads the property at the cursor, if there is one. */
static bool read_property(struct tree_walk *walk)
{
    uint32_t token;
    while ((token = peek_token(walk)) == TOKEN_NOP)
        walk->cursor += 4;
    if (token != TOKEN_PROPERTY)
        return false;
    if (bytes_left(walk) < 12 || read_be32(walk->cursor + 4) > bytes_left(walk) - 12)
        return tree_fail(walk, "a property reaches beyond the structure block");
    if (read_be32(walk->cursor + 8) >= walk->strings_length)
        return tree_fail(walk, "a property's name lies outside the strings block");
    if (walk->property_count == TREE_MAX_PROPERTIES)
        return tree_fail(walk, "a node has more than 64 properties");
    const size_t length = read_be32(walk->cursor + 4);
    walk->properties[walk->property_count++] =
        (struct tree_property){walk->strings + read_be32(walk->cursor + 8),
                               walk->cursor + 12, (uint32_t)length};
    walk->cursor += 12 + (length + 3) / 4 * 4;
    return true;
}

/* Reads the node whose BEGIN_NODE is at the cursor. */
static bool read_node(struct tree_walk *walk)
{
    const uint8_t *begin = walk->cursor;
    const char *name = (const char *)begin + 4;
    size_t length = 0;

    while (length < bytes_left(walk) - 4 && name[length] != '\0')
        length++;
    if (length == bytes_left(walk) - 4)
        return tree_fail(walk, "a node's name does not end");
    if (walk->depth == TREE_MAX_DEPTH)
        return tree_fail(walk, "nodes are nested more than 16 deep");
    walk->name = name;
    walk->cursor += 4 + (length + 4) / 4 * 4;
    walk->property_count = 0;
    while (read_property(walk))
        ;
    walk->item = begin;
    uint64_t path_hash = walk->levels[walk->depth++].path_hash;
    if (walk->depth > 1) /* the root's path is empty here: "/" is before each name */
        path_hash = tree_hash(tree_hash(path_hash, "/", 1), name, length);
    walk->levels[walk->depth].path_hash = path_hash;
    walk->levels[walk->depth].address_cells =
        (uint32_t)tree_number(walk, "#address-cells", 2);
    walk->levels[walk->depth].size_cells =
        (uint32_t)tree_number(walk, "#size-cells", 1);
    return walk->error == NULL;
}

bool tree_next_node(struct tree_walk *walk)
{
    for (;; walk->cursor += 4) {
        const uint32_t token = peek_token(walk);
        if (walk->error != NULL || (token == TOKEN_END && walk->depth == 0))
            return false;
        if (token == TOKEN_BEGIN_NODE)
            return read_node(walk);
        if (token == TOKEN_END_NODE && walk->depth > 0)
            walk->depth--;
        else if (token != TOKEN_NOP)
            return tree_fail(walk, "unknown or misplaced token in the structure block");
    }
}

uint64_t tree_cells(const uint8_t *value, uint32_t cells)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < cells; i++)
        number = number << 32 | read_be32(value + 4 * i);
    return number;
}

/* FNV-1a */
uint64_t tree_hash(uint64_t hash, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3;
    return hash;
}

const struct tree_property *tree_find(const struct tree_walk *walk, const char *name)
{
    for (uint32_t i = 0; i < walk->property_count; i++) {
        if (same_text(walk->properties[i].name, name))
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

bool tree_text_is(struct tree_walk *walk, const char *name, const char *text)
{
    return same_text(tree_text(walk, name), text);
}

bool tree_reg(struct tree_walk *walk, uint32_t index, uint64_t *base, uint64_t *length)
{
    const struct tree_property *reg = tree_find(walk, "reg");
    const uint32_t base_cells = walk->levels[walk->depth - 1].address_cells;
    const uint32_t length_cells = walk->levels[walk->depth - 1].size_cells;
    const uint32_t entry_bytes = 4 * (base_cells + length_cells);

    if (reg == NULL || walk->error != NULL)
        return false;
    if (base_cells < 1 || base_cells > 2 || length_cells < 1 || length_cells > 2)
        return tree_fail(walk, "#address-cells or #size-cells does not suit a reg");
    if (reg->length == 0 || reg->length % entry_bytes != 0)
        return tree_fail(walk, "a reg is not a number of whole entries");
    if (index >= reg->length / entry_bytes)
        return false;
    const uint8_t *entry = reg->value + index * entry_bytes;
    *base = tree_cells(entry, base_cells);
    *length = tree_cells(entry + 4 * base_cells, length_cells);
    return *base <= UINT64_MAX - *length ||
           tree_fail(walk, "a range reaches beyond the last address");
}
