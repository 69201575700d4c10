/* SPDX-License-Identifier: MIT
 *
 * The log's way to the firmware's console. The UART belongs to a process, which claims
 * the log, too: from then on it shows the log, and the kernel only shows a panic.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Says whether a process shows the log. What was logged while one did counts as
 * shown. */
void console_claim(bool claim);

/* Writes what has been logged and not been shown yet; nothing while the log is
 * claimed. */
void console_flush(void);

/* The same for a panic, whose report begins at `position` of the log: claimed or not.
 */
void console_flush_panic(uint64_t position);
