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
    uint64_t end; /* exclusive */
};

struct range_set {
    uint32_t count;
    struct range ranges[RANGES_MAX]; /* disjoint, none empty */
};

/* Adds [start, end), or takes it out: a range that surrounds it becomes two. False: the
 * set is full, or nearly, and nothing has changed. */
bool range_add(struct range_set *set, uint64_t start, uint64_t end);
bool range_remove(struct range_set *set, uint64_t start, uint64_t end);
