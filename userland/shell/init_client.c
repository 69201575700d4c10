/* SPDX-License-Identifier: MIT
 *
 * What the shell asks of init. Init supervises the shell, so it never waits for it.
 */
#include "init_client.h"

#include <string.h>

#include <trapeze.h>

static long request(uint64_t label, uint64_t word0, uint64_t word1,
                    struct trapeze_message *message)
{
    uint64_t init = trapeze_inherited("init");
    long error;

    if (init == 0)
        return E_BAD_HANDLE;
    *message =
        (struct trapeze_message){.label = label, .words = {word0, word1}, .welcome = 1};
    error = trapeze_call(init, message);
    return error < 0 ? error : (long)message->label;
}

long init_client_server(size_t index, struct server *server)
{
    struct trapeze_message message;
    long error = request(INIT_LIST, index, 0, &message);

    if (error < 0)
        return error;
    *server = (struct server){.process = message.grant,
                              .restarts = message.words[2],
                              .state = message.words[3]};
    memcpy(server->name, message.words, INIT_NAME_BYTES);
    if (request(INIT_LAST_END, index, 0, &message) == 0) {
        server->end = message.words[0];
        memcpy(server->words, &message.words[1], sizeof(server->words));
    }
    return 0;
}

long init_client_registers(size_t index, uint64_t group, uint64_t words[4])
{
    struct trapeze_message message;
    long error = request(INIT_REGISTERS, index, group, &message);

    memcpy(words, message.words, sizeof(message.words));
    return error;
}

long init_client_kill(const char *name)
{
    uint64_t words[2] = {0};
    struct trapeze_message message;

    if (strlen(name) > INIT_NAME_BYTES)
        return E_INVALID;
    memcpy(words, name, strlen(name));
    return request(INIT_KILL, words[0], words[1], &message);
}

long init_client_power_off(uint64_t status)
{
    struct trapeze_message message;

    return request(INIT_POWER_OFF, status, 0, &message);
}
