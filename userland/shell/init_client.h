/* SPDX-License-Identifier: MIT
 *
 * What the shell asks of init: trapeze/init_protocol.h.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <trapeze/init_protocol.h>

struct server {
    char name[INIT_NAME_BYTES + 1];
    uint64_t process; /* handle with RIGHT_INSPECT, 0: it is not up */
    uint64_t restarts;
    uint64_t state;    /* enum init_server_state */
    uint64_t end;      /* 1 + enum trapeze_end, INIT_END_UNRESPONSIVE or 0 */
    uint64_t words[3]; /* of its last end */
};

/* The server number `index`; its handle is to be closed. 0, or an error. */
long init_client_server(size_t index, struct server *server);

/* A group of the registers that a server had at its last fault. 0, or an error. */
long init_client_registers(size_t index, uint64_t group, uint64_t words[4]);

/* Ends a server. 0, or an error. */
long init_client_kill(const char *name);

/* An error, if it comes back. */
long init_client_power_off(uint64_t status);
