/* SPDX-License-Identifier: MIT
 *
 * What must hold: whenever the kernel is left, for whoever is back in user mode, and of who
 * is there.
 */
#ifdef ONLY_OUTSIDE

/* Only what processes can tell: to see that this alone finds the seeded bugs. */
#define check_structure() skip

#else

/* Whoever waits is in the one place where somebody will find it. */
inline check_process(p)
{
    assert((state[p] == RUNNING) == (current == p));
    if
    :: queued(p) -> assert(queue[where[p]]??[eval(p)] && peer[p] == NOBODY)
    :: state[p] == RECEIVING && where[p] != NOWHERE ->
        assert(receivers[where[p]]??[eval(p)]);
        assert(!pending[where[p]] && len(queue[where[p]]) == 0)
    :: awaiting(p) ->
        assert(where[p] == NOWHERE && peer[p] != NOBODY && peer[p] != p);
        assert(state[peer[p]] != ENDED && state[peer[p]] != STOPPED)
    :: state[p] == ENDED && where[p] != NOWHERE ->
        assert(queue[where[p]]??[eval(p)] && doing[p] == END)
    :: else -> assert(where[p] == NOWHERE && peer[p] == NOBODY)
    fi;
    assert(!timed[p] || state[p] == SENDING || state[p] == CALLING ||
           state[p] == AWAITING_REPLY || state[p] == RECEIVING);
    /* Being killed ends every wait but for the children. */
    assert(!dying[p] || state[p] == READY || state[p] == RUNNING ||
           state[p] == AWAITING_CHILDREN || departed == p);
    assert(dying[p] || state[p] != AWAITING_CHILDREN);
    assert(state[p] != FAULTING || where[p] == SUPERVISOR(p))
}

/* Nobody else is in a queue, and nobody is twice in one. */
inline check_endpoint(e)
{
    s = 0;
    r = 0;
    for (i : 0 .. PROCESSES - 1) {
        if
        :: where[i] == e && state[i] == RECEIVING -> r++
        :: where[i] == e && state[i] != RECEIVING -> s++
        :: else
        fi
    }
    assert(len(queue[e]) == s && len(receivers[e]) == r);
    assert(s == 0 || r == 0)
}

inline check_structure()
{
    for (found : 0 .. PROCESSES - 1) {
        check_process(found)
    }
    for (found : 0 .. ENDPOINTS - 1) {
        check_endpoint(found)
    }
}

#endif

/* What the process has been told is what has happened. */
inline check_result(p)
{
    assert(doing[p] == COMPUTE || outcome[p] != NONE);
    assert(deliveries[p] <= 1);
    if
    :: doing[p] == SEND || doing[p] == RECV || doing[p] == REPLY_RECV ->
        assert((outcome[p] == DELIVERED) == (deliveries[p] == 1))
    :: doing[p] == CALL ->
        assert(outcome[p] != DELIVERED || deliveries[p] == 1 && answer[p] == QUESTION(p));
        assert(outcome[p] == DELIVERED || answer[p] == NO_ANSWER);
        assert(outcome[p] != PEER_DIED || deliveries[p] == 1);
        assert(outcome[p] != ENDPOINT_GONE && outcome[p] != REFUSED || deliveries[p] == 0)
    :: doing[p] == FAULT -> assert(outcome[p] == DELIVERED && deliveries[p] == 1)
    :: else
    fi
}

#ifdef OWN_PRIORITY

hidden byte inversion;

/* `p` executes a user instruction. INVERSION(p): the scenario's, where it must not. */
inline check_urgency(p)
{
    work_out_urgencies();
    assert(urgency[p] >= highest);
    inversion = INVERSION(p);
    assert(!inversion)
}

#else
#define check_urgency(p) skip
#endif
