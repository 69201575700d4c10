/* SPDX-License-Identifier: MIT
 *
 * What must happen whatever programs do: a client, a server and their supervisor call, fault,
 * end, kill and destroy as they like. Everybody who is ready gets his turn.
 */
#define PROCESSES 3
#define ENDPOINTS 2
#define TOKENS 1
#define FAIR
#define LIMITED(p) (p == SERVER)
#define CLIENT 0
#define SERVER 1
#define ROOT 2
#define PARENT(p) (p == ROOT -> NOBODY : ROOT)
#define SUPERVISOR(p) (p == CLIENT -> 0 : (p == SERVER -> 1 : NOWHERE))
#define PAYER(e) (e == 0 -> SERVER : ROOT)
#include "../ipc.pml"
#include "../programs.pml"

/* What it waits for cannot come any more, or its deadline is set. */
#define must_leave_state(p) \
    (timed[p] || \
     queued(p) && gone[where[p]] || \
     state[p] == RECEIVING && where[p] != NOWHERE && gone[where[p]] || \
     awaiting(p) && (dying[peer[p]] || state[peer[p]] == ENDED))

inline program(p)
{
    if
    :: p == CLIENT ->
        if
        :: asks(p, CALL, 0)
        :: asks(p, SEND, 0)
        :: asks(p, FAULT, 0)
        fi;
        soon_or_never()
    :: p == SERVER ->
        if
        :: asks(p, RECV, 0)
        :: asks(p, REPLY_RECV, 0);
            any_token(p)
        :: asks(p, RECV, NOWHERE);
            deadline = LATER
        :: asks(p, DESTROY, 0)
        :: asks(p, EXIT, 0)
        fi
    :: p == ROOT ->
        if
        :: asks(p, KILL, CLIENT)
        :: asks(p, KILL, SERVER)
        :: asks(p, START, CLIENT)
        :: asks(p, START, SERVER)
        :: asks(p, RECV, 1);
            deadline = LATER
        :: asks(p, EXIT, 0)
        fi
    fi
}

#include "../hart.pml"

ltl client_leaves { [] <> !(waiting(CLIENT) && must_leave_state(CLIENT)) }
ltl server_leaves { [] <> !(waiting(SERVER) && must_leave_state(SERVER)) }
ltl killed_ends { [] <> !dying[CLIENT] && [] <> !dying[SERVER] && [] <> !dying[ROOT] }
ltl held_returns { [] <> (state[SERVER] != HELD) }
ltl parent_ends { [] <> (state[ROOT] != AWAITING_CHILDREN) }

init {
    atomic {
        boot((1 << CLIENT) + (1 << SERVER) + (1 << ROOT));
        run hart();
        run alarm(CLIENT);
        run alarm(SERVER);
        run alarm(ROOT);
        run device(0);
        run limit(SERVER);
        run period(SERVER);
        run slice()
    }
}
