/* SPDX-License-Identifier: MIT
 *
 * Whether two parses of the same blob, at different addresses, found the same. Field by
 * field, since the structures have padding.
 */
#pragma once

#include "boot/device_tree.h"

#include <string.h>

static inline bool same_ranges(const struct device_tree_range *left,
                               const struct device_tree_range *right, size_t count)
{
    return memcmp(left, right, count * sizeof *left) == 0;
}

static inline bool same_harts(const struct device_tree_facts *left,
                              const struct device_tree_facts *right)
{
    if (left->hart_count != right->hart_count)
        return false;
    for (size_t i = 0; i < left->hart_count; i++) {
        const struct device_tree_hart *a = &left->harts[i];
        const struct device_tree_hart *b = &right->harts[i];
        if (a->id != b->id || a->flags != b->flags ||
            a->plic_context != b->plic_context || a->intc_phandle != b->intc_phandle)
            return false;
    }
    return true;
}

static inline bool same_facts(const struct device_tree_facts *left,
                              const struct device_tree_facts *right)
{
    return left->memory_count == right->memory_count &&
           same_ranges(left->memory, right->memory, left->memory_count) &&
           left->memory_dropped == right->memory_dropped &&
           left->reserved_count == right->reserved_count &&
           same_ranges(left->reserved, right->reserved, left->reserved_count) &&
           same_harts(left, right) && left->harts_dropped == right->harts_dropped &&
           left->timebase_hz == right->timebase_hz &&
           same_ranges(&left->plic, &right->plic, 1) &&
           left->plic_source_count == right->plic_source_count &&
           same_ranges(&left->uart.registers, &right->uart.registers, 1) &&
           left->uart.reg_shift == right->uart.reg_shift &&
           left->uart.reg_io_width == right->uart.reg_io_width &&
           left->uart.interrupt == right->uart.interrupt &&
           same_ranges(&left->test_finisher, &right->test_finisher, 1) &&
           same_ranges(&left->initrd, &right->initrd, 1) &&
           left->bootargs_length == right->bootargs_length &&
           memcmp(left->bootargs, right->bootargs, left->bootargs_length) == 0 &&
           left->total_bytes == right->total_bytes &&
           left->error_offset == right->error_offset;
}
