/* SPDX-License-Identifier: MIT
 *
 * A process of high priority waits for a server of low priority, which ends; before that its
 * child has to end, which is of low priority too. One of medium priority computes.
 */
#define PROCESSES 4
#define ENDPOINTS 1
#define TOKENS 1
#define HIGH 0
#define MEDIUM 1
#define SERVER 2
#define CHILD 3
#define OWN_PRIORITY(p) (p == HIGH -> 3 : (p == MEDIUM -> 2 : 1))
#define PARENT(p) (p == CHILD -> SERVER : NOBODY)
#define SUPERVISOR(p) NOWHERE
#define PAYER(e) HIGH
#include "../ipc.pml"
#include "../programs.pml"

#define waits_for_server (awaiting(HIGH) && peer[HIGH] == SERVER)
#define INVERSION(p) \
    (p == MEDIUM && \
     (state[HIGH] == READY || \
      waits_for_server && state[SERVER] == READY || \
      waits_for_server && state[SERVER] == AWAITING_CHILDREN && state[CHILD] == READY))

inline program(p)
{
    if
    :: p == HIGH ->
        if
        :: asks(p, CALL, 0);
            any_deadline()
        :: asks(p, RECV, NOWHERE);
            deadline = LATER
        :: asks(p, KILL, SERVER)
        :: asks(p, START, SERVER)
        fi
    :: p == MEDIUM ->
        if
        :: asks(p, YIELD, 0)
        :: asks(p, RECV, NOWHERE);
            deadline = LATER
        :: asks(p, CALL, 0)
        fi
    :: p == SERVER ->
        if
        :: asks(p, REPLY_RECV, 0);
            any_token(p)
        :: asks(p, START, CHILD)
        :: asks(p, KILL, CHILD)
        :: asks(p, EXIT, 0)
        fi
    :: p == CHILD ->
        if
        :: asks(p, YIELD, 0)
        :: asks(p, RECV, NOWHERE);
            deadline = LATER
        :: asks(p, EXIT, 0)
        fi
    fi
}

#include "../hart.pml"

init {
    atomic {
        boot((1 << HIGH) + (1 << MEDIUM) + (1 << SERVER));
        run hart();
        run alarm(HIGH);
        run alarm(MEDIUM);
        run alarm(CHILD);
        run slice()
    }
}
