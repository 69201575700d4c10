/* SPDX-License-Identifier: MIT
 *
 * Clients and a server end, or are killed, at every moment; their supervisor hears of it
 * and starts them again, in the slots that they had. The endpoint is the supervisor's.
 */
#define PROCESSES 4
#define ENDPOINTS 2
#define TOKENS 1
#define CLIENTS 2
#define SERVER 2
#define ROOT 3
#define SERVICE 0
#define ENDS 1
#define PARENT(p) (p == ROOT -> NOBODY : ROOT)
#define SUPERVISOR(p) (p == ROOT -> NOWHERE : ENDS)
#define PAYER(e) ROOT
#include "../ipc.pml"
#include "../programs.pml"

inline program(p)
{
    if
    :: p < CLIENTS ->
        if
        :: asks(p, CALL, SERVICE);
            any_question(p)
        :: asks(p, SEND, SERVICE)
        fi;
        soon_or_never()
    :: p == SERVER ->
        if
        :: asks(p, RECV, SERVICE)
        :: asks(p, REPLY_RECV, SERVICE);
            any_token(p)
        :: asks(p, EXIT, 0)
        fi
    :: p == ROOT ->
        if
        :: asks(p, RECV, ENDS)
        :: asks(p, KILL, SERVER)
        :: asks(p, KILL, 0)
        :: asks(p, START, SERVER)
        :: asks(p, START, 0)
        :: asks(p, START, 1)
        :: asks(p, YIELD, 0)
        fi
    fi
}

#include "../hart.pml"

init {
    atomic {
        boot((1 << ROOT));
        run hart();
        run alarm(0);
        run slice()
    }
}
