/* SPDX-License-Identifier: MIT
 *
 * What the kernel gives back when it has booted: all code of src/boot, unless it is
 * marked AFTER_BOOT, and functions elsewhere that are marked BOOT_ONLY.
 */
#pragma once

#define BOOT_ONLY __attribute__((section(".boot_text"), noinline))
#define AFTER_BOOT __attribute__((section(".text.after_boot"), noinline))
