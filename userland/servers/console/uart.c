/* SPDX-License-Identifier: MIT
 *
 * The ns16550. FCR is not written: it can't be changed without emptying the FIFO.
 */
#include "uart.h"

#include "output.h"

#define UART_RBR 0 /* receiver buffer */
#define UART_THR 0 /* transmitter holding register */
#define UART_IER 1 /* interrupt enable */
#define UART_IIR 2 /* interrupt identification */
#define UART_LSR 5 /* line status */

#define UART_IER_RDI 0x01   /* received data */
#define UART_IER_THRI 0x02  /* transmitter empty */
#define UART_IIR_FIFOS 0xc0 /* both set: the FIFOs are on */
#define UART_LSR_DR 0x01    /* data ready */
#define UART_LSR_THRE 0x20  /* the transmitter's FIFO is empty */
#define UART_LSR_TEMT 0x40  /* and its shift register, too */
#define UART_FIFO_BYTES 16
#define UART_FINISH_LOOKS \
    1000000U /* at the status; a device that is gone must not hang it */

static uintptr_t register_address(const struct uart *uart, uint32_t index)
{
    return uart->base + ((uintptr_t)index << uart->register_shift);
}

static uint8_t read_register(const struct uart *uart, uint32_t index)
{
    uintptr_t address = register_address(uart, index);

    if (uart->register_width == 4)
        return (uint8_t) * (volatile uint32_t *)address;
    return *(volatile uint8_t *)address;
}

static void write_register(const struct uart *uart, uint32_t index, uint8_t value)
{
    uintptr_t address = register_address(uart, index);

    if (uart->register_width == 4)
        *(volatile uint32_t *)address = value;
    else
        *(volatile uint8_t *)address = value;
}

void uart_open(struct uart *uart)
{
    bool fifos = (read_register(uart, UART_IIR) & UART_IIR_FIFOS) == UART_IIR_FIFOS;

    uart->fifo_bytes = fifos ? UART_FIFO_BYTES : 1;
}

int uart_receive(const struct uart *uart)
{
    if (!(read_register(uart, UART_LSR) & UART_LSR_DR))
        return -1;
    return read_register(uart, UART_RBR);
}

void uart_transmit(const struct uart *uart, struct state *state)
{
    int byte = output_peek(state);

    while (byte >= 0 && (read_register(uart, UART_LSR) & UART_LSR_THRE)) {
        for (uint32_t i = 0; i < uart->fifo_bytes && byte >= 0; i++) {
            write_register(uart, UART_THR, (uint8_t)byte);
            output_sent(state);
            byte = output_peek(state);
        }
    }
}

void uart_finish(const struct uart *uart)
{
    for (uint32_t i = 0; i < UART_FINISH_LOOKS; i++)
        if (read_register(uart, UART_LSR) & UART_LSR_TEMT)
            return;
}

void uart_listen(const struct uart *uart, bool receive, bool transmit)
{
    write_register(
        uart, UART_IER,
        (uint8_t)((receive ? UART_IER_RDI : 0) | (transmit ? UART_IER_THRI : 0)));
}
