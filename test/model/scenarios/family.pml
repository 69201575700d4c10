/* SPDX-License-Identifier: MIT
 *
 * A process ends after its children and theirs, which are busy or waiting then; who started
 * them hears of each end once. The parent pays for the endpoint where its child calls.
 */
#define PROCESSES 4
#define ENDPOINTS 2
#define TOKENS 1
#define ROOT 0
#define MOTHER 1
#define CHILD 2
#define GRANDCHILD 3
#define PARENT(p) (p == ROOT -> NOBODY : p - 1)
#define SUPERVISOR(p) (p == ROOT -> NOWHERE : (p == CHILD -> 1 : 0))
#define PAYER(e) (e == 0 -> ROOT : MOTHER)
#include "../ipc.pml"
#include "../programs.pml"

inline program(p)
{
    if
    :: p == ROOT ->
        if
        :: asks(p, RECV, 0);
            any_deadline()
        :: asks(p, KILL, MOTHER)
        :: asks(p, START, MOTHER)
        fi
    :: p == MOTHER ->
        if
        :: asks(p, RECV, 1);
            any_deadline()
        :: asks(p, REPLY, 1);
            any_token(p)
        :: asks(p, START, CHILD)
        :: asks(p, KILL, CHILD)
        :: asks(p, DESTROY, 1)
        :: asks(p, EXIT, 0)
        fi
    :: p == CHILD ->
        if
        :: asks(p, START, GRANDCHILD)
        :: asks(p, CALL, 1)
        :: asks(p, RECV, 0)
        :: asks(p, EXIT, 0)
        fi
    :: p == GRANDCHILD ->
        if
        :: asks(p, CALL, 1)
        :: asks(p, FAULT, 0)
        :: asks(p, EXIT, 0)
        :: asks(p, KILL, MOTHER)
        fi
    fi
}

#include "../hart.pml"

init {
    atomic {
        boot((1 << ROOT));
        run hart();
        run alarm(ROOT);
        run alarm(MOTHER);
        run slice()
    }
}
