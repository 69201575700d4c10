/* SPDX-License-Identifier: MIT
 *
 * Shows the kernel's log, in whole lines.
 */
#pragma once

#include <stdbool.h>

#include <trapeze/abi.h>

#include "state.h"

/* Shows what is new, as far as it fits into the output queue. True: there is more. */
bool log_show(struct state *state, const volatile struct trapeze_log *log);
