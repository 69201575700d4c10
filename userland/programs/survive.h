/* SPDX-License-Identifier: MIT
 *
 * What `restricted` does that is odd but not forbidden. Each tells whether it got the
 * result that is defined for it.
 */
#pragma once

#include <stdbool.h>

typedef bool survivor_t(void);

survivor_t survive_unknown_calls, survive_division, survive_garbage, survive_null_sp,
    survive_kernel_sp;
