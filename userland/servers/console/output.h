/* SPDX-License-Identifier: MIT
 *
 * The queue of bytes for the device. A newline goes in as CR and LF.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "state.h"

/* Bytes that fit. */
size_t output_room(const struct state *state);

/* All of the text, or nothing of it where it does not fit: then false. */
bool output_put(struct state *state, const char *text, size_t length);

/* The same for a string, and for the end of a line. */
bool output_put_string(struct state *state, const char *string);
bool output_put_newline(struct state *state);

/* The next byte for the device, -1 if there is none; and that it has been sent. */
int output_peek(const struct state *state);
void output_sent(struct state *state);
