/* SPDX-License-Identifier: MIT
 *
 * What is known of the kernel's own code.
 */
#include "trap/symbol.h"

#include <stddef.h>

#include "memory/image.h"

extern const uint32_t symbol_count;
extern const struct symbol symbol_table[]; /* sorted by offset */

const struct symbol *symbol_find(uint64_t address)
{
    const struct symbol *found = NULL;
    if (address < (uint64_t)image_text || address >= (uint64_t)image_code_end)
        return NULL;
    for (uint32_t i = 0; i < symbol_count; i++)
        if (symbol_table[i].offset <= address - (uint64_t)image_text)
            found = &symbol_table[i];
    return found;
}
