/* SPDX-License-Identifier: MIT
 *
 * The name server's client (trapeze/names.h).
 */
#include <string.h>

#include <trapeze.h>
#include <trapeze/names.h>

/* Sends the request with this name; the reply takes its place. */
static long ask(const char *name, struct trapeze_message *message)
{
    const uint64_t names = trapeze_inherited("names");
    const size_t length = strlen(name);

    if (names == 0)
        return E_BAD_HANDLE;
    if (length == 0 || length >= NAMES_NAME_BYTES)
        return E_INVALID;
    memcpy(message->words, name, length);
    const long error = trapeze_call(names, message);
    return error < 0 ? error : (long)message->label;
}

long trapeze_lookup(const char *name)
{
    struct trapeze_message message = {.label = NAMES_LOOKUP, .welcome = 1};
    const long error = ask(name, &message);

    if (error < 0)
        return error;
    return message.grant != 0 ? (long)message.grant : E_GONE;
}

long trapeze_register(const char *name, uint64_t endpoint)
{
    const long duplicate = sys_handle_duplicate(endpoint, RIGHT_SEND, 0);

    if (duplicate < 0)
        return duplicate;
    struct trapeze_message message = {.label = NAMES_REGISTER,
                                      .grant = (uint64_t)duplicate};
    const long error = ask(name, &message);
    sys_handle_close((uint64_t)duplicate);
    return error;
}
