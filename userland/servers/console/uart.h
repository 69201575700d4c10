/* SPDX-License-Identifier: MIT
 *
 * The ns16550 and its likes, by interrupts in both directions. The line's settings are
 * the firmware's, and so is the FIFO: it is never reset, so what is typed while the
 * console is started again waits in it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "state.h"

struct uart {
    uintptr_t base;          /* where the registers are mapped */
    uint32_t register_shift; /* register n is at base + (n << shift) */
    uint32_t register_width; /* bytes of an access: 1 or 4 */
    uint32_t fifo_bytes;     /* that the transmitter takes at once */
};

/* base, register_shift and register_width are set. */
void uart_open(struct uart *uart);

/* A byte that was typed, -1 if there is none. */
int uart_receive(const struct uart *uart);

/* Gives the queued output to the device, as far as it takes it now. */
void uart_transmit(const struct uart *uart, struct state *state);

/* Waits until the last byte is on the line: as long as a FIFO takes, at the most. */
void uart_finish(const struct uart *uart);

/* Which events interrupt: input, and the transmitter's being ready. */
void uart_listen(const struct uart *uart, bool receive, bool transmit);
