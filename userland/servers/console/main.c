/* SPDX-License-Identifier: MIT
 *
 * The console: owns the UART, shows what programs and the kernel say, and gives what is
 * typed to the program that has the keyboard.
 *
 *   console [base-offset=N] [reg-shift=N] [reg-io-width=N] [owner=BADGE]...
 *
 * It starts with the handles "uart" (memory of the device's registers, which begin
 * base-offset bytes into it), "uart.irq", "console" (its own endpoint, badge 0), "log"
 * (struct trapeze_log) and "state" (a page, zeroed at first, that outlives it:
 * state.h). It has no way to complain before it has them all, so it ends with a status,
 * START_*, that its supervisor shows.
 */
#include <stdlib.h>
#include <string.h>

#include <trapeze.h>
#include <trapeze/console.h>

#include "discipline.h"
#include "log.h"
#include "output.h"
#include "server.h"
#include "streams.h"
#include "uart.h"

enum start_error {
    START_BAD_ARGUMENT = 1,
    START_NO_UART = 2,
    START_NO_LOG = 3,
    START_NO_STATE = 4,
    START_NO_INTERRUPT = 5,
    START_NO_ENDPOINT = 6, /* later: receiving failed */
};

static struct server server;
static struct uart uart = {.register_width = 1};
static const volatile struct trapeze_log *kernel_log;

/* The value of an argument "name=value". */
static bool number_of(const char *argument, const char *name, uint64_t *value)
{
    size_t length = strlen(name);
    char *end;

    if (strncmp(argument, name, length) != 0)
        return false;
    *value = strtoull(argument + length, &end, 0);
    return argument[length] != '\0' && *end == '\0';
}

static bool read_argument(const char *argument)
{
    uint64_t value;

    if (number_of(argument, "base-offset=", &value))
        uart.base = value;
    else if (number_of(argument, "reg-shift=", &value) && value <= 4)
        uart.register_shift = (uint32_t)value;
    else if (number_of(argument, "reg-io-width=", &value) && (value == 1 || value == 4))
        uart.register_width = (uint32_t)value;
    else if (number_of(argument, "owner=", &value) &&
             server.owner_count < SERVER_OWNERS_MAX)
        server.owners[server.owner_count++] = value;
    else
        return false;
    return true;
}

/* The whole memory object that was inherited under this name. */
static void *map(const char *name, uint64_t rights, enum start_error status)
{
    uint64_t memory = trapeze_inherited(name);
    struct trapeze_handle about;
    void *address = NULL;

    if (memory != 0 && trapeze_handle_inspect(memory, &about) >= 0)
        address = trapeze_map(memory, about.number, rights, NULL);
    if (address == NULL)
        exit(status);
    return address;
}

static uint64_t bind_interrupt(uint64_t endpoint)
{
    uint64_t irq = trapeze_inherited("uart.irq");
    long signal = sys_handle_duplicate(endpoint, RIGHT_SIGNAL, CONSOLE_IRQ_BIT);

    if (signal < 0 || sys_irq_bind(irq, (uint64_t)signal) < 0)
        exit(START_NO_INTERRUPT);
    return irq;
}

static void receive_input(void)
{
    while (!discipline_must_wait(server.state)) {
        int byte = uart_receive(&uart);
        if (byte < 0)
            return;
        if (discipline_type(server.state, (uint8_t)byte))
            server_interrupt(&server);
        if (output_room(server.state) < STREAMS_ROOM)
            uart_transmit(&uart, server.state);
    }
}

/* Moves everything on that can move: a device that is fast enough takes all that waits.
 */
static void pump(void)
{
    struct state *state = server.state;
    bool more;

    do {
        receive_input();
        more = server_continue_writers(&server);
        more |= log_show(state, kernel_log);
        discipline_restore(state);
        server_feed_readers(&server);
        uart_transmit(&uart, state);
    } while (more && output_room(state) >= STREAMS_ROOM);
    uart_listen(&uart, !discipline_must_wait(state), output_peek(state) >= 0);
    if (server.drainers.count > 0 && !more && output_peek(state) < 0) {
        uart_finish(&uart);
        server_drained(&server);
    }
}

int main(int argc, char *argv[])
{
    uint64_t endpoint = trapeze_inherited("console");
    struct trapeze_message message = {0};
    bool interrupted = false;
    uint64_t irq;

    for (int i = 1; i < argc; i++)
        if (!read_argument(argv[i]))
            return START_BAD_ARGUMENT;
    server.state = map("state", RIGHT_READ | RIGHT_WRITE, START_NO_STATE);
    kernel_log = map("log", RIGHT_READ, START_NO_LOG);
    uart.base += (uintptr_t)map("uart", RIGHT_READ | RIGHT_WRITE, START_NO_UART);
    state_open(server.state);
    uart_open(&uart);
    irq = bind_interrupt(endpoint);
    for (;;) {
        pump();
        if (interrupted)
            sys_irq_ack(irq);
        message.grant = 0;
        message.deadline = TRAPEZE_NEVER;
        message.welcome = 1;
        long kind = trapeze_reply_recv(endpoint, &message);
        if (kind < 0)
            return START_NO_ENDPOINT;
        interrupted = kind == KIND_SIGNAL && (message.label & CONSOLE_IRQ_BIT);
        if (kind != KIND_MESSAGE || !server_request(&server, &message))
            message.token = 0;
    }
}
