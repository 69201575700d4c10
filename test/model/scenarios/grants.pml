/* SPDX-License-Identifier: MIT
 *
 * Messages and replies carry handles, for which the receiver has no room or did not ask.
 */
#define PROCESSES 3
#define ENDPOINTS 1
#define TOKENS 1
#define SERVER 2
#define GRANTS
#define PARENT(p) NOBODY
#define SUPERVISOR(p) NOWHERE
#define PAYER(e) NOBODY
#include "../ipc.pml"
#include "../programs.pml"

inline program(p)
{
    if
    :: p != SERVER ->
        if
        :: p == 0 -> asks(p, CALL, 0)
        :: p == 1 -> asks(p, SEND, 0)
        fi
    :: p == SERVER ->
        if
        :: asks(p, RECV, 0)
        :: asks(p, REPLY_RECV, 0)
        :: asks(p, REPLY, 0)
        fi;
        any_token(p);
        soon_or_never()
    fi;
    if
    :: grants[p] = true
    :: grants[p] = false
    fi;
    if
    :: welcomes[p] = true
    :: welcomes[p] = false
    fi
}

#include "../hart.pml"

init {
    atomic {
        boot((1 << 0) + (1 << 1) + (1 << SERVER));
        run hart();
        run alarm(SERVER);
        run slice();
        run device(0)
    }
}
