/* SPDX-License-Identifier: MIT
 *
 * The bounds of the kernel image's parts, page-aligned, from kernel.ld.
 */
#pragma once

extern const char image_text[], image_fast_path[], image_boot_text[];
extern const char image_fast_path_shared[], image_code_end[];
extern const char image_constants[], image_constants_end[];
extern const char image_data[], image_data_end[];
extern const char image_boot_stack[], image_boot_stack_end[];
extern const char image_emergency_stack[], image_emergency_stack_end[];
extern const char image_end[];
