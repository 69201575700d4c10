/* SPDX-License-Identifier: MIT
 *
 * Address-space identifiers, in generations.
 */
#include "memory/asid.h"

#include "base/assert.h"

#define ASID_BITS_MAX 16

uint64_t asid_generation;
static uint32_t width;
static uint32_t next;

void asid_init(uint32_t bits)
{
    assert(bits <= ASID_BITS_MAX);
    width = bits;
    next = 1;
    asid_generation = bits > 0 ? 1 : UINT64_MAX;
}

uint32_t asid_bits(void) { return width; }

enum asid_result asid_assign(struct asid *asid)
{
    if (width == 0)
        return ASID_NONE;
    enum asid_result result = ASID_NEW;
    if (next == 1U << width) {
        asid_generation++;
        next = 1;
        result = ASID_GENERATION;
    }
    *asid = (struct asid){.generation = asid_generation, .number = (uint16_t)next++};
    return result;
}
