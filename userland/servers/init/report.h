/* SPDX-License-Identifier: MIT
 *
 * init's own lines. They go to the kernel's log, which a server shows on the console,
 * or the kernel itself while there is none.
 */
#pragma once

#include <stdint.h>

/* A line of up to 255 characters; the newline is added. */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The servers that show the log are told of news by this. */
void report_tell_servers(void);
