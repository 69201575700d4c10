/* SPDX-License-Identifier: MIT
 *
 * A small set of disjoint address ranges.
 */
#include "memory/range.h"

static void append(struct range_set *set, uint64_t start, uint64_t end)
{
    if (start < end)
        set->ranges[set->count++] = (struct range){start, end};
}

bool range_remove(struct range_set *set, uint64_t start, uint64_t end)
{
    struct range_set left = {.count = 0};
    if (start >= end)
        return true;
    if (set->count >= RANGES_MAX - 1) /* one may become two, and range_add adds one */
        return false;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct range *range = &set->ranges[i];
        append(&left, range->start, start < range->end ? start : range->end);
        append(&left, end > range->start ? end : range->start, range->end);
    }
    *set = left;
    return true;
}

bool range_add(struct range_set *set, uint64_t start, uint64_t end)
{
    if (!range_remove(set, start, end))
        return false;
    append(set, start, end);
    return true;
}
