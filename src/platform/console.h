/* SPDX-License-Identifier: MIT
 *
 * The log's way to the UART.
 */
#pragma once

/* Writes what has been logged since the last call, from the beginning of a line on,
 * waiting for the UART. */
void console_flush(void);
