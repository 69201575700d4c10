/* SPDX-License-Identifier: MIT
 *
 * The console, as trapeze/console.h has it, and under it nothing of the C library. A
 * program that was given no console loses what it writes and reads nothing.
 */
#include <string.h>

#include <trapeze.h>
#include <trapeze/console.h>

static uint64_t console; /* 0: not looked up yet, or there is none */
static uint64_t stream;

static uint64_t find_console(void)
{
    if (console == 0) {
        console = trapeze_inherited("console");
        stream = (uint64_t)sys_process_self();
    }
    return console;
}

/* E_PEER: it died with the request. The next call waits until it runs again. */
long trapeze_console_request(uint64_t endpoint, struct trapeze_message *message)
{
    const struct trapeze_message request = *message;
    long error;

    if (endpoint == 0)
        endpoint = find_console();
    if (endpoint == 0)
        return E_BAD_HANDLE;
    error = trapeze_call(endpoint, message);
    while (error == E_PEER) {
        *message = request;
        if (CONSOLE_REQUEST(request.label) == CONSOLE_WRITE)
            message->label |= CONSOLE_AGAIN;
        error = trapeze_call(endpoint, message);
    }
    return error < 0 ? error : (long)message->label;
}

long trapeze_console_simple(uint64_t request, uint64_t word)
{
    struct trapeze_message message = {.words = {word}};

    if (find_console() == 0)
        return E_BAD_HANDLE;
    message.label = CONSOLE_LABEL(request, 0, stream);
    return trapeze_console_request(console, &message);
}

void trapeze_console_put(const char *text, size_t length)
{
    static uint64_t turn;

    if (find_console() == 0)
        return;
    while (length > 0) {
        size_t piece = length < CONSOLE_TEXT_BYTES ? length : CONSOLE_TEXT_BYTES;
        struct trapeze_message message = {
            .label = CONSOLE_LABEL(CONSOLE_WRITE, piece, stream) | turn};
        memcpy(message.words, text, piece);
        turn ^= CONSOLE_TURN;
        if (trapeze_console_request(console, &message) < 0)
            return;
        text += piece;
        length -= piece;
    }
}

void trapeze_console_write(const char *text, size_t length)
{
    trapeze_console_put(text, length);
    if (length > 0 && text[length - 1] != '\n')
        trapeze_console_simple(CONSOLE_FLUSH, 0);
}

size_t trapeze_console_read(char text[CONSOLE_TEXT_BYTES])
{
    struct trapeze_message message = {0};
    long length;

    if (find_console() == 0)
        return 0;
    message.label = CONSOLE_LABEL(CONSOLE_READ, 0, stream);
    length = trapeze_console_request(console, &message);
    if (length <= 0 || length > CONSOLE_TEXT_BYTES)
        return 0;
    memcpy(text, message.words, (size_t)length);
    return (size_t)length;
}
