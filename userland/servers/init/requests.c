/* SPDX-License-Identifier: MIT
 *
 * Each request is answered at once: init waits for nobody here.
 */
#include "requests.h"

#include <string.h>

#include <trapeze/init_protocol.h>

#include "power.h"
#include "supervise.h"
#include "wiring.h"

#define REQUESTS_END 32 /* bits of a section's mask */

/* By place: 0 is init itself, then what has been started, in the manifest's order. */
static struct supervised *find_place(uint64_t place)
{
    for (uint32_t badge = 1; badge <= wiring.manifest->section_count; badge++) {
        struct supervised *supervised = supervise_of_badge(badge);
        if (supervised->section != NULL && --place == 0)
            return supervised;
    }
    return NULL;
}

static struct supervised *find_name(const uint64_t words[2])
{
    char name[INIT_NAME_BYTES + 1] = {0};

    memcpy(name, words, INIT_NAME_BYTES);
    const struct manifest_section *section =
        manifest_find(wiring.manifest, name, strlen(name));
    struct supervised *supervised = section == NULL ? NULL : supervise_find(section);
    return supervised == NULL || supervised->section == NULL ? NULL : supervised;
}

static enum init_server_state state_of(const struct supervised *supervised)
{
    if (supervised->process != 0)
        return INIT_SERVER_UP;
    return supervised->due_ticks != 0 ? INIT_SERVER_WAITS : INIT_SERVER_FINISHED;
}

static void put_name(struct trapeze_message *reply, const char *name)
{
    const size_t length = strlen(name);
    memcpy(reply->words, name, length < INIT_NAME_BYTES ? length : INIT_NAME_BYTES);
}

/* The handle is closed once the reply has gone out. */
static void grant_inspection(uint64_t process, struct trapeze_message *reply)
{
    const long handle = sys_handle_duplicate(process, RIGHT_INSPECT, 0);
    reply->grant = handle > 0 ? (uint64_t)handle : 0;
}

static long list(uint64_t place, struct trapeze_message *reply)
{
    const struct supervised *supervised;

    if (place == 0) {
        put_name(reply, "init");
        reply->words[3] = INIT_SERVER_UP;
        grant_inspection(wiring.self, reply);
        return E_OK;
    }
    supervised = find_place(place);
    if (supervised == NULL)
        return E_INVALID;
    put_name(reply, supervised->section->kind == MANIFEST_RUN
                        ? supervised->program
                        : supervised->section->name);
    reply->words[2] = supervised->restart.count;
    reply->words[3] = state_of(supervised);
    if (supervised->process != 0)
        grant_inspection((uint64_t)supervised->process, reply);
    return E_OK;
}

static long tell_last_end(uint64_t place, struct trapeze_message *reply)
{
    const struct supervised *supervised = find_place(place);

    if (supervised == NULL)
        return place == 0 ? E_OK : E_INVALID;
    if (!supervised->has_ended)
        return E_OK;
    reply->words[0] = supervised->end_was_silent ? INIT_END_UNRESPONSIVE
                                                 : 1 + (uint64_t)supervised->end.kind;
    reply->words[1] = supervised->end.scause;
    reply->words[2] = supervised->end.pc;
    reply->words[3] = supervised->end.value;
    return E_OK;
}

static long tell_registers(uint64_t place, uint64_t group,
                           struct trapeze_message *reply)
{
    const struct supervised *supervised = find_place(place);

    if (supervised == NULL || !supervised->has_faulted ||
        group >= SUPERVISED_REGISTERS / 4)
        return E_INVALID;
    memcpy(reply->words, supervised->registers + 4 * group, sizeof reply->words);
    return E_OK;
}

static long kill_named(const uint64_t words[2])
{
    struct supervised *supervised = find_name(words);
    return supervised == NULL ? E_INVALID : supervise_kill(supervised);
}

static long answer(const struct trapeze_message *message, struct trapeze_message *reply)
{
    const struct supervised *client = supervise_of_badge(message->badge);

    if (message->label == TRAPEZE_PING)
        return (long)TRAPEZE_PING;
    if (message->label >= REQUESTS_END || client == NULL)
        return E_INVALID;
    const uint32_t allowed = wiring.manifest->sections[message->badge - 1].requests;
    if (!(allowed & UINT32_C(1) << message->label))
        return E_RIGHTS;
    switch (message->label) {
    case INIT_LIST:
        return list(message->words[0], reply);
    case INIT_LAST_END:
        return tell_last_end(message->words[0], reply);
    case INIT_REGISTERS:
        return tell_registers(message->words[0], message->words[1], reply);
    case INIT_KILL:
        return kill_named(message->words);
    default: /* INIT_POWER_OFF: there is no other in the manifest's list */
        if (message->words[0] > UINT8_MAX)
            return E_INVALID;
        power_off(message->words[0]);
    }
}

void requests_answer(const struct trapeze_message *message)
{
    struct trapeze_message reply = {0};

    if (message->token == 0)
        return;
    reply.label = (uint64_t)answer(message, &reply);
    const uint64_t granted = reply.grant;
    if (trapeze_reply(message->token, &reply) == E_REFUSED) {
        reply.grant = 0; /* it wants the words alone */
        trapeze_reply(message->token, &reply);
    }
    if (granted != 0)
        sys_handle_close(granted);
}
