/* SPDX-License-Identifier: MIT
 *
 * The memory and string functions that the kernel uses, and that the compiler calls for
 * what the kernel writes (it may call memmove and memcmp as well; nothing here makes
 * it, or the kernel would not link). They follow C11, 7.24.
 */
#pragma once

#include <stddef.h>

/* Copies; the two ranges must not overlap. Both are slow with what is not aligned to 8.
 */
void *memcpy(void *restrict destination, const void *restrict source, size_t length);

void *memset(void *destination, int value, size_t length);

size_t strlen(const char *text);

/* Compares at most `length` bytes, and not beyond a NUL. */
int strncmp(const char *left, const char *right, size_t length);
