/* SPDX-License-Identifier: MIT
 *
 * Names for the kernel's own addresses.
 */
#include "trap/symbol.h"

#include <stddef.h>

#include "memory/image.h"

struct symbol {
    uint32_t offset; /* of the function, from the start of the text */
    uint32_t name;   /* index into symbol_names */
};

/* Sorted by offset. */
extern const uint32_t symbol_count;
extern const struct symbol symbol_table[];
extern const char symbol_names[];

const char *symbol_find(uint64_t address, uint64_t *offset)
{
    if (address < (uint64_t)image_text || address >= (uint64_t)image_text_end)
        return NULL;
    uint64_t target = address - (uint64_t)image_text;
    uint32_t low = 0;
    uint32_t high = symbol_count;
    while (low <
           high) { /* low ends as the number of functions that start by `target` */
        uint32_t middle = (low + high) / 2;
        if (symbol_table[middle].offset <= target)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    *offset = target - symbol_table[low - 1].offset;
    return &symbol_names[symbol_table[low - 1].name];
}
