/* SPDX-License-Identifier: MIT
 *
 * An endpoint is destroyed, or ends because its owner exits or is killed, also halfway
 * through destroying it, while others come, wait there, run into deadlines and are killed.
 */
#define PROCESSES 4
#define ENDPOINTS 1
#define TOKENS 1
#define SERVER 2
#define OWNER 3
#define PARENT(p) NOBODY
#define SUPERVISOR(p) NOWHERE
#define PAYER(e) OWNER
#include "../ipc.pml"
#include "../programs.pml"

inline program(p)
{
    if
    :: p == 0 ->
        if
        :: asks(p, CALL, 0)
        :: asks(p, SEND, 0)
        fi;
        soon_or_never()
    :: p == 1 ->
        if
        :: asks(p, SEND, 0)
        :: asks(p, KILL, 0)
        :: asks(p, KILL, OWNER)
        :: asks(p, START, OWNER)
        fi
    :: p == SERVER ->
        if
        :: asks(p, RECV, 0);
            any_deadline()
        :: asks(p, REPLY_RECV, 0);
            any_token(p)
        fi
    :: p == OWNER ->
        if
        :: asks(p, DESTROY, 0)
        :: asks(p, SIGNAL, 0)
        :: asks(p, RECV, 0)
        :: asks(p, EXIT, 0)
        fi
    fi
}

#include "../hart.pml"

init {
    atomic {
        boot((1 << 0) + (1 << 1) + (1 << SERVER) + (1 << OWNER));
        run hart();
        run alarm(0);
        run alarm(SERVER);
        run slice()
    }
}
