/* SPDX-License-Identifier: MIT
 *
 * A server's loop.
 */
#include <trapeze.h>

/* The message becomes its reply, whose token is 0 where there is none. */
static void answer(struct trapeze_message *message,
                   bool (*handle)(struct trapeze_message *message))
{
    const uint64_t received = message->grant;
    const bool is_ping =
        message->kind == KIND_MESSAGE && message->label == TRAPEZE_PING;

    if (!is_ping && !handle(message))
        message->token = 0;
    if (received != 0 && message->grant == received) {
        sys_handle_close(received);
        message->grant = 0;
    }
}

long trapeze_serve(uint64_t endpoint, bool (*handle)(struct trapeze_message *message))
{
    struct trapeze_message message = {.deadline = TRAPEZE_NEVER, .welcome = 1};
    long result = trapeze_recv(endpoint, &message);

    while (result >= 0) {
        answer(&message, handle);
        result = trapeze_reply_recv(endpoint, &message);
        /* A client that takes no handle is not the server's end. */
        if (result < 0 && result != E_TIMEOUT && message.grant != 0) {
            message.grant = 0;
            message.label = (uint64_t)result;
            result = trapeze_reply_recv(endpoint, &message);
        }
    }
    return result;
}
