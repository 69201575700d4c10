/* SPDX-License-Identifier: MIT
 *
 * Writes flattened device trees token by token, so that a test can write a wrong one.
 */
#pragma once

#include "host_test.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TREE_BUILDER_BYTES 65536U

struct tree_builder {
    uint8_t reservations[1024];
    uint32_t reservations_length;
    uint8_t structure[TREE_BUILDER_BYTES];
    uint32_t structure_length;
    char strings[4096];
    uint32_t strings_length;
};

/* Words of the header, in their order. */
enum header_field {
    HEADER_MAGIC,
    HEADER_TOTAL_BYTES,
    HEADER_STRUCTURE,
    HEADER_STRINGS,
    HEADER_RESERVATIONS,
    HEADER_VERSION,
    HEADER_LAST_COMPATIBLE_VERSION,
    HEADER_BOOT_HART,
    HEADER_STRINGS_LENGTH,
    HEADER_STRUCTURE_LENGTH,
    HEADER_WORDS,
};

static inline void put_be32(void *place, uint32_t value)
{
    uint8_t *bytes = place;
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline uint32_t get_be32(const void *place)
{
    const uint8_t *bytes = place;
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

static inline void add_token(struct tree_builder *tree, uint32_t token)
{
    assert_true(tree->structure_length + 4 <= TREE_BUILDER_BYTES);
    put_be32(tree->structure + tree->structure_length, token);
    tree->structure_length += 4;
}

static inline void add_bytes(struct tree_builder *tree, const void *bytes,
                             uint32_t length)
{
    assert_true(tree->structure_length + length + 4 <= TREE_BUILDER_BYTES);
    memcpy(tree->structure + tree->structure_length, bytes, length);
    for (tree->structure_length += length; tree->structure_length % 4 != 0;)
        tree->structure[tree->structure_length++] = 0;
}

static inline void begin_node(struct tree_builder *tree, const char *name)
{
    add_token(tree, 1);
    add_bytes(tree, name, (uint32_t)strlen(name) + 1);
}

static inline void end_node(struct tree_builder *tree) { add_token(tree, 2); }

/* Every name is written anew: a reader may not rely on equal names being the same
 * place. */
static inline void add_property(struct tree_builder *tree, const char *name,
                                const void *value, uint32_t length)
{
    const uint32_t name_length = (uint32_t)strlen(name) + 1;
    assert_true(tree->strings_length + name_length <= sizeof tree->strings);
    add_token(tree, 3);
    add_token(tree, length);
    add_token(tree, tree->strings_length);
    add_bytes(tree, value, length);
    memcpy(tree->strings + tree->strings_length, name, name_length);
    tree->strings_length += name_length;
}

static inline void add_text(struct tree_builder *tree, const char *name,
                            const char *text)
{
    add_property(tree, name, text, (uint32_t)strlen(text) + 1);
}

static inline void add_cells(struct tree_builder *tree, const char *name,
                             uint32_t count, ...)
{
    uint8_t value[256];
    va_list cells;
    assert_true(4 * count <= sizeof value);
    va_start(cells, count);
    for (uint32_t i = 0; i < count; i++)
        put_be32(value + 4 * i, va_arg(cells, uint32_t));
    va_end(cells);
    add_property(tree, name, value, 4 * count);
}

static inline void add_reservation(struct tree_builder *tree, uint64_t base,
                                   uint64_t length)
{
    uint8_t *entry = tree->reservations + tree->reservations_length;
    tree->reservations_length += 16;
    assert_true(tree->reservations_length <= sizeof tree->reservations);
    put_be32(entry, (uint32_t)(base >> 32));
    put_be32(entry + 4, (uint32_t)base);
    put_be32(entry + 8, (uint32_t)(length >> 32));
    put_be32(entry + 12, (uint32_t)length);
}

/* Header, reservations, structure, strings, back to back; allocated to the byte. */
static inline uint8_t *new_blob(const struct tree_builder *tree, size_t *length)
{
    const uint32_t reservations = 4 * HEADER_WORDS;
    const uint32_t structure = reservations + tree->reservations_length;
    const uint32_t strings = structure + tree->structure_length;
    const uint32_t total = strings + tree->strings_length;
    const uint32_t header[HEADER_WORDS] = {
        [HEADER_MAGIC] = 0xd00dfeed,
        [HEADER_TOTAL_BYTES] = total,
        [HEADER_STRUCTURE] = structure,
        [HEADER_STRINGS] = strings,
        [HEADER_RESERVATIONS] = reservations,
        [HEADER_VERSION] = 17,
        [HEADER_LAST_COMPATIBLE_VERSION] = 16,
        [HEADER_STRINGS_LENGTH] = tree->strings_length,
        [HEADER_STRUCTURE_LENGTH] = tree->structure_length,
    };
    uint8_t *blob = malloc(total);

    assert_non_null(blob);
    for (unsigned i = 0; i < HEADER_WORDS; i++)
        put_be32(blob + 4 * i, header[i]);
    memcpy(blob + reservations, tree->reservations, tree->reservations_length);
    memcpy(blob + structure, tree->structure, tree->structure_length);
    memcpy(blob + strings, tree->strings, tree->strings_length);
    *length = total;
    return blob;
}
