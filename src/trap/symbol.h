/* SPDX-License-Identifier: MIT
 *
 * Names for the kernel's own addresses. The table is made from the linked kernel
 * itself, by cmake/kernel_symbols.py; it holds functions only.
 */
#pragma once

#include <stdint.h>

/* The function that `address` lies in, *offset bytes after its start; NULL outside the
 * text. */
const char *symbol_find(uint64_t address, uint64_t *offset);
