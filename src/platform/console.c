/* SPDX-License-Identifier: MIT
 *
 * The log's way to the UART.
 */
#include "platform/console.h"

#include "base/printk.h"
#include "platform/uart.h"

void console_flush(void)
{
    static uint64_t position;
    char piece[64];
    size_t length;
    uart_start_line(); /* a program may have written half of one */
    while ((length = printk_read(&position, piece, sizeof piece)) != 0)
        uart_write(piece, length);
}
