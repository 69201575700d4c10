/* SPDX-License-Identifier: MIT
 *
 * The kernel's IPC state machine: what one system call, one interrupt, one step of an end
 * does to the processes' states, the endpoints' queues and the tokens. hart.pml lets the
 * processes run; a file in scenarios/ says which there are and what they may do. What is
 * shown, and what is left out: docs/model.md.
 *
 * A scenario defines, before it includes this file:
 *   PROCESSES, ENDPOINTS   how many slots of each there are
 *   TOKENS                 how many tokens a process keeps; a new one goes to the first
 *   PARENT(p)              who made and pays for p, or NOBODY
 *   SUPERVISOR(p)          the endpoint that hears of p's faults and its end, or NOWHERE
 *   PAYER(e)               the process with which endpoint e ends, or NOBODY
 * and may define:
 *   OWN_PRIORITY(p)        who runs next follows from the priorities
 *   FAIR                   first come, first served (without both: anyone may run next)
 *   LIMITED(p)             whether p has a limit of CPU time
 *   GRANTS                 messages may carry a handle, and receivers refuse it
 */

/* As in include/trapeze/states.def. */
mtype:state = {
    RUNNING, AWAITING_REPLY, RECEIVING, SENDING, CALLING, FAULTING, READY,
    AWAITING_CHILDREN, HELD, AWAITING_VERDICT, STOPPED, ENDED
};

/* As thread_transitions[] in src/sched/thread.h. */
#define LEGAL(from, to) ( \
    (from == STOPPED && (to == READY)) || \
    (from == READY && (to == RUNNING || to == HELD)) || \
    (from == RUNNING && (to == READY || to == SENDING || to == CALLING || \
                         to == AWAITING_REPLY || to == RECEIVING || to == FAULTING || \
                         to == AWAITING_VERDICT || to == AWAITING_CHILDREN || \
                         to == ENDED)) || \
    (from == SENDING && (to == READY)) || \
    (from == CALLING && (to == READY || to == AWAITING_REPLY)) || \
    (from == AWAITING_REPLY && (to == READY)) || \
    (from == RECEIVING && (to == READY)) || \
    (from == FAULTING && (to == READY || to == AWAITING_VERDICT)) || \
    (from == AWAITING_VERDICT && (to == READY)) || \
    (from == AWAITING_CHILDREN && (to == READY)) || \
    (from == HELD && (to == READY)))

/* Why a process stops waiting, and so what it finds in a0: 0 or a kind, E_TIMEOUT, E_PEER,
 * E_GONE, E_REFUSED, E_BAD_TOKEN. Who is killed finds nothing any more. */
mtype:outcome = { NONE, DELIVERED, TIMED_OUT, PEER_DIED, ENDPOINT_GONE, REFUSED, BAD_TOKEN,
                  WAS_KILLED };

/* The way out of each state for each reason; where there is none, it cannot happen. (A call
 * that is received goes on waiting, for the reply; so does a fault, for the verdict.) */
#define WAY_OUT(from, why) ( \
    (from == SENDING && (why == DELIVERED || why == TIMED_OUT || why == ENDPOINT_GONE || \
                         why == REFUSED || why == WAS_KILLED)) || \
    (from == CALLING && (why == TIMED_OUT || why == ENDPOINT_GONE || why == REFUSED || \
                         why == WAS_KILLED)) || \
    (from == AWAITING_REPLY && (why == DELIVERED || why == TIMED_OUT || \
                                why == PEER_DIED || why == WAS_KILLED)) || \
    (from == RECEIVING && (why == DELIVERED || why == TIMED_OUT || \
                           why == ENDPOINT_GONE || why == WAS_KILLED)) || \
    (from == FAULTING && (why == ENDPOINT_GONE || why == WAS_KILLED)) || \
    (from == AWAITING_VERDICT && (why == DELIVERED || why == PEER_DIED || \
                                  why == WAS_KILLED)))

/* There is no clock: a deadline that is to come may pass at any moment. */
mtype:deadline = { NEVER, PASSED, LATER };

#define NOBODY PROCESSES
#define NOWHERE ENDPOINTS
#define NO_TOKEN (PROCESSES * TOKENS)

/* The processes. A slot is free where the state is ENDED and no queue has its end. */
mtype:state state[PROCESSES];
bool dying[PROCESSES];
byte where[PROCESSES];      /* the endpoint in whose queue it, or its end, waits */
byte peer[PROCESSES];       /* who is to reply */
byte sequence[PROCESSES];   /* of the call that awaits a reply */
bool timed[PROCESSES];      /* it has a deadline that is to come */
byte destroying[PROCESSES]; /* the endpoint that its system call has not yet emptied */
#ifdef LIMITED
bool used_up[PROCESSES];    /* its limit of this period */
bool has_paid[PROCESSES];   /* for something: a limit is not shorter than a step */
#endif
#ifdef GRANTS
bool grants[PROCESSES];     /* its message carries a handle */
bool welcomes[PROCESSES];   /* it takes one */
byte anew[PROCESSES];       /* where it is to make its recv once more, */
mtype:deadline anew_until[PROCESSES]; /* and with which deadline */
#define refuses(from, to) (grants[from] && !welcomes[to])
#else
#define refuses(from, to) false
#endif

/* The tokens in a process's registers, and what was asked for with each. */
byte token[PROCESSES * TOKENS]; /* the caller's slot, or NOBODY */
byte token_sequence[PROCESSES * TOKENS];
byte token_question[PROCESSES * TOKENS];

/* The endpoints. */
chan queue[ENDPOINTS] = [PROCESSES + 1] of { byte };
chan receivers[ENDPOINTS] = [PROCESSES + 1] of { byte };
bool pending[ENDPOINTS];      /* signal bits: one stands for all */
bool after_signal[ENDPOINTS]; /* who waits in the queue comes before the next signal */
bool gone[ENDPOINTS];         /* no handle to it is good */

/* The hart. */
byte current = NOBODY;
byte direct = NOBODY;   /* who gets the hart from the current one, which has blocked */
byte departed = NOBODY; /* has left its stack, and is to be buried */
bool reschedule;
bool rotate;            /* the current one lets the others go first */
#ifdef BUG_CHECK_THEN_SLEEP
byte sleeps_next = NOBODY;
byte sleeps_at;
mtype:deadline sleeps_until = NEVER;
#endif

/* What a program asks for. */
mtype:doing = { COMPUTE, CALL, SEND, RECV, REPLY, REPLY_RECV, SIGNAL, KILL, START, DESTROY,
                EXIT, YIELD, FAULT, END };
mtype:doing doing[PROCESSES];
byte object; /* the endpoint, or the process */
mtype:deadline deadline;
byte with_token;
bool resume; /* the verdict, if the token is a fault's */
#define asks(p, what, which) doing[p] = what; object = which

/* What the processes can tell: what they have been told, and what has really happened. */
mtype:outcome outcome[PROCESSES];
byte deliveries[PROCESSES]; /* of its message, or to it, in this system call */
bool question[PROCESSES];
byte answer[PROCESSES];
#define QUESTION(p) (2 * (p) + question[p])
#define NO_ANSWER (2 * PROCESSES)

/* Only inside one d_step each. */
hidden byte s, r, i, found, victim, legal_transition, legal_way_out;

#define queued(p) (state[p] == SENDING || state[p] == CALLING || state[p] == FAULTING)
#define awaiting(p) (state[p] == AWAITING_REPLY || state[p] == AWAITING_VERDICT)
#define is_free(p) (state[p] == ENDED && where[p] == NOWHERE && departed != p)
#define waiting(p) (queued(p) || awaiting(p) || state[p] == RECEIVING)

#ifdef COVERAGE
#include "coverage.pml"
#define tell(words, p, what) skip
#else
/* The story that `spin -t` tells. */
#define tell(words, p, what) printf(words, p, what)
#define note_transition(p, to) printf("    %d: %e -> %e\n", p, state[p], to)
#define note_way_out(p, why) skip
#endif

inline set_state(p, to)
{
    legal_transition = LEGAL(state[p], to);
    assert(legal_transition);
    note_transition(p, to);
    state[p] = to
}

#include "policy.pml"

/* Whatever `p` waited for, it is ready, but for its limit. */
inline wake(p)
{
    set_state(p, READY);
#ifdef LIMITED
    if
    :: used_up[p] && !dying[p] -> set_state(p, HELD)
    :: else
    fi
#endif
}

inline make_ready(p)
{
    wake(p);
    if
    :: state[p] == READY -> add_ready(p)
    :: else
    fi
}

/* `p` waits no longer; its state is the caller's to change. */
inline withdraw(p, why)
{
    legal_way_out = WAY_OUT(state[p], why);
    assert(legal_way_out);
    note_way_out(p, why);
    if
    :: why == DELIVERED || why == REFUSED /* it has been taken out of the queue */
#ifdef BUG_WAKE_WITHOUT_DEQUEUE
    :: why == TIMED_OUT
#endif
    :: else ->
        if
        :: queued(p) -> queue[where[p]]??eval(p)
        :: state[p] == RECEIVING && where[p] != NOWHERE -> receivers[where[p]]??eval(p)
        :: else
        fi
    fi;
    outcome[p] = why;
    tell("    %d waits no longer: %e\n", p, outcome[p]);
    where[p] = NOWHERE;
    peer[p] = NOBODY;
    sequence[p] = 0;
    timed[p] = false
}

/* A call's sequence number has never been another's of that slot. So that there are only
 * finitely many states, the model takes one that nobody remembers. */
inline new_sequence(p)
{
    sequence[p] = 1;
    i = 0;
    do
    :: i == NO_TOKEN -> break
    :: i < NO_TOKEN && token[i] == p && token_sequence[i] == sequence[p] ->
        sequence[p]++;
        i = 0
    :: i < NO_TOKEN && !(token[i] == p && token_sequence[i] == sequence[p]) -> i++
    od
}

inline set_token(t, caller, number, asked)
{
    token[t] = caller;
    token_sequence[t] = number;
    token_question[t] = asked
}

inline clear_token(t)
{
    set_token(t, NOBODY, 0, 0)
}

/* What `sender` has to say, be it running, in a queue or ended, goes to `receiver`. */
inline deliver(sender, receiver)
{
    assert(doing[sender] == CALL || doing[sender] == SEND || doing[sender] == FAULT ||
           doing[sender] == END);
    assert(deliveries[sender] == 0);
    tell("    %d hears of %d\n", receiver, sender);
    deliveries[sender]++;
    deliveries[receiver]++;
    outcome[receiver] = DELIVERED;
    clear_token(receiver * TOKENS);
    if
    :: doing[sender] == CALL || doing[sender] == FAULT ->
        set_state(sender, (doing[sender] == CALL -> AWAITING_REPLY : AWAITING_VERDICT));
        new_sequence(sender);
        peer[sender] = receiver;
        where[sender] = NOWHERE;
        set_token(receiver * TOKENS, sender, sequence[sender], QUESTION(sender))
    :: doing[sender] == SEND && state[sender] == SENDING ->
        withdraw(sender, DELIVERED);
        make_ready(sender)
    :: doing[sender] == SEND && state[sender] != SENDING -> outcome[sender] = DELIVERED
    :: else -> /* END: the slot is free */
        where[sender] = NOWHERE;
        doing[sender] = COMPUTE;
        deliveries[sender] = 0
    fi
}

/* call, send, and a fault: to a receiver that waits, or into the queue. */
inline send_message(p, e, when)
{
    if
    :: gone[e] -> outcome[p] = ENDPOINT_GONE
    :: !gone[e] && when == PASSED && (doing[p] == CALL || len(receivers[e]) == 0) ->
        outcome[p] = TIMED_OUT
    :: !gone[e] && when != PASSED && len(receivers[e]) == 0 ->
        queue[e]!p;
        where[p] = e;
        timed[p] = (when == LATER);
        set_state(p, (doing[p] == CALL -> CALLING : (doing[p] == SEND -> SENDING : FAULTING)))
    :: else ->
        receivers[e]?<r>;
        if
        :: refuses(p, r) -> outcome[p] = REFUSED
        :: else ->
            receivers[e]?r;
            withdraw(r, DELIVERED);
            deliver(p, r);
            timed[p] = (when == LATER && state[p] == AWAITING_REPLY);
            wake(r);
            if
            :: state[r] == READY && state[p] != RUNNING -> direct = r
            :: state[r] == READY && state[p] == RUNNING -> add_ready(r)
            :: else /* HELD */
            fi
        fi
    fi
}

inline fall_asleep(p, e, when)
{
    if
    :: e != NOWHERE -> receivers[e]!p
    :: else
    fi;
    where[p] = e;
    timed[p] = (when == LATER);
    set_state(p, RECEIVING)
}

/* Whom `p` refuses leaves the queue; more may follow, and interrupts are let in meanwhile:
 * `p` makes the same system call again, without its reply. */
inline take_first(p, e, when)
{
    queue[e]?s;
    after_signal[e] = false;
    if
    :: refuses(s, p) ->
        withdraw(s, REFUSED);
        make_ready(s);
#if defined(GRANTS) && !defined(BUG_REFUSED_AND_RETURNS)
        anew[p] = e;
        anew_until[p] = when;
#endif
        skip
    :: else -> deliver(s, p)
    fi
}

/* Signals first, all at once; but after one, a message that waits. */
#ifdef BUG_SIGNALS_FIRST
#define signal_is_next(e) (pending[e])
#else
#define signal_is_next(e) (pending[e] && (!after_signal[e] || len(queue[e]) == 0))
#endif

/* At a living endpoint. */
inline receive_at(p, e, when)
{
    serve(e, p);
    if
    :: signal_is_next(e) ->
        pending[e] = false;
        after_signal[e] = true;
        outcome[p] = DELIVERED;
        deliveries[p]++
    :: !signal_is_next(e) && len(queue[e]) > 0 -> take_first(p, e, when)
    :: !signal_is_next(e) && len(queue[e]) == 0 && when == PASSED -> outcome[p] = TIMED_OUT
    :: else ->
#ifdef BUG_CHECK_THEN_SLEEP
        sleeps_next = p; /* and interrupts are let in meanwhile */
        sleeps_at = e;
        sleeps_until = when
#else
        fall_asleep(p, e, when)
#endif
    fi
}

inline receive(p, e, when)
{
    clear_token(p * TOKENS);
    if
    :: e == NOWHERE && when == PASSED -> outcome[p] = TIMED_OUT
    :: e == NOWHERE && when != PASSED -> fall_asleep(p, e, when)
    :: e != NOWHERE ->
        if
        :: gone[e] -> outcome[p] = ENDPOINT_GONE
        :: else -> receive_at(p, e, when)
        fi
    fi
}

/* Whether `p` is the one to reply to the call that token t of its registers names. */
#if defined(BUG_REPLY_WITHOUT_SEQUENCE)
#define names_call(p, t) (awaiting(token[t]) && peer[token[t]] == p)
#elif defined(BUG_REPLY_FROM_ANYBODY)
#define names_call(p, t) (awaiting(token[t]) && sequence[token[t]] == token_sequence[t])
#else
#define names_call(p, t) (awaiting(token[t]) && peer[token[t]] == p && \
                          sequence[token[t]] == token_sequence[t])
#endif

#define is_anothers(p, t) (!names_call(p, t) && awaiting(token[t]) && \
                           sequence[token[t]] == token_sequence[t])

/* `r` becomes the caller that is to be made ready, if there is one. To a fault the reply is
 * a verdict: its process goes on, or becomes the `victim`. */
inline reply(p, t)
{
    if
    :: t != NO_TOKEN && token[t] != NOBODY ->
        if
        :: names_call(p, t) ->
            r = token[t];
            assert(peer[r] == p); /* by whom it was received */
            if
            :: refuses(p, r) ->
                r = NOBODY;
                outcome[p] = REFUSED
            :: !refuses(p, r) && state[r] == AWAITING_VERDICT && !resume ->
                victim = r;
                r = NOBODY
            :: else ->
                tell("    %d answers %d\n", p, r);
                answer[r] = token_question[t];
                withdraw(r, DELIVERED)
            fi
        :: is_anothers(p, t) -> outcome[p] = BAD_TOKEN
        :: else /* E_GONE, which reply_recv does not tell */
        fi
    :: else
    fi
}

/* recv, reply, reply_recv. */
inline exchange(p, e, t, when)
{
    r = NOBODY;
    if
    :: doing[p] == REPLY_RECV && gone[e] -> outcome[p] = ENDPOINT_GONE
    :: doing[p] == REPLY || doing[p] == REPLY_RECV && !gone[e] -> reply(p, t)
    :: else
    fi;
    if
    :: outcome[p] != NONE
    :: outcome[p] == NONE && doing[p] == REPLY -> outcome[p] = DELIVERED
    :: else -> receive(p, e, when)
    fi;
    if
    :: r != NOBODY ->
        wake(r);
        if
        :: state[r] == READY && state[p] == RECEIVING -> direct = r
        :: state[r] == READY && state[p] != RECEIVING -> add_ready(r)
        :: else /* HELD */
        fi
    :: else
    fi
}

/* Also an interrupt's way to its driver. */
inline signal(e)
{
    if
    :: gone[e]
    :: !gone[e] && len(receivers[e]) > 0 ->
        receivers[e]?r;
        withdraw(r, DELIVERED);
        clear_token(r * TOKENS);
        after_signal[e] = true;
        deliveries[r]++;
        make_ready(r)
    :: else -> pending[e] = true
    fi
}
