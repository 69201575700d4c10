/* SPDX-License-Identifier: MIT
 *
 * The fast path for a hart where processes share an ASID: each switch forgets what the
 * TLB has of it, but for the kernel's global entries.
 */
#define SHARED_ASIDS
#include "trap/fast_path.S"
