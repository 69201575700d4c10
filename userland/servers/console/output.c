/* SPDX-License-Identifier: MIT
 *
 * The queue of bytes for the device: a ring in the state, so what was accepted before a
 * crash is shown after it.
 */
#include "output.h"

#include <string.h>

size_t output_room(const struct state *state)
{
    return STATE_OUTPUT_BYTES - (state->output_end - state->output_first);
}

bool output_put(struct state *state, const char *text, size_t length)
{
    uint32_t end = state->output_end;
    size_t needed = length;

    for (size_t i = 0; i < length; i++)
        needed += text[i] == '\n';
    if (needed > output_room(state))
        return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            state->output[end++ % STATE_OUTPUT_BYTES] = '\r';
        state->output[end++ % STATE_OUTPUT_BYTES] = text[i];
    }
    state_commit();
    state->output_end = end;
    return true;
}

bool output_put_string(struct state *state, const char *string)
{
    return output_put(state, string, strlen(string));
}

bool output_put_newline(struct state *state) { return output_put(state, "\n", 1); }

int output_peek(const struct state *state)
{
    if (state->output_first == state->output_end)
        return -1;
    return (unsigned char)state->output[state->output_first % STATE_OUTPUT_BYTES];
}

void output_sent(struct state *state) { state->output_first++; }
