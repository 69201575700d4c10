/* SPDX-License-Identifier: MIT
 *
 * The memory and string functions that the compiler may call and the kernel uses. They
 * follow C11, 7.24; nothing here knows about the kernel.
 */
#pragma once

#include <stddef.h>

/* Copies; the two ranges must not overlap. Cheapest when both addresses agree modulo 8.
 */
void *memcpy(void *restrict destination, const void *restrict source, size_t length);

/* Copies; the two ranges may overlap. */
void *memmove(void *destination, const void *source, size_t length);

void *memset(void *destination, int value, size_t length);

/* Compares as unsigned bytes: negative, 0 or positive. */
int memcmp(const void *left, const void *right, size_t length);

size_t strlen(const char *text);

/* Compares at most `length` bytes, and not beyond a NUL. */
int strncmp(const char *left, const char *right, size_t length);
