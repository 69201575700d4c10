/* SPDX-License-Identifier: MIT
 *
 * What must happen where everybody does what he should: a server replies to each call at
 * once, its supervisor starts it again when it has crashed. Everybody gets his turn.
 */
#define PROCESSES 4
#define ENDPOINTS 2
#define TOKENS 1
#define FAIR
#define CLIENTS 2
#define SERVER 2
#define ROOT 3
#define SERVICE 0
#define ENDS 1
#define CRASHES 2
#define PARENT(p) (p == SERVER -> ROOT : NOBODY)
#define SUPERVISOR(p) (p == SERVER -> ENDS : NOWHERE)
#define PAYER(e) ROOT
#include "../ipc.pml"
#include "../programs.pml"

byte crashes;

inline program(p)
{
    if
    :: p < CLIENTS ->
        if
        :: p == 0 -> asks(p, CALL, SERVICE)
        :: p == 1 -> asks(p, SEND, SERVICE)
        :: asks(p, YIELD, 0)
        fi
    :: p == SERVER ->
        if
        :: asks(p, REPLY_RECV, SERVICE);
            any_token(p)
        :: crashes < CRASHES ->
            crashes++;
            asks(p, EXIT, 0)
        fi
    :: p == ROOT ->
        if
        :: is_free(SERVER) || state[SERVER] == STOPPED -> asks(p, START, SERVER)
        :: else -> asks(p, RECV, ENDS)
        fi
    fi
}

#include "../hart.pml"

ltl caller_is_served { [] <> !waiting(0) }
ltl sender_is_served { [] <> !waiting(1) }
ltl signal_is_heard { [] <> !pending[SERVICE] }
ltl end_is_told { [] <> !(state[SERVER] == ENDED && where[SERVER] != NOWHERE) }

init {
    atomic {
        boot((1 << 0) + (1 << 1) + (1 << ROOT));
        run hart();
        run slice();
        run device(SERVICE)
    }
}
