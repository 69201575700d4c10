/* SPDX-License-Identifier: MIT
 *
 * Two processes fault, and their supervisor lets them go on or ends them, or dies itself; a
 * third process pays for the endpoint and starts all of them again.
 */
#define PROCESSES 4
#define ENDPOINTS 1
#define TOKENS 2
#define PAGER 2
#define ROOT 3
#define PARENT(p) (p == ROOT -> NOBODY : ROOT)
#define SUPERVISOR(p) (p == ROOT -> NOWHERE : 0)
#define PAYER(e) ROOT
#include "../ipc.pml"
#include "../programs.pml"

inline program(p)
{
    if
    :: p < PAGER -> asks(p, FAULT, 0)
    :: p == PAGER ->
        keep_token(p);
        if
        :: asks(p, RECV, 0)
        :: asks(p, REPLY, 0);
            any_token(p)
        :: asks(p, REPLY_RECV, 0);
            any_token(p)
        :: asks(p, EXIT, 0)
        fi;
        if
        :: resume = true
        :: resume = false
        fi
    :: p == ROOT ->
        if
        :: asks(p, KILL, 0)
        :: asks(p, KILL, PAGER)
        :: asks(p, START, 0)
        :: asks(p, START, 1)
        :: asks(p, START, PAGER)
        :: asks(p, DESTROY, 0)
        :: asks(p, YIELD, 0)
        fi
    fi
}

#include "../hart.pml"

init {
    atomic {
        boot((1 << ROOT));
        run hart();
        run slice()
    }
}
