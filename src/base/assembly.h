/* SPDX-License-Identifier: MIT
 *
 * How assembly gets to know what only the compiler knows: what an offsets.c lists by
 * these is defined in the offsets.h that the build makes of it (cmake/offsets.py), for
 * .S files to include.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CONSTANT(name, value) const uint64_t assembly_##name = (value);
#define OFFSET(name, structure, member) \
    const uint64_t assembly_##name = offsetof(struct structure, member);
