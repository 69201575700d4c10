/* SPDX-License-Identifier: MIT
 *
 * The line discipline.
 */
#include "discipline.h"

#include <stdio.h>

#include <trapeze/console.h>

#include "output.h"
#include "streams.h"

#define CONTROL(letter) ((letter)-0x40)
#define BACKSPACE 0x08
#define DELETE 0x7f

static uint16_t *entry(struct state *state, uint32_t position)
{
    return &state->input[position % STATE_INPUT_COUNT];
}

/* The last place is kept for what ends a line. */
static bool has_room(const struct state *state, bool ends_line)
{
    uint32_t used = state->input_end - state->input_first;
    return used < STATE_INPUT_COUNT - (ends_line ? 0 : 1);
}

static void append(struct state *state, uint16_t value)
{
    *entry(state, state->input_end) = value;
    state_commit();
    state->input_end++;
}

static bool is_continuation(uint16_t value) { return (value & 0xc0) == 0x80; }

static bool is_control(uint16_t value) { return value < 0x20 || value == DELETE; }

static void echo(struct state *state, uint16_t value)
{
    char text[2] = {(char)value};

    if (value == '\t')
        text[0] = ' ';
    if (is_control(value) && value != '\t') {
        text[0] = '^';
        text[1] = (char)(value ^ 0x40);
    }
    output_put(state, text, text[1] == '\0' ? 1 : 2);
    streams_echoed(state, false);
}

static bool refuse(struct state *state)
{
    output_put_string(state, "\a");
    return false;
}

static void end_line(struct state *state, uint16_t value, const char *shown)
{
    if (!has_room(state, true)) {
        refuse(state);
        return;
    }
    append(state, value);
    state_commit();
    state->input_ready = state->input_end;
    output_put_string(state, shown);
    if (value == '\n')
        streams_echoed(state, true);
}

/* Takes the last character back. The columns that it had. */
static unsigned erase_character(struct state *state)
{
    uint32_t position = state->input_end - 1;
    unsigned columns;

    while (position != state->input_ready && is_continuation(*entry(state, position)))
        position--;
    uint16_t value = *entry(state, position);
    columns = is_control(value) && value != '\t' ? 2 : 1;
    state->input_end = position;
    return columns;
}

static bool last_is_blank(struct state *state)
{
    uint16_t value = *entry(state, state->input_end - 1);
    return value == ' ' || value == '\t';
}

static void wipe(struct state *state, unsigned columns)
{
    char text[24];

    if (columns == 0)
        return;
    snprintf(text, sizeof(text), "\033[%uD\033[K", columns);
    output_put_string(state, columns == 1 ? "\b \b" : text);
}

static void erase(struct state *state, uint8_t byte)
{
    unsigned columns = 0;

    if (byte == CONTROL('W'))
        while (state->input_end != state->input_ready && last_is_blank(state))
            columns += erase_character(state);
    while (state->input_end != state->input_ready) {
        if (byte == CONTROL('W') && last_is_blank(state))
            break;
        columns += erase_character(state);
        if (byte == BACKSPACE || byte == DELETE)
            break;
    }
    wipe(state, columns);
}

static bool interrupt(struct state *state)
{
    state->input_ready = state->input_first;
    state->input_end = state->input_first;
    output_put_string(state, "^C\n");
    streams_echoed(state, true);
    return true;
}

bool discipline_type(struct state *state, uint8_t byte)
{
    if (state->raw) {
        if (!has_room(state, true))
            return refuse(state);
        append(state, byte);
        state->input_ready = state->input_end;
        return false;
    }
    switch (byte) {
    case CONTROL('C'):
        return interrupt(state);
    case '\r':
    case '\n':
        end_line(state, '\n', "\n");
        return false;
    case CONTROL('D'):
        end_line(state, INPUT_END, "");
        return false;
    case BACKSPACE:
    case DELETE:
    case CONTROL('U'):
    case CONTROL('W'):
        erase(state, byte);
        return false;
    default:
        if (!has_room(state, false))
            return refuse(state);
        append(state, byte);
        echo(state, byte);
        return false;
    }
}

bool discipline_must_wait(const struct state *state)
{
    return state->raw && !has_room(state, true);
}

/* What a reader gets for an entry, -1 for the end of the input. */
static int byte_of(const struct state *state, uint16_t value)
{
    if (value == INPUT_END)
        return state->raw ? CONTROL('D') : -1;
    return value;
}

struct discipline_piece discipline_peek(const struct state *state, char *buffer,
                                        size_t capacity)
{
    struct discipline_piece piece = {0};
    uint32_t available = state->input_ready - state->input_first;

    while (piece.count < available) {
        uint32_t position = state->input_first + piece.count;
        int byte = byte_of(state, state->input[position % STATE_INPUT_COUNT]);
        if (byte < 0) {
            piece.count++;
            break;
        }
        if (piece.length == capacity)
            break;
        buffer[piece.length++] = (char)byte;
        piece.count++;
        if (byte == '\n' || byte == '\r')
            break;
    }
    return piece;
}

void discipline_take(struct state *state, struct discipline_piece piece)
{
    state->input_first += piece.count;
}

/* What was typed ahead in raw mode becomes lines, as if it were typed now. */
static void type_again(struct state *state)
{
    uint16_t typed[STATE_INPUT_COUNT];
    uint32_t count = state->input_end - state->input_first;

    for (uint32_t i = 0; i < count; i++)
        typed[i] = *entry(state, state->input_first + i);
    state->input_ready = state->input_first;
    state->input_end = state->input_first;
    for (uint32_t i = 0; i < count; i++)
        if (discipline_type(state,
                            typed[i] == INPUT_END ? CONTROL('D') : (uint8_t)typed[i]))
            state->interrupted = 1;
}

void discipline_set_raw(struct state *state, bool raw)
{
    bool was_raw = state->raw;

    if (raw)
        state->input_ready = state->input_end;
    state->raw = raw;
    if (was_raw && !raw)
        type_again(state);
}

void discipline_restore(struct state *state)
{
    if (state->redraw && !state->line_open) {
        state->redraw = 0;
        if (state->raw && has_room(state, true)) {
            append(state, CONSOLE_REDRAW);
            state->input_ready = state->input_end;
        }
        return;
    }
    if (!streams_restore(state))
        return;
    for (uint32_t i = state->input_ready; i != state->input_end; i++)
        echo(state, *entry(state, i));
}
