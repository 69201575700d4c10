/* SPDX-License-Identifier: MIT
 *
 * Three passes over the nodes: for /chosen, for the alias that it may name, for the
 * UART.
 */
#include "boot_tree.h"

#include <stdbool.h>
#include <string.h>

#include "boot/tree_walk.h"

#define REG_SHIFT_MAX 4

static struct tree_walk walk; /* too large for a stack */

/* A property of a child of the root, as text; "" where there is none. Its name is so
 * long, and need not end there. */
static const char *root_text(const struct boot_blob *blob, const char *node,
                             const char *name, size_t name_length)
{
    if (!tree_open(&walk, blob->start, blob->length))
        return "";
    while (tree_next_node(&walk)) {
        if (walk.depth != 2 || !same_text(walk.levels[2].name, node))
            continue;
        for (uint32_t i = 0; i < walk.property_count; i++) {
            const char *found = walk.properties[i].name;
            if (strncmp(found, name, name_length) == 0 && found[name_length] == '\0')
                return tree_text(&walk, found);
        }
        return "";
    }
    return "";
}

/* Whether the node has this path, up to the colon before the path's options. */
static bool has_path(const char *path)
{
    for (uint32_t level = 2; level <= walk.depth; level++) {
        const char *name = walk.levels[level].name;
        const size_t length = strlen(name);
        if (*path != '/' || strncmp(path + 1, name, length) != 0)
            return false;
        path += 1 + length;
    }
    return *path == '\0' || *path == ':';
}

/* False: it is none that a driver knows. */
static bool read_uart(struct boot_uart *uart)
{
    const struct tree_property *interrupts = tree_find(&walk, "interrupts");
    const uint64_t shift = tree_number(&walk, "reg-shift", 0);
    const uint64_t width = tree_number(&walk, "reg-io-width", 1);
    uint64_t start;
    uint64_t end;

    if ((!tree_lists(&walk, "compatible", "ns16550a") &&
         !tree_lists(&walk, "compatible", "snps,dw-apb-uart")) ||
        shift > REG_SHIFT_MAX || (width != 1 && width != 4) ||
        !tree_reg(&walk, 0, &start, &end))
        return false;
    *uart = (struct boot_uart){
        .address = start,
        .length = end - start,
        .reg_shift = (uint32_t)shift,
        .reg_io_width = (uint32_t)width,
    };
    if (interrupts != NULL && interrupts->length >= 4)
        uart->interrupt = (uint32_t)tree_cells(interrupts->value, 1);
    return true;
}

void boot_tree_read(const struct boot_blob *blob, struct boot_tree *tree)
{
    const char *path = root_text(blob, "chosen", "stdout-path", strlen("stdout-path"));

    *tree = (struct boot_tree){
        .bootargs = root_text(blob, "chosen", "bootargs", strlen("bootargs"))};
    if (*path != '\0' && *path != '/')
        path = root_text(blob, "aliases", path, strcspn(path, ":"));
    if (!tree_open(&walk, blob->start, blob->length))
        return;
    while (tree_next_node(&walk)) {
        if ((*path == '\0' || has_path(path)) && read_uart(&tree->uart))
            return;
    }
}
