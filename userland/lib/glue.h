/* SPDX-License-Identifier: MIT
 *
 * What the files that stand between picolibc and the kernel share.
 */
#pragma once

#include <stddef.h>

/* A signal that ends a process gives it this status and the signal's number, as shells
 * have it. */
#define STATUS_SIGNAL_BASE 128

/* Sends the line buffer of stdout and stderr to the console. A weak reference: a
 * program that does not use stdio does not carry it. */
__attribute__((weak)) void glue_flush(void);

/* Waits for input of the console: at least one byte and at most `length`, or 0 at the
 * end of the input. Flushes output first. */
size_t glue_read(char *buffer, size_t length);
