/* SPDX-License-Identifier: MIT
 *
 * When a server that has ended is started again. The first time at once, then after a
 * delay that doubles up to a second; after ten seconds of health it is the first time
 * again.
 */
#pragma once

#include <stdint.h>

#define RESTART_FIRST_MS 10U
#define RESTART_LONGEST_MS 1000U
#define RESTART_HEALTHY_MS 10000U

struct restart {
    uint32_t count;    /* of restarts since boot */
    uint32_t delay_ms; /* before the next one, unless it is healthy until then */
};

/* It has ended after so much time: how long to wait now. */
static inline uint32_t restart_after_end(struct restart *restart, uint64_t lived_ms)
{
    const uint32_t delay = lived_ms >= RESTART_HEALTHY_MS ? 0 : restart->delay_ms;
    const uint32_t next = delay == 0 ? RESTART_FIRST_MS : 2 * delay;

    restart->delay_ms = next < RESTART_LONGEST_MS ? next : RESTART_LONGEST_MS;
    restart->count++;
    return delay;
}
