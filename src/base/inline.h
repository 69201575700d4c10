/* SPDX-License-Identifier: MIT
 *
 * Functions of which a call would cost more than what they do, on the way of a message
 * or of a page: -Os would not expand them everywhere.
 */
#pragma once

#define INLINE static inline __attribute__((always_inline))
