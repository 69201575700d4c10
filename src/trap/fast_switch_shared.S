/* SPDX-License-Identifier: MIT
 *
 * The same for a hart where processes share an ASID.
 */
#define SHARED_ASIDS
#include "trap/fast_switch.S"
