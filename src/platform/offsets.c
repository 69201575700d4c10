/* SPDX-License-Identifier: MIT
 *
 * What assembly knows of this layer: see base/assembly.h.
 */
#include "base/assembly.h"
#include "platform/fpu.h"

OFFSET(FPU_STATE_FCSR, fpu_state, fcsr)
