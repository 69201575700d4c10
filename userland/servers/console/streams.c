/* SPDX-License-Identifier: MIT
 *
 * What different programs write, line by line.
 */
#include "streams.h"

#include <string.h>

#include "output.h"

#define WIPE_LINE "\r\033[K"

static struct stream *owner_of_line(struct state *state)
{
    return state->owner == 0 ? NULL : &state->streams[state->owner - 1];
}

/* Moves to the start of a line. Of the stream that was interrupted everything is to be
 * shown again, but for a raw one: it draws its line itself. */
static void break_line(struct state *state)
{
    struct stream *owner = owner_of_line(state);
    bool typing = state->input_end != state->input_ready;

    if (!state->line_open)
        return;
    if (owner != NULL)
        owner->shown = 0;
    if (typing || (owner != NULL && owner->reading))
        output_put_string(state, WIPE_LINE);
    else
        output_put_newline(state);
    if (owner != NULL && owner->raw)
        state->redraw = 1;
    state->owner = 0;
    state->line_open = 0;
}

static void show(struct state *state, struct stream *stream)
{
    if (stream->shown == stream->length)
        return;
    if (owner_of_line(state) != stream)
        break_line(state);
    output_put(state, stream->text + stream->shown,
               (size_t)(stream->length - stream->shown));
    stream->shown = stream->length;
    state->owner = (uint32_t)(stream - state->streams) + 1;
    state->line_open = 1;
}

static void forget_text(struct stream *stream)
{
    stream->shown = 0;
    stream->length = 0;
}

bool streams_has_keyboard(const struct state *state, uint64_t badge, uint64_t number)
{
    return state->keyboard_badge == badge && state->keyboard_stream == number;
}

struct stream *streams_find(struct state *state, uint64_t badge, uint64_t number)
{
    for (uint32_t i = 0; i < STATE_STREAMS; i++) {
        struct stream *stream = &state->streams[i];
        if (number != 0 && stream->number == number && stream->badge == badge) {
            stream->used = ++state->clock;
            return stream;
        }
    }
    return NULL;
}

struct stream *streams_get(struct state *state, uint64_t badge, uint64_t number)
{
    struct stream *stream = streams_find(state, badge, number);
    struct stream *oldest = NULL;

    if (stream != NULL)
        return stream;
    for (uint32_t i = 0; i < STATE_STREAMS; i++) {
        stream = &state->streams[i];
        if (stream->number == 0) {
            oldest = stream;
            break;
        }
        if (streams_has_keyboard(state, stream->badge, stream->number))
            continue;
        if (oldest == NULL || stream->used < oldest->used)
            oldest = stream;
    }
    streams_close(state, oldest);
    oldest->badge = badge;
    oldest->used = ++state->clock;
    state_commit();
    oldest->number = number;
    return oldest;
}

static void end_line(struct state *state, struct stream *stream)
{
    show(state, stream);
    if (owner_of_line(state) != stream)
        break_line(state); /* an empty line: nothing was shown */
    output_put_newline(state);
    forget_text(stream);
    state->owner = 0;
    state->line_open = 0;
}

void streams_write(struct state *state, struct stream *stream, const char *text,
                   size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            end_line(state, stream);
            continue;
        }
        if (stream->length == STATE_LINE_BYTES) {
            show(state, stream);
            forget_text(stream);
        }
        stream->text[stream->length] = text[i];
        state_commit();
        stream->length++;
    }
}

void streams_flush(struct state *state, struct stream *stream)
{
    show(state, stream);
    if (stream->raw)
        forget_text(stream);
}

void streams_close(struct state *state, struct stream *stream)
{
    show(state, stream);
    if (owner_of_line(state) == stream)
        state->owner = 0;
    stream->number = 0;
    state_commit();
    memset(stream, 0, sizeof(*stream));
}

void streams_foreign_line(struct state *state, const char *text, size_t length)
{
    break_line(state);
    output_put(state, text, length);
    output_put_newline(state);
}

void streams_echoed(struct state *state, bool newline)
{
    struct stream *owner = owner_of_line(state);

    state->line_open = !newline;
    if (!newline)
        return;
    if (owner != NULL)
        forget_text(owner);
    state->owner = 0;
}

bool streams_restore(struct state *state)
{
    if (state->line_open)
        return false;
    for (uint32_t i = 0; i < STATE_STREAMS; i++) {
        struct stream *stream = &state->streams[i];
        if (stream->number != 0 && stream->reading && !stream->raw && !state->line_open)
            show(state, stream);
    }
    return state->line_open || state->input_end != state->input_ready;
}
