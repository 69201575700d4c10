/* SPDX-License-Identifier: MIT
 *
 * What the kernel has learnt about the machine and tells to programs: written by main
 * before the first process runs, but for the counts.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machine {
    uint64_t hart_count;    /* that the device tree lists */
    uint64_t harts_online;  /* that the kernel has started */
    uint64_t memory_bytes;  /* RAM in the device tree */
    uint64_t timebase_hz;   /* ticks of the time register in a second */
    uint64_t entry_instret; /* the counter as the firmware handed over */
    uint64_t features;      /* FEATURE_* */
    uint64_t idle_waits;    /* counted by the idle loop */
};

extern struct machine machine;

/* Physical addresses that no process gets as a device: RAM, and what the kernel drives
 * itself. Beyond MACHINE_RESERVED_MAX ranges there is no device any more. */
#define MACHINE_RESERVED_MAX 12
void machine_reserve(uint64_t start, uint64_t length);

/* Whether whole pages from `start` on may be given to a driver. */
bool machine_is_device(uint64_t start, uint64_t page_count);
