/* SPDX-License-Identifier: MIT
 *
 * The boot archive, as this program sees it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct boot_archive {
    const char *data; /* page-aligned */
    size_t length;
    uint64_t handle;
    uint64_t rights;
};

/* Mapped by the first call that can. NULL: there is none, or no room for it. */
const struct boot_archive *boot_archive(void);
