/* SPDX-License-Identifier: MIT
 *
 * What the kernel has learnt about the machine and tells to programs: written by main
 * before the first process runs, but for the counts.
 */
#pragma once

#include <stdint.h>

struct machine {
    uint64_t hart_count;    /* that the device tree lists */
    uint64_t memory_bytes;  /* RAM in the device tree */
    uint64_t entry_instret; /* the counter as the firmware handed over */
    uint64_t features;      /* FEATURE_* */
    uint64_t idle_waits;    /* counted by the idle loop */
};

extern struct machine machine;
