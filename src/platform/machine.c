/* SPDX-License-Identifier: MIT
 *
 * What the kernel has learnt about the machine.
 */
#include "platform/machine.h"

struct machine machine;
