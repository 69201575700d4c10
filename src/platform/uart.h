/* SPDX-License-Identifier: MIT
 *
 * The console for the kernel's own lines: an ns16550-compatible UART where the device
 * tree has one, else the firmware's console.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* `base`: the mapped address of the registers, 0 for the firmware's console. Register r
 * is at base + (r << shift), `width` bytes wide (1 or 4). The firmware has set the line
 * up. */
void uart_init(uint64_t base, uint32_t shift, uint32_t width);

/* Gives bytes to the UART without waiting. Returns how many it took, 0 while it is
 * busy. */
size_t uart_try_write(const char *bytes, size_t length);

/* Gives all of the bytes, waiting for the line: for boot and panic, where nothing else
 * runs. */
void uart_write(const char *bytes, size_t length);

/* Begins a new line, unless the last byte has ended one. */
void uart_start_line(void);
