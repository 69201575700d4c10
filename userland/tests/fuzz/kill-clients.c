/* SPDX-License-Identifier: MIT
 *
 * The clients of kill-servers. A request that a server took with it is made again, as
 * the protocols say; each client pauses between requests, so that all can be killed at
 * any point of what they do.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <trapeze/console.h>
#include <trapeze/names.h>

#include "kill-servers.h"

#define WRITER_PAUSE_MS 10
#define LOOKER_PAUSE_US 60

static void pause_for(uint64_t microseconds)
{
    static uint64_t hz;

    if (hz == 0)
        hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    trapeze_sleep_until(trapeze_time() + microseconds * hz / 1000000);
}

/* Counts a request that has come back. False: the server died with it. */
static bool note(struct client_state *state, long result)
{
    state->requests++;
    if (result >= 0)
        state->succeeded++;
    else if (result == E_PEER)
        state->let_down++;
    else {
        state->wrong++;
        state->wrong_result = result;
    }
    return result != E_PEER;
}

/* Makes a request of the console, and again until it is done. */
static void request(struct client_state *state, uint64_t console,
                    const struct trapeze_message *wanted)
{
    struct trapeze_message message = *wanted;
    long result;

    for (;;) {
        result = trapeze_call(console, &message);
        if (note(state, result < 0 ? result : (long)message.label))
            return;
        message = *wanted;
        if (CONSOLE_REQUEST(message.label) == CONSOLE_WRITE)
            message.label |= CONSOLE_AGAIN;
    }
}

static int writer_main(enum client client, struct kill_state *state)
{
    const uint64_t console = trapeze_inherited("console");
    const uint64_t stream = (uint64_t)sys_process_self();
    uint64_t turn = 0;

    for (uint64_t i = 0; !*(volatile uint64_t *)&state->finish; i++) {
        char text[CONSOLE_TEXT_BYTES];
        const int length = snprintf(text, sizeof(text), "writer %d line %" PRIu64 "\n",
                                    (int)client, i);
        struct trapeze_message message = {
            .label = CONSOLE_LABEL(CONSOLE_WRITE, length, stream) | turn};
        memcpy(message.words, text, (size_t)length);
        request(&state->clients[client], console, &message);
        turn ^= CONSOLE_TURN;
        pause_for(WRITER_PAUSE_MS * 1000);
    }
    return 0;
}

static void reader_main(struct client_state *state)
{
    const uint64_t console = trapeze_inherited("console");
    const struct trapeze_message message = {
        .label = CONSOLE_LABEL(CONSOLE_READ, 0, sys_process_self())};

    for (;;) {
        request(state, console, &message);
        pause_for(LOOKER_PAUSE_US); /* at the end of the input there is always more */
    }
}

static void looker_main(struct client_state *state)
{
    const uint64_t stream = (uint64_t)sys_process_self();
    const struct trapeze_message flush = {.label =
                                              CONSOLE_LABEL(CONSOLE_FLUSH, 0, stream)};

    for (;;) {
        const long console = trapeze_lookup("console");
        if (note(state, console) && console >= 0) {
            request(state, (uint64_t)console, &flush);
            sys_handle_close((uint64_t)console);
        }
        pause_for(LOOKER_PAUSE_US);
    }
}

/* A name that a client has registered is gone with the name server. */
static void registrar_main(struct client_state *state)
{
    const long endpoint = sys_endpoint_create();

    for (;;) {
        while (!note(state, trapeze_register("service", (uint64_t)endpoint)))
            ;
        const long found = trapeze_lookup("service");
        if (found == E_GONE)
            state->unknown++;
        else if (note(state, found) && found >= 0)
            sys_handle_close((uint64_t)found);
        pause_for(LOOKER_PAUSE_US);
    }
}

int client_main(enum client client, struct kill_state *state)
{
    struct client_state *own = &state->clients[client];

    switch (client) {
    case CLIENT_WRITER:
    case CLIENT_WRITER_2:
        return writer_main(client, state);
    case CLIENT_READER:
        reader_main(own);
        break;
    case CLIENT_LOOKER:
        looker_main(own);
        break;
    default:
        registrar_main(own);
        break;
    }
    return 2;
}
