/* SPDX-License-Identifier: MIT
 *
 * What `restricted` does that is refused with an error, or odd but not forbidden. Each
 * tells whether it got the result that is defined for it.
 */
#pragma once

#include <stdbool.h>

typedef bool survivor_t(void);

survivor_t survive_unknown_calls, survive_division, survive_garbage,
    survive_guessed_handles, survive_narrow_handles, survive_second_badge,
    survive_kernel_mapping, survive_urgency, survive_null_sp, survive_kernel_sp;
