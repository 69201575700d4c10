/* SPDX-License-Identifier: MIT
 *
 * Servers that are killed while clients use them: what the program kill-servers and its
 * clients, which are the same program, tell each other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <trapeze.h>

enum client {
    CLIENT_WRITER,   /* writes numbered lines */
    CLIENT_WRITER_2, /* as well */
    CLIENT_READER,   /* waits for input */
    CLIENT_LOOKER,   /* asks the name server, and calls what it gets */
    CLIENT_REGISTRAR,
    CLIENT_END,
};

/* What has become of a client's requests. */
struct client_state {
    uint64_t requests;
    uint64_t succeeded;
    uint64_t let_down; /* E_PEER: the server died with the request */
    uint64_t unknown;  /* E_GONE: the name server has forgotten a name */
    uint64_t wrong;    /* anything else, and the last of it: */
    int64_t wrong_result;
};

struct kill_state {
    uint64_t finish; /* the writers are to stop */
    struct client_state clients[CLIENT_END];
};

/* Does what a client does, until it is killed, or a writer is to stop. */
int client_main(enum client client, struct kill_state *state);
