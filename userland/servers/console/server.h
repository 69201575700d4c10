/* SPDX-License-Identifier: MIT
 *
 * What the console does for its clients: the requests of trapeze/console.h. It owns the
 * lists of those who wait, and the handle to signal at ^C; everything else is in the
 * state.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <trapeze.h>

#include "state.h"
#include "waiting.h"

#define SERVER_OWNERS_MAX 8

struct server {
    struct state *state;
    uint64_t interrupt;                 /* handle to signal at ^C, 0: none */
    uint64_t owners[SERVER_OWNERS_MAX]; /* badges that may use CONSOLE_FOREGROUND */
    size_t owner_count;
    struct waiting readers;
    struct waiting writers;  /* they wait for room in the output queue */
    struct waiting drainers; /* they wait until it is empty */
};

/* Handles a request. True: message is the reply now; false: it has been answered, or
 * will be. */
bool server_request(struct server *server, struct trapeze_message *message);

/* Tells the keyboard's owner of a ^C. */
void server_interrupt(struct server *server);

/* Does what waits for room in the output queue. True: some still wait. */
bool server_continue_writers(struct server *server);

/* Answers those who wait for it: everything has left the machine. */
void server_drained(struct server *server);

/* Gives the input that there is to those who may have it. */
void server_feed_readers(struct server *server);
