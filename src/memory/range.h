/* SPDX-License-Identifier: MIT
 *
 * A small set of disjoint address ranges: what is left of RAM when reserved parts are
 * taken out. Pure arithmetic.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RANGES_MAX 48

struct range {
    uint64_t start;
    uint64_t end; /* exclusive; start < end */
};

struct range_set {
    uint32_t count;
    struct range ranges[RANGES_MAX];
};

/* Adds [start, end), which must not touch one that is there. False: the set is full. */
bool range_add(struct range_set *set, uint64_t start, uint64_t end);

/* Takes [start, end) out; a range that surrounds it becomes two. False: the set is
 * full, and nothing has changed. */
bool range_remove(struct range_set *set, uint64_t start, uint64_t end);
