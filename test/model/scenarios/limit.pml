/* SPDX-License-Identifier: MIT
 *
 * A server and its client have used up their CPU time at any moment, and are killed then, too.
 */
#define PROCESSES 3
#define ENDPOINTS 1
#define TOKENS 1
#define SERVER 1
#define ROOT 2
#define LIMITED(p) (p != ROOT)
#define PARENT(p) NOBODY
#define SUPERVISOR(p) NOWHERE
#define PAYER(e) ROOT
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
        any_deadline()
    :: p == SERVER ->
        if
        :: asks(p, RECV, 0)
        :: asks(p, REPLY_RECV, 0)
        fi;
        any_token(p);
        any_deadline()
    :: p == ROOT ->
        if
        :: asks(p, KILL, 0)
        :: asks(p, KILL, SERVER)
        :: asks(p, START, 0)
        :: asks(p, START, SERVER)
        :: asks(p, SIGNAL, 0)
        :: asks(p, YIELD, 0)
        fi
    fi
}

#include "../hart.pml"

init {
    atomic {
        boot((1 << 0) + (1 << SERVER) + (1 << ROOT));
        run hart();
        run alarm(0);
        run alarm(SERVER);
        run limit(0);
        run limit(SERVER);
        run period(0);
        run period(SERVER);
        run slice()
    }
}
