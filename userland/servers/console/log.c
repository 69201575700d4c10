/* SPDX-License-Identifier: MIT
 *
 * The kernel writes its log while this reads it: what was copied counts only if it was
 * still there after that.
 */
#include "log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "output.h"
#include "streams.h"

/* Copies the line that begins at `position`, or as much of it as the buffer takes. What
 * it takes from the log, newline included; 0 if its end has not been written yet. */
static size_t copy_line(const volatile struct trapeze_log *log, uint64_t position,
                        uint64_t end, char line[STATE_LINE_BYTES], size_t *length)
{
    *length = 0;
    while (position + *length < end) {
        char character = log->text[(position + *length) % LOG_TEXT_BYTES];
        if (character == '\n')
            return *length + 1;
        line[(*length)++] = character;
        if (*length == STATE_LINE_BYTES)
            return *length;
    }
    return 0;
}

static void tell_loss(struct state *state, uint64_t count)
{
    char text[64];

    snprintf(text, sizeof(text), "(%" PRIu64 " bytes of the log are lost)", count);
    streams_foreign_line(state, text, strlen(text));
}

bool log_show(struct state *state, const volatile struct trapeze_log *log)
{
    char line[STATE_LINE_BYTES];
    size_t length;

    if (state->log_shown < log->shown)
        state->log_shown = log->shown;
    while (state->log_shown < log->end) {
        uint64_t end = log->end;
        if (output_room(state) < STREAMS_ROOM)
            return true;
        if (end - state->log_shown > LOG_TEXT_BYTES) {
            tell_loss(state, end - LOG_TEXT_BYTES - state->log_shown);
            state->log_shown = end - LOG_TEXT_BYTES;
            continue;
        }
        size_t taken = copy_line(log, state->log_shown, end, line, &length);
        if (log->end - state->log_shown > LOG_TEXT_BYTES)
            continue;
        if (taken == 0)
            return false;
        streams_foreign_line(state, line, length);
        state_commit();
        state->log_shown += taken;
    }
    return false;
}
