/* SPDX-License-Identifier: MIT
 *
 * A process of high priority calls a server of low priority, which calls another one, while
 * one of medium priority computes. It also kills and starts again the last of them.
 */
#define PROCESSES 4
#define ENDPOINTS 2
#define TOKENS 1
#define HIGH 0
#define MEDIUM 1
#define FRONT 2
#define BACK 3
#ifndef FRONT_PRIORITY
#define FRONT_PRIORITY 1 /* or 3: as urgent as HIGH, so that it replies to less urgent ones */
#endif
#define OWN_PRIORITY(p) (p == HIGH -> 3 : (p == MEDIUM -> 2 : (p == FRONT -> FRONT_PRIORITY : 1)))
#define PARENT(p) NOBODY
#define SUPERVISOR(p) NOWHERE
#define PAYER(e) NOBODY
#include "../ipc.pml"
#include "../programs.pml"

/* `p` waits at endpoint `e` or for the reply of the server there, which has served before. */
#define waits_for(p, e, who) \
    (queued(p) && where[p] == e && server[e] == who || awaiting(p) && peer[p] == who)

#define INVERSION(p) \
    (p == MEDIUM && \
     (state[HIGH] == READY || \
      waits_for(HIGH, 0, FRONT) && state[FRONT] == READY || \
      waits_for(HIGH, 0, FRONT) && waits_for(FRONT, 1, BACK) && state[BACK] == READY || \
      dying[BACK] && state[BACK] == READY))

inline program(p)
{
    if
    :: p == HIGH ->
        if
        :: asks(p, CALL, 0);
            any_deadline()
        :: asks(p, SEND, 0)
        :: asks(p, RECV, NOWHERE);
            deadline = LATER
        :: asks(p, KILL, BACK)
        :: asks(p, START, BACK)
        fi
    :: p == MEDIUM ->
        if
        :: asks(p, YIELD, 0)
        :: asks(p, RECV, NOWHERE);
            deadline = LATER
        :: asks(p, CALL, 0)
        :: asks(p, SEND, 1)
        fi
    :: p == FRONT ->
        if
        :: asks(p, RECV, 0)
        :: asks(p, REPLY_RECV, 0);
            any_token(p)
        :: asks(p, CALL, 1)
        fi
    :: p == BACK ->
        if
        :: asks(p, YIELD, 1)
        :: asks(p, REPLY, 1);
            any_token(p)
        :: asks(p, REPLY_RECV, 1);
            any_token(p)
        fi
    fi
}

#include "../hart.pml"

init {
    atomic {
        boot((1 << HIGH) + (1 << MEDIUM) + (1 << FRONT) + (1 << BACK));
        run hart();
        run alarm(HIGH);
        run alarm(MEDIUM);
        run slice();
        run device(1)
    }
}
