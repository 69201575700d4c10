/* SPDX-License-Identifier: MIT
 *
 * Two servers receive on one endpoint, and each tries to reply with the other's token, too.
 */
#define PROCESSES 4
#define ENDPOINTS 1
#define TOKENS 1
#define CLIENTS 2
#define PARENT(p) NOBODY
#define SUPERVISOR(p) NOWHERE
#define PAYER(e) NOBODY
#include "../ipc.pml"
#include "../programs.pml"

inline program(p)
{
    if
    :: p < CLIENTS ->
        asks(p, CALL, 0);
        soon_or_never()
    :: p >= CLIENTS ->
        if
        :: asks(p, RECV, 0)
        :: asks(p, REPLY_RECV, 0)
        :: asks(p, REPLY, 0)
        fi;
        if
        :: doing[p] != RECV -> with_token = 2
        :: doing[p] != RECV -> with_token = 3
        :: else
        fi
    fi
}

#include "../hart.pml"

init {
    atomic {
        boot((1 << 0) + (1 << 1) + (1 << 2) + (1 << 3));
        run hart();
        run alarm(0);
        run alarm(1);
        run slice()
    }
}
