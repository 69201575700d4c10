/* SPDX-License-Identifier: MIT
 *
 * Device registers: the only volatile accesses in the kernel.
 */
#pragma once

#include <stdint.h>

static inline uint32_t mmio_read32(uint64_t address)
{
    return *(volatile uint32_t *)address;
}

static inline void mmio_write32(uint64_t address, uint32_t value)
{
    *(volatile uint32_t *)address = value;
}
