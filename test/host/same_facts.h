/* SPDX-License-Identifier: MIT
 *
 * Whether two parses of the same blob, at different addresses, found the same. Field by
 * field, since the structures have padding.
 */
#pragma once

#include "boot/device_tree.h"

#include <string.h>

static inline bool same_range(struct range left, struct range right)
{
    return left.start == right.start && left.end == right.end;
}

static inline bool same_set(const struct range_set *left, const struct range_set *right)
{
    return left->count == right->count &&
           memcmp(left->ranges, right->ranges, left->count * sizeof *left->ranges) == 0;
}

static inline bool same_facts(const struct device_tree_facts *left,
                              const struct device_tree_facts *right)
{
    return same_set(&left->memory, &right->memory) &&
           same_set(&left->reserved, &right->reserved) &&
           same_range(left->initrd, right->initrd) &&
           strcmp(left->bootargs, right->bootargs) == 0 &&
           left->timebase_hz == right->timebase_hz &&
           left->hart_count == right->hart_count &&
           memcmp(left->harts, right->harts, sizeof left->harts) == 0 &&
           same_range(left->test_finisher, right->test_finisher) &&
           same_range(left->plic, right->plic) &&
           left->plic_sources == right->plic_sources &&
           left->total_bytes == right->total_bytes &&
           left->error_offset == right->error_offset;
}
