/* SPDX-License-Identifier: MIT
 *
 * Whether the page holds a state of a console that ran before, and one that can be
 * right: a console that crashed may have been wrong about anything.
 */
#include "state.h"

#include <string.h>

#define MAGIC UINT64_C(0x31656c6f736e6f63) /* "console1" */

static bool is_plausible(const struct state *state)
{
    if (state->output_end - state->output_first > STATE_OUTPUT_BYTES ||
        state->input_end - state->input_first > STATE_INPUT_COUNT ||
        state->input_ready - state->input_first >
            state->input_end - state->input_first ||
        state->owner > STATE_STREAMS)
        return false;
    for (uint32_t i = 0; i < STATE_STREAMS; i++) {
        const struct stream *stream = &state->streams[i];
        if (stream->length > STATE_LINE_BYTES || stream->shown > stream->length)
            return false;
    }
    return true;
}

bool state_open(struct state *state)
{
    uint64_t log_shown = state->magic == MAGIC ? state->log_shown : 0;

    if (state->magic == MAGIC && is_plausible(state)) {
        for (uint32_t i = 0; i < STATE_STREAMS; i++)
            state->streams[i].reading = 0; /* a reader of then asks again */
        return true;
    }
    memset(state, 0, sizeof(*state));
    state->log_shown = log_shown;
    state_commit();
    state->magic = MAGIC;
    return false;
}
