/* SPDX-License-Identifier: MIT
 *
 * The end of the machine.
 */
#pragma once

#include <stdint.h>

/* The `sifive,test` device, if the machine has one: its mapped address, else 0. Call it
 * once. */
void power_init(uint64_t test_device);

/* Powers off; QEMU exits with `status` (0 to 255). Where there is no `sifive,test` the
 * firmware powers off and the status is lost. */
_Noreturn void power_off(uint8_t status);
