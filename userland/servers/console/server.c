/* SPDX-License-Identifier: MIT
 *
 * The requests of trapeze/console.h. Each is answered once: at once, when the output
 * queue has room, or when there is input. A client that has gone by then is no error.
 */
#include "server.h"

#include <string.h>

#include <trapeze/console.h>

#include "discipline.h"
#include "output.h"
#include "streams.h"

static void answer(const struct request *request, uint64_t label)
{
    trapeze_reply(request->token, &(struct trapeze_message){.label = label});
}

static struct stream *stream_of(struct server *server, const struct request *request)
{
    return streams_get(server->state, request->badge, CONSOLE_STREAM(request->label));
}

static void write_text(struct server *server, const struct request *request)
{
    struct stream *stream = stream_of(server, request);
    uint8_t turn = request->label & CONSOLE_TURN ? 2 : 1;
    char text[CONSOLE_TEXT_BYTES];

    if ((request->label & CONSOLE_AGAIN) && stream->turn == turn)
        return;
    memcpy(text, request->words, sizeof(text));
    streams_write(server->state, stream, text, CONSOLE_LENGTH(request->label));
    state_commit();
    stream->turn = turn;
}

static void set_mode(struct server *server, const struct request *request)
{
    struct state *state = server->state;
    struct stream *stream = stream_of(server, request);

    stream->raw = request->words[0] == CONSOLE_RAW;
    if (state->keyboard_stream == 0 ||
        streams_has_keyboard(state, stream->badge, stream->number))
        discipline_set_raw(state, stream->raw);
}

/* Whatever may need room in the output queue; there is enough now. */
static void do_output(struct server *server, const struct request *request)
{
    struct stream *stream;

    switch (CONSOLE_REQUEST(request->label)) {
    case CONSOLE_WRITE:
        write_text(server, request);
        break;
    case CONSOLE_FLUSH:
        streams_flush(server->state, stream_of(server, request));
        break;
    case CONSOLE_MODE:
        set_mode(server, request);
        break;
    default:
        stream =
            streams_find(server->state, request->badge, CONSOLE_STREAM(request->label));
        if (stream != NULL)
            streams_close(server->state, stream);
        break;
    }
}

static bool is_owner(const struct server *server, uint64_t badge)
{
    for (size_t i = 0; i < server->owner_count; i++)
        if (server->owners[i] == badge)
            return true;
    return false;
}

/* Takes the grant over. */
static long set_foreground(struct server *server, const struct request *request,
                           uint64_t grant)
{
    struct state *state = server->state;
    uint64_t number = request->words[0];
    uint64_t badge = request->words[1];

    if (!is_owner(server, request->badge)) {
        if (grant != 0)
            sys_handle_close(grant);
        return E_RIGHTS;
    }
    if (number == 0)
        number = CONSOLE_STREAM(request->label);
    if (badge == 0)
        badge = request->badge;
    if (server->interrupt != 0)
        sys_handle_close(server->interrupt);
    server->interrupt = grant;
    if (!streams_has_keyboard(state, badge, number)) {
        struct stream *stream = streams_find(state, badge, number);
        state->interrupted = 0;
        state->keyboard_badge = badge;
        state->keyboard_stream = number;
        discipline_set_raw(state, stream != NULL && stream->raw);
    }
    if (state->interrupted)
        server_interrupt(server);
    return E_OK;
}

void server_interrupt(struct server *server)
{
    server->state->interrupted = 1;
    if (server->interrupt == 0)
        return;
    sys_signal(server->interrupt);
    server->state->interrupted = 0;
}

static void add_reader(struct server *server, const struct request *request)
{
    struct stream *stream =
        streams_find(server->state, request->badge, CONSOLE_STREAM(request->label));
    struct request refused;

    if (stream != NULL)
        stream->reading = 1;
    if (waiting_add(&server->readers, request, &refused))
        answer(&refused, (uint64_t)E_NO_SLOT);
}

static bool is_valid(uint64_t label, const uint64_t words[4])
{
    uint64_t length = CONSOLE_LENGTH(label);

    if (CONSOLE_STREAM(label) == 0)
        return false;
    switch (CONSOLE_REQUEST(label)) {
    case CONSOLE_WRITE:
        return length >= 1 && length <= CONSOLE_TEXT_BYTES;
    case CONSOLE_MODE:
        return words[0] == CONSOLE_LINE || words[0] == CONSOLE_RAW;
    case CONSOLE_FLUSH:
    case CONSOLE_READ:
    case CONSOLE_FOREGROUND:
    case CONSOLE_CLOSE:
    case CONSOLE_DRAIN:
        return true;
    default:
        return false;
    }
}

/* The reply's label. False: there is none yet. */
static bool do_request(struct server *server, const struct request *request,
                       uint64_t grant, long *label)
{
    struct request refused;

    if (grant != 0 && CONSOLE_REQUEST(request->label) != CONSOLE_FOREGROUND)
        sys_handle_close(grant);
    *label = E_OK;
    switch (CONSOLE_REQUEST(request->label)) {
    case CONSOLE_READ:
        add_reader(server, request);
        return false;
    case CONSOLE_DRAIN:
        if (waiting_add(&server->drainers, request, &refused))
            answer(&refused, (uint64_t)E_NO_SLOT);
        return false;
    case CONSOLE_FOREGROUND:
        *label = set_foreground(server, request, grant);
        return true;
    default:
        if (server->writers.count == 0 && output_room(server->state) >= STREAMS_ROOM) {
            do_output(server, request);
            return true;
        }
        if (waiting_add(&server->writers, request, &refused))
            answer(&refused, (uint64_t)E_NO_SLOT);
        return false;
    }
}

bool server_request(struct server *server, struct trapeze_message *message)
{
    struct request request = {
        .token = message->token, .badge = message->badge, .label = message->label};
    uint64_t grant = message->grant;
    long label = E_INVALID;

    memcpy(request.words, message->words, sizeof(request.words));
    *message = (struct trapeze_message){.token = request.token};
    if (request.label == TRAPEZE_PING) {
        label = (long)TRAPEZE_PING;
    } else if (is_valid(request.label, request.words)) {
        if (!do_request(server, &request, grant, &label))
            return false;
        grant = 0;
    }
    if (grant != 0)
        sys_handle_close(grant);
    message->label = (uint64_t)label;
    return true;
}

bool server_continue_writers(struct server *server)
{
    while (server->writers.count > 0) {
        struct request request = server->writers.requests[0];
        if (output_room(server->state) < STREAMS_ROOM)
            return true;
        waiting_remove(&server->writers, 0);
        do_output(server, &request);
        answer(&request, E_OK);
    }
    return false;
}

void server_drained(struct server *server)
{
    while (server->drainers.count > 0) {
        struct request request = server->drainers.requests[0];
        waiting_remove(&server->drainers, 0);
        answer(&request, E_OK);
    }
}

/* Input counts as read when the reader has it. */
static void give_input(struct server *server, const struct request *request,
                       struct discipline_piece piece, const char *text)
{
    struct stream *stream =
        streams_find(server->state, request->badge, CONSOLE_STREAM(request->label));
    struct trapeze_message reply = {.label = piece.length};

    memcpy(reply.words, text, piece.length);
    if (trapeze_reply(request->token, &reply) == 0)
        discipline_take(server->state, piece);
    if (stream != NULL)
        stream->reading = 0;
}

void server_feed_readers(struct server *server)
{
    struct state *state = server->state;
    size_t index = 0;

    while (index < server->readers.count) {
        struct request request = server->readers.requests[index];
        char text[CONSOLE_TEXT_BYTES];
        if (state->keyboard_stream != 0 &&
            !streams_has_keyboard(state, request.badge,
                                  CONSOLE_STREAM(request.label))) {
            index++;
            continue;
        }
        struct discipline_piece piece = discipline_peek(state, text, sizeof(text));
        if (piece.count == 0)
            return;
        waiting_remove(&server->readers, index);
        give_input(server, &request, piece, text);
    }
}
