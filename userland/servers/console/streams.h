/* SPDX-License-Identifier: MIT
 *
 * What different programs write, line by line: a stream's line is kept back until it
 * ends, fills its buffer or is flushed. Where a line that is on the terminal already (a
 * prompt, say) is interrupted by another one, it moves below: the terminal's line is
 * ended, or wiped if its stream shows it anew at once, and the whole line comes again
 * with the next that its stream shows.
 *
 * Pure: the terminal is the queue of output.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "state.h"

/* Room in the queue with which no call here loses text: a stream that makes way, a
 * line, and CONSOLE_TEXT_BYTES newlines. */
#define STREAMS_ROOM (2U * STATE_LINE_BYTES + 2U * 32U + 16U)
static_assert(STREAMS_ROOM <= STATE_OUTPUT_BYTES, "a write fits into an empty queue");

/* The stream, NULL if it has no entry. */
struct stream *streams_find(struct state *state, uint64_t badge, uint64_t number);

/* The stream, with an entry if need be. The one that was not used for longest makes
 * way, but not the one that has the keyboard. */
struct stream *streams_get(struct state *state, uint64_t badge, uint64_t number);

bool streams_has_keyboard(const struct state *state, uint64_t badge, uint64_t number);

void streams_write(struct state *state, struct stream *stream, const char *text,
                   size_t length);

/* Shows what is kept back. */
void streams_flush(struct state *state, struct stream *stream);

/* Shows what is kept back, and frees the entry. */
void streams_close(struct state *state, struct stream *stream);

/* A whole line (without its newline) that comes from no stream. */
void streams_foreign_line(struct state *state, const char *text, size_t length);

/* Input was echoed: the terminal's line is open, or has been ended by a newline. */
void streams_echoed(struct state *state, bool newline);

/* Shows the lines of those that wait for input again, if they were interrupted. True if
 * one was, or if the line that is being typed was, so that it has to be shown again. */
bool streams_restore(struct state *state);
