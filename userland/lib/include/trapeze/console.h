/* SPDX-License-Identifier: MIT
 *
 * The protocol of the console server. A label is the request in its lowest byte, and
 * above it what the request says. Text travels in the four words of a message, first
 * byte lowest. The reply's label is what is said below, or a negative error: E_INVALID
 * (no such request, or a length or mode that there is not), E_NO_SLOT (too many wait).
 * TRAPEZE_PING is answered.
 *
 * Clients are told apart by the badge of their handle. Each has any number of streams,
 * one for each process that shares the handle: a stream is the process's own number
 * (process_self). What different streams write does not mix inside a line: a stream's
 * line is kept back until it ends, is full, or the stream asks.
 *
 * A console that dies is started again and goes on where it was. Its clients get E_PEER
 * and ask again; trapeze_console_request() does that. What was written is thereby shown
 * at least once: twice only if the console died just between showing and noting it.
 */
#pragma once

#define CONSOLE_TEXT_BYTES 32
#define CONSOLE_LABEL(request, length, stream) \
    ((uint64_t)(request) | (uint64_t)(length) << 8 | (uint64_t)(stream) << 16)
#define CONSOLE_REQUEST(label) ((label)&0xff)
#define CONSOLE_LENGTH(label) ((label) >> 8 & 0x3f)
#define CONSOLE_STREAM(label) ((label) >> 16)

/* ORed to the label of CONSOLE_WRITE. CONSOLE_TURN: in every other write of a stream.
 * CONSOLE_AGAIN: E_PEER answered this write before; if the last that was done is of the
 * same turn, it was this one, and is not done again. */
#define CONSOLE_TURN (UINT64_C(1) << 14)
#define CONSOLE_AGAIN (UINT64_C(1) << 15)

/* Writes `length` bytes, 1 to CONSOLE_TEXT_BYTES. Reply: E_OK, when there is room. */
#define CONSOLE_WRITE 1

/* Shows what is kept back of this stream's line. Reply: E_OK, when it is on its way. */
#define CONSOLE_FLUSH 2

/* Waits for input: at most the rest of a line. Reply: how many bytes there are in the
 * words, 1 to CONSOLE_TEXT_BYTES; 0 at the end of the input (^D). Waits while another
 * stream has the keyboard. */
#define CONSOLE_READ 3

/* words[0]: CONSOLE_LINE (lines, echoed and editable) or CONSOLE_RAW (each byte as it
 * comes, no echo; ^C is a byte), for this stream. While nobody has the keyboard it
 * holds for all. Reply: E_OK. */
#define CONSOLE_MODE 4
#define CONSOLE_LINE 0
#define CONSOLE_RAW 1

/* What a raw stream reads when a line of another one has wiped its own, which it had
 * flushed but not ended: it draws it anew. (ASCII's record separator, ^^.) */
#define CONSOLE_REDRAW 0x1e

/* Only from clients that init's list makes a keyboard's owner (the shell): gives the
 * keyboard to the stream words[0] of the client with the badge words[1] (0: of the one
 * that asks; both 0: back to the one that asks). A granted handle (endpoint,
 * RIGHT_SIGNAL) is signalled at ^C while that stream has the keyboard in line mode. A
 * console that was started again has no such handle, but keeps a ^C for the next one:
 * who waits for a ^C asks again now and then. Reply: E_OK, E_RIGHTS. */
#define CONSOLE_FOREGROUND 5

/* Forgets a stream (the one of the label) and shows what is kept back of it. Reply:
 * E_OK. */
#define CONSOLE_CLOSE 6

/* Waits until all that is on its way, and the kernel's log, has left the machine:
 * before the power goes off. Reply: E_OK. */
#define CONSOLE_DRAIN 7

/* Badges of handles with RIGHT_SIGNAL to the console's endpoint. CONSOLE_LOG_BIT: there
 * is more in the kernel's log; for who writes to it. CONSOLE_IRQ_BIT: the console's
 * own. */
#define CONSOLE_LOG_BIT 1
#define CONSOLE_IRQ_BIT 2

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For programs; in libtrapeze. */

struct trapeze_message;

/* Calls the console (0: the handle inherited as "console") with this message, and again
 * when it has died meanwhile. The reply's label, which may be an error, or an error of
 * trapeze_call. */
long trapeze_console_request(uint64_t console, struct trapeze_message *message);

/* A request with nothing but one word, from the caller's own stream. */
long trapeze_console_simple(uint64_t request, uint64_t word);

/* Writes text, but does not flush it: an unended line is kept back. */
void trapeze_console_put(const char *text, size_t length);

/* Waits for input and gives the next piece of it: at most CONSOLE_TEXT_BYTES. The
 * number of bytes, 0 at the end of the input or if there is no console. */
size_t trapeze_console_read(char text[CONSOLE_TEXT_BYTES]);
#endif
