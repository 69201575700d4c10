/* SPDX-License-Identifier: MIT
 *
 * From the device tree's memory to frames and the direct map.
 */
#pragma once

#include "boot/device_tree.h"

#define RAM_BYTES_MIN (32UL << 20)

/* Gives all RAM that nobody else uses to the frame allocator, and returns it together
 * with the device tree's: what the direct map is to hold. `image`: where the kernel has
 * been loaded; `device_tree`: where the blob is; both physical. Panics, saying why, on
 * a machine whose memory will not do. */
const struct range_set *ram_init(const struct device_tree_facts *facts, uint64_t image,
                                 uint64_t device_tree);
