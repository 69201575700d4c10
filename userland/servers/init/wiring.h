/* SPDX-License-Identifier: MIT
 *
 * Handles: what the manifest says that a section has is made once and outlives its
 * restarts. init pays for all of it, so nothing of it ends with a server.
 */
#pragma once

#include <trapeze.h>

#include "boot_tree.h"
#include "manifest.h"

/* What init was started with, and made of it. */
struct wiring {
    uint64_t machine;
    uint64_t archive;
    uint64_t self;
    uint64_t log;
    uint64_t endpoint; /* init's own */
    const struct manifest *manifest;
    struct boot_uart uart;
    uint64_t endpoints[MANIFEST_NAMES_MAX]; /* of the manifest's names; 0: none */
};

extern struct wiring wiring;

/* Makes the endpoints. 0, or an error. */
long wiring_make_endpoints(void);

/* The handles of a section, as spawn takes them. NULL: *error says why not. */
const struct trapeze_spawn_handle *wiring_of(const struct manifest_section *section,
                                             long *error);

/* The UART's registers in their first page. */
uint64_t wiring_uart_offset(void);
