/* SPDX-License-Identifier: MIT
 *
 * All that a console must remember when it is started again: one page of memory that
 * init keeps for it. Whoever changes it may be killed between any two instructions, so
 * what is new is written first and counted afterwards, with state_commit() between the
 * two. At the worst something is shown twice.
 */
#pragma once

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define STATE_BYTES 4096
#define STATE_OUTPUT_BYTES 1024U /* a power of two, as is the next */
#define STATE_INPUT_COUNT 256U
#define STATE_STREAMS 8U
#define STATE_LINE_BYTES 272U

/* What a process writes. The line that it is at stands in text[0..length), of which
 * text[0..shown) is on the terminal. */
struct stream {
    uint64_t badge;
    uint64_t number; /* 0: the entry is free */
    uint64_t used;   /* state.clock when it was last used */
    uint16_t length;
    uint16_t shown;
    uint8_t raw;  /* reads bytes, not lines */
    uint8_t turn; /* 1 + CONSOLE_TURN (0 or 1) of the last write; 0: there was none */
    uint8_t reading; /* waits for input, so what it has shown is a prompt */
    uint8_t reserved;
    char text[STATE_LINE_BYTES];
};

/* Positions count for ever; the place in the array is the position modulo its size. */
struct state {
    uint64_t magic;
    uint64_t log_shown; /* up to here the kernel's log has been shown */
    uint64_t keyboard_badge;
    uint64_t keyboard_stream; /* 0: input is for whoever asks first */
    uint64_t clock;
    uint32_t output_first; /* the next byte for the device */
    uint32_t output_end;
    uint32_t input_first; /* the next entry for a reader */
    uint32_t input_ready; /* up to here readers may have it ... */
    uint32_t input_end;   /* ... and from there to here the line is being typed */
    uint32_t owner;    /* 1 + index of the stream that the terminal's line belongs to */
    uint8_t line_open; /* the terminal's cursor is behind something */
    uint8_t raw;       /* the mode in force: that of the stream that has the keyboard */
    uint8_t interrupted; /* a ^C that nobody has been told of yet */
    uint8_t redraw;      /* a raw stream's line was wiped: it has to be told */
    uint8_t reserved[4];
    uint16_t input[STATE_INPUT_COUNT]; /* a byte, or INPUT_END */
    char output[STATE_OUTPUT_BYTES];
    struct stream streams[STATE_STREAMS];
};
static_assert(sizeof(struct state) <= STATE_BYTES, "the state is one page");

#define INPUT_END 0x100U /* ^D was typed here */

/* Takes over a state, or makes a new one of what is none. False: it is new. */
bool state_open(struct state *state);

/* What was written before is in memory before what is written after. The compiler is
 * all that has to be told: a process sees its own stores in order, and so does the one
 * that comes after it. */
static inline void state_commit(void) { atomic_signal_fence(memory_order_seq_cst); }
