/* SPDX-License-Identifier: MIT
 *
 * Two clients call and send, with deadlines and without; a server receives and replies, to
 * anybody it remembers, in any order and as often as it likes; a device interrupts.
 */
#define PROCESSES 3
#define ENDPOINTS 1
#define TOKENS 2
#define SERVER 2
#define PARENT(p) NOBODY
#define SUPERVISOR(p) NOWHERE
#define PAYER(e) NOBODY
#include "../ipc.pml"
#include "../programs.pml"

inline program(p)
{
    if
    :: p == 0 ->
        asks(p, CALL, 0);
        any_question(p);
        any_deadline()
    :: p == 1 ->
        if
        :: asks(p, CALL, 0)
        :: asks(p, SEND, 0);
            any_deadline()
        fi
    :: p == SERVER ->
        keep_token(p);
        if
        :: asks(p, RECV, 0);
            any_deadline()
        :: asks(p, REPLY_RECV, 0);
            any_token(p)
        :: asks(p, REPLY, 0);
            any_token(p)
        fi
    fi
}

#include "../hart.pml"

init {
    atomic {
        boot((1 << 0) + (1 << 1) + (1 << SERVER));
        run hart();
        run alarm(0);
        run alarm(1);
        run alarm(SERVER);
        run slice();
        run device(0)
    }
}
