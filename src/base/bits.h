/* SPDX-License-Identifier: MIT
 *
 * Bits of a word. The base instruction set has none that counts them.
 */
#pragma once

#include <stdint.h>

/* The number of the highest bit that is set, of the lowest 16; 0 if there is none. */
static inline uint32_t highest_bit(uint32_t bits)
{
    uint32_t number = bits > 0xff ? 8 : 0;
    number += bits >> number > 0xf ? 4 : 0;
    number += bits >> number > 3 ? 2 : 0;
    return number + (bits >> number > 1 ? 1 : 0);
}
