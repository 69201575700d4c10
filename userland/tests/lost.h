/* SPDX-License-Identifier: MIT
 *
 * Registers that do not survive a system call: what may be left in them is 0, or what
 * this process itself left there, never another's or the kernel's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Whether a value is one that the kernel works with: an address in its half of the
 * address space, which ends with its image (above are small negative numbers, which are
 * anybody's), or a satp, of RAM below 4 GiB. */
static inline bool is_kernels(uint64_t value)
{
    const uint64_t page = value & ((UINT64_C(1) << 44) - 1);

    return (value >= UINT64_C(0xffffffc000000000) &&
            value < UINT64_C(0xffffffff81000000)) ||
           (value >> 60 == 8 && page >= 0x80000 && page < 0x100000);
}
