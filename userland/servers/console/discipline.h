/* SPDX-License-Identifier: MIT
 *
 * The line discipline: from the bytes that are typed to the lines that programs read.
 * In line mode input is echoed and can be corrected until Enter (or ^D) makes it
 * readable:
 *
 *   Backspace, DEL  the last character, of however many bytes of UTF-8
 *   ^W, ^U          the last word, the line
 *   ^D              what was typed, without a newline; at the start of a line: end of
 * the input ^C              forgets all input; who owns the keyboard is told
 *
 * In raw mode every byte is readable as it comes. Every character is taken to be one
 * column wide.
 *
 * Pure: echo goes to the queue of output.h, and is left out where that is full.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state.h"

/* Takes a byte that was typed. True: it was a ^C of line mode. */
bool discipline_type(struct state *state, uint8_t byte);

/* Whether the next byte should be left in the device: in raw mode input that does not
 * fit waits there. In line mode it is refused with a bell, so that ^C always comes
 * through. */
bool discipline_must_wait(const struct state *state);

/* What the next reader gets. */
struct discipline_piece {
    size_t length;  /* bytes in the buffer; 0: the end of the input */
    uint32_t count; /* entries that it takes; 0: there is no input yet */
};
struct discipline_piece discipline_peek(const struct state *state, char *buffer,
                                        size_t capacity);

/* The reader has it. */
void discipline_take(struct state *state, struct discipline_piece piece);

/* The mode in force from now on. What is being typed is readable at once in raw mode;
 * what was typed ahead in raw mode is taken, and echoed, as lines. A ^C in it sets
 * state.interrupted. */
void discipline_set_raw(struct state *state, bool raw);

/* After lines were written: shows the prompt and the typed line again, if they were
 * interrupted, and tells a raw reader (by CONSOLE_REDRAW) to do so. */
void discipline_restore(struct state *state);
