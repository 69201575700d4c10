/* SPDX-License-Identifier: MIT
 *
 * A small set of disjoint address ranges.
 */
#include "memory/range.h"

bool range_add(struct range_set *set, uint64_t start, uint64_t end)
{
    if (start >= end)
        return true;
    if (set->count == RANGES_MAX)
        return false;
    set->ranges[set->count++] = (struct range){start, end};
    return true;
}

bool range_remove(struct range_set *set, uint64_t start, uint64_t end)
{
    if (start >= end)
        return true;
    if (set->count == RANGES_MAX)
        return false;
    uint32_t count = set->count;
    for (uint32_t i = 0; i < count;) {
        struct range *range = &set->ranges[i];
        struct range before = {range->start, start < range->end ? start : range->end};
        struct range after = {end > range->start ? end : range->start, range->end};
        bool keep_before = before.start < before.end;
        bool keep_after = after.start < after.end;
        if (keep_before && keep_after) {
            *range = before;
            set->ranges[set->count++] =
                after; /* only one range can surround the hole */
            i++;
        } else if (keep_before || keep_after) {
            *range = keep_before ? before : after;
            i++;
        } else {
            *range = set->ranges[--set->count];
            count = set->count;
        }
    }
    return true;
}
