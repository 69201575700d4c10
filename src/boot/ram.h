/* SPDX-License-Identifier: MIT
 *
 * From the device tree's memory to frames and the kernel's own tables.
 */
#pragma once

#include <stddef.h>

#include "boot/device_tree.h"
#include "memory/address.h"

#define RAM_BYTES_MIN (32UL << 20)

/* An archive in memory; start is NULL if there is none. */
struct boot_archive {
    const void *start;
    size_t bytes;
};

/* Gives all RAM that nobody else uses to the frame allocator, builds the kernel's
 * tables with the devices in them, and returns the initrd, mapped. `image`: where the
 * kernel was loaded; `device_tree`: where the blob is. Panics, saying why, on a machine
 * whose memory will not do. */
struct boot_archive ram_init(const struct device_tree_facts *facts, paddr_t image,
                             paddr_t device_tree);
