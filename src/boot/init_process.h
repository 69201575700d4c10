/* SPDX-License-Identifier: MIT
 *
 * The first process, `init`: the only one that the kernel loads. It is linked into the
 * kernel, owns everything that the kernel does not need itself, and starts all others.
 */
#pragma once

#include "memory/address.h"

/* Memory that it can map, read-only. */
struct init_memory {
    uint64_t start; /* physical */
    uint64_t bytes;
};

/* The table of objects; needs the frames. Returns how many processes there can be. */
uint32_t init_process_objects(void);

/* Makes init, with `pages` (all that are left), and lets it run as soon as the hart
 * idles. Panics where there is too little memory. `log`: page-aligned. */
void init_process_start(uint64_t pages, struct init_memory archive,
                        struct init_memory device_tree, struct init_memory log);

/* Says how init ended, or that it cannot, and with which status to power off. */
uint8_t init_process_status(void);
