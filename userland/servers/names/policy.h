/* SPDX-License-Identifier: MIT
 *
 * Who may register and look up which name: init's list, as it comes in the arguments.
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum policy_right { POLICY_REGISTER, POLICY_LOOKUP };

/* Takes "register=BADGE:NAME" or "lookup=BADGE:NAME"; NAME `*` is all names. False: it
 * is neither, or there are too many. The text is kept, not copied. */
bool policy_add(const char *argument);

bool policy_allows(enum policy_right right, uint64_t badge, const char *name);
