/* SPDX-License-Identifier: MIT
 *
 * assert stays on in every build: a kernel that goes on with a broken invariant is
 * worse than one that stops and says which. The text is one literal, so that an assert
 * costs a branch and an ebreak; -fmacro-prefix-map makes its file name relative to the
 * source root.
 */
#pragma once

#include "base/panic.h"

#define ASSERT_STRING(x) #x
#define ASSERT_LINE(line) ASSERT_STRING(line)

#define assert(condition)                                                        \
    ((condition) ? (void)0                                                       \
                 : panic_assertion("assertion failed: " #condition ", " __FILE__ \
                                   ":" ASSERT_LINE(__LINE__)))

/* For what would be asked too often: only the debug build asks, and the unit tests. */
#ifndef CHECK_INVARIANTS
#define CHECK_INVARIANTS 1
#endif
#define debug_assert(condition) (CHECK_INVARIANTS ? assert(condition) : (void)0)

#ifndef static_assert
#define static_assert _Static_assert
#endif
