/* SPDX-License-Identifier: MIT
 *
 * Limits of CPU time.
 */
#include "sched/limit.h"

uint64_t limit_begin(struct limit *limit, uint64_t now)
{
    if (now >= limit->period_end) {
        limit->period_end = now + limit->period;
        limit->used = 0;
    }
    limit->since = now;
    uint64_t left = limit->ticks > limit->used ? limit->ticks - limit->used : 0;
    return left < limit->period_end - now ? now + left : limit->period_end;
}

void limit_end(struct limit *limit, uint64_t now)
{
    limit->used += now - limit->since;
    limit->since = now;
}

bool limit_is_used_up(const struct limit *limit, uint64_t now)
{
    return limit->used >= limit->ticks && now < limit->period_end;
}
