/* SPDX-License-Identifier: MIT
 *
 * The log's way to the UART.
 */
#pragma once

/* Writes what has been logged since the last call, waiting for the line. */
void console_flush(void);
