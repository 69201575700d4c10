/* SPDX-License-Identifier: MIT
 *
 * The name server: gives out endpoint handles by name (trapeze/names.h). Its arguments
 * are init's list of who may do what, by badge. Each endpoint that it is started with
 * is registered under its own name, so those are there again after its restart; what
 * clients have registered they register again.
 */
#include <stdio.h>
#include <string.h>

#include <trapeze.h>
#include <trapeze/names.h>

#include "policy.h"

#define NAMES_MAX 64

static struct name {
    char text[NAMES_NAME_BYTES]; /* empty: not used */
    uint64_t handle;
    bool has_badge; /* then clients get the same one */
} names[NAMES_MAX];

/* What the last reply granted: the client has its own by the next request. */
static uint64_t granted;

/* The name's entry, else a free one, else NULL. A name whose endpoint has gone is free.
 */
static struct name *find(const char *text)
{
    struct name *vacant = NULL;

    for (struct name *name = names; name < names + NAMES_MAX; name++) {
        struct trapeze_handle facts;
        if (name->text[0] != '\0' && trapeze_handle_inspect(name->handle, &facts) < 0) {
            sys_handle_close(name->handle);
            name->text[0] = '\0';
        }
        if (strcmp(name->text, text) == 0)
            return name;
        if (name->text[0] == '\0' && vacant == NULL)
            vacant = name;
    }
    return vacant;
}

/* Takes the handle over if it can be given to clients. */
static int64_t add(const char *text, uint64_t handle)
{
    struct trapeze_handle facts;

    if (handle == 0 || trapeze_handle_inspect(handle, &facts) < 0 ||
        facts.type != OBJECT_ENDPOINT || !(facts.rights & RIGHT_SEND))
        return E_REFUSED;
    struct name *name = find(text);
    if (name == NULL)
        return E_NO_SLOT;
    if (name->text[0] != '\0')
        sys_handle_close(name->handle);
    *name = (struct name){.handle = handle, .has_badge = facts.badge != 0};
    strcpy(name->text, text);
    return E_OK;
}

static int64_t look_up(const char *text, uint64_t badge)
{
    const struct name *name = find(text);

    if (name == NULL || name->text[0] == '\0')
        return E_GONE;
    const long handle =
        sys_handle_duplicate(name->handle, RIGHT_SEND, name->has_badge ? 0 : badge);
    if (handle > 0)
        granted = (uint64_t)handle;
    return handle < 0 ? handle : E_OK;
}

/* False: the message holds no name. */
static bool read_name(const struct trapeze_message *message,
                      char text[NAMES_NAME_BYTES])
{
    memcpy(text, message->words, NAMES_NAME_BYTES);
    return text[0] != '\0' && memchr(text, '\0', NAMES_NAME_BYTES) != NULL;
}

static bool handle_message(struct trapeze_message *message)
{
    const uint64_t request = message->label;
    const uint64_t badge = message->badge;
    char text[NAMES_NAME_BYTES];
    int64_t result = E_INVALID;

    if (granted != 0)
        sys_handle_close(granted);
    granted = 0;
    if (message->kind != KIND_MESSAGE)
        return false;
    if (read_name(message, text) &&
        (request == NAMES_REGISTER || request == NAMES_LOOKUP)) {
        const enum policy_right right =
            request == NAMES_REGISTER ? POLICY_REGISTER : POLICY_LOOKUP;
        if (!policy_allows(right, badge, text))
            result = E_RIGHTS;
        else if (right == POLICY_LOOKUP)
            result = look_up(text, badge);
        else if ((result = add(text, message->grant)) == E_OK)
            message->grant = 0; /* it is kept: not the loop's to close */
    }
    memset(message->words, 0, sizeof message->words);
    message->label = (uint64_t)result;
    if (granted != 0) {
        if (message->grant != 0)
            sys_handle_close(message->grant); /* nobody asked for it */
        message->grant = granted;
    }
    return message->token != 0;
}

int main(int argc, char *argv[])
{
    const struct trapeze_startup *startup = trapeze_startup();
    const uint64_t endpoint = trapeze_inherited("names");

    for (int i = 1; i < argc; i++) {
        if (!policy_add(argv[i])) {
            fprintf(stderr, "names: not understood: '%s'\n", argv[i]);
            return 2;
        }
    }
    for (uint32_t i = 0; i < startup->handle_count; i++) {
        const uint64_t handle = startup->handles[i].handle;
        if (handle != endpoint)
            (void)add(startup->handles[i].name, handle);
    }
    return trapeze_serve(endpoint, handle_message) < 0;
}
