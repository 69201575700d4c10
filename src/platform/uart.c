/* SPDX-License-Identifier: MIT
 *
 * Polled output to an ns16550-compatible UART. It owns no line setting: the firmware's
 * stays.
 */
#include "platform/uart.h"

#include "platform/mmio.h"
#include "platform/sbi.h"

#define UART_THR 0         /* transmitter holding register */
#define UART_LSR 5         /* line status register */
#define UART_LSR_THRE 0x20 /* the transmitter's FIFO is empty */
#define UART_FIFO_BYTES 16

static uint64_t uart_base;
static uint32_t register_shift;
static uint32_t register_width = 1;
static char last_byte = '\n';

static uint32_t read_register(uint32_t index)
{
    uint64_t address = uart_base + ((uint64_t)index << register_shift);
    return register_width == 4 ? mmio_read32(address) : mmio_read8(address);
}

static void write_register(uint32_t index, uint8_t value)
{
    uint64_t address = uart_base + ((uint64_t)index << register_shift);
    if (register_width == 4)
        mmio_write32(address, value);
    else
        mmio_write8(address, value);
}

void uart_init(uint64_t base, uint32_t shift, uint32_t width)
{
    uart_base = base;
    register_shift = shift;
    register_width = width;
}

size_t uart_try_write(const char *bytes, size_t length)
{
    if (uart_base && !(read_register(UART_LSR) & UART_LSR_THRE))
        return 0;
    size_t count = length < UART_FIFO_BYTES ? length : UART_FIFO_BYTES;
    for (size_t i = 0; i < count; i++) {
        if (uart_base)
            write_register(UART_THR, (uint8_t)bytes[i]);
        else
            sbi_console_putchar(bytes[i]);
        last_byte = bytes[i];
    }
    return count;
}

void uart_write(const char *bytes, size_t length)
{
    while (length > 0) {
        size_t taken = uart_try_write(bytes, length);
        bytes += taken;
        length -= taken;
    }
}

void uart_start_line(void)
{
    if (last_byte != '\n')
        uart_write("\n", 1);
}
