/* SPDX-License-Identifier: MIT
 *
 * The checks that the debug build makes at every exit of the kernel.
 */
#pragma once

/* Panics if an invariant of any layer is broken. What would take long is sampled. */
void invariants_check(void);
