/* SPDX-License-Identifier: MIT
 *
 * What a process may take of something that there is a fixed amount of: pages, or
 * object slots. A child's budget is taken from its parent's as a whole, so that the sum
 * of all budgets is what there is, and nobody's exhaustion is anybody else's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct budget {
    uint64_t used;
    uint64_t limit;
};

/* False: there is not so much left, and nothing is taken. */
static inline bool budget_take(struct budget *budget, uint64_t amount)
{
    if (amount > budget->limit - budget->used)
        return false;
    budget->used += amount;
    return true;
}

static inline void budget_give(struct budget *budget, uint64_t amount)
{
    budget->used -= amount;
}
