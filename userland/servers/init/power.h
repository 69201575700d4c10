/* SPDX-License-Identifier: MIT
 *
 * The end of the machine: everything that was written is on the console first.
 */
#pragma once

#include <stdint.h>

#include "supervise.h"

_Noreturn void power_off(uint64_t status);

/* The program that trapeze.run names has ended: powers off with its status, or with
 * STATUS_FAULT_BASE + scause. */
_Noreturn void power_off_after(const struct supervised *supervised);
