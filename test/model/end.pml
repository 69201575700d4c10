/* SPDX-License-Identifier: MIT
 *
 * The end of processes and endpoints, in steps with others running in between.
 */

/* Marks `p`: it executes no user instruction any more. */
inline mark(p, why)
{
    if
    :: state[p] != ENDED && !dying[p] ->
        dying[p] = true;
        destroying[p] = NOWHERE;
        if
        :: waiting(p) ->
            withdraw(p, why);
            make_ready(p)
        :: state[p] == STOPPED || state[p] == HELD -> make_ready(p)
        :: else /* READY, RUNNING */
        fi;
        forget(p);
        for (i : p * TOKENS .. p * TOKENS + TOKENS - 1) {
            clear_token(i)
        }
    :: else
    fi
}

/* Nothing is under way for it any more. */
inline forget(p)
{
    doing[p] = COMPUTE;
    outcome[p] = NONE;
    deliveries[p] = 0;
    question[p] = 0;
    answer[p] = NO_ANSWER;
#ifdef GRANTS
    grants[p] = false;
    welcomes[p] = false;
#endif
    skip
}

/* The end of `p`, which waits in a queue, will not be told. */
inline drop_end(p)
{
    queue[where[p]]??eval(p);
    where[p] = NOWHERE;
    doing[p] = COMPUTE
}

/* One step of an endpoint's end, after which nobody comes any more: one who waits there goes. */
inline clear_one(e)
{
    gone[e] = true;
    pending[e] = false;
    after_signal[e] = false;
    s = NOBODY;
#ifndef BUG_GONE_WITHOUT_WAKING
    if
    :: len(queue[e]) > 0 -> queue[e]?<s>
    :: len(queue[e]) == 0 && len(receivers[e]) > 0 -> receivers[e]?<s>
    :: else
    fi;
#endif
    if
    :: s == NOBODY
    :: s != NOBODY && state[s] == FAULTING -> mark(s, ENDPOINT_GONE)
    :: s != NOBODY && state[s] == ENDED -> drop_end(s)
    :: else ->
        withdraw(s, ENDPOINT_GONE);
        make_ready(s)
    fi
}

#ifdef BUG_GONE_WITHOUT_WAKING
#define is_cleared(e) (gone[e])
#else
#define is_cleared(e) (gone[e] && len(queue[e]) == 0 && len(receivers[e]) == 0)
#endif

/* A step of object_destroy. Unless it is the last, `p` executes the same ecall again. */
inline destroy(p, e)
{
    clear_one(e);
    if
    :: is_cleared(e) ->
        destroying[p] = NOWHERE;
        outcome[p] = DELIVERED
    :: else -> destroying[p] = e
    fi
}

/* A free slot becomes a process, with new endpoints where it pays for some; or that process
 * is started. */
inline start(p)
{
    if
    :: is_free(p) ->
        state[p] = STOPPED;
        for (i : 0 .. ENDPOINTS - 1) {
            if
            :: PAYER(i) == p -> gone[i] = false
            :: else
            fi
        }
    :: state[p] == STOPPED && !dying[p] -> make_ready(p)
    :: else
    fi
}

/* What is left of `p`: `found`, a child that lives (one that is not dying comes first); `s`,
 * who waits for its reply, or whose end it pays for; `r`, an endpoint of its own. */
inline find_what_is_left(p)
{
    found = NOBODY;
    s = NOBODY;
    r = NOWHERE;
    for (i : 0 .. PROCESSES - 1) {
        if
        :: PARENT(i) == p && state[i] != ENDED && (found == NOBODY || !dying[i]) -> found = i
        :: else
        fi;
        if
        :: awaiting(i) && peer[i] == p -> s = i
        :: PARENT(i) == p && state[i] == ENDED && where[i] != NOWHERE -> s = i
        :: else
        fi
    }
    for (i : 0 .. ENDPOINTS - 1) {
        if
        :: PAYER(i) == p && !is_cleared(i) -> r = i
        :: else
        fi
    }
#ifdef BUG_DIE_WITHOUT_WAKING
    s = NOBODY
#endif
}

/* One step of a dying process's taking itself apart. */
inline dismantle(p)
{
    find_what_is_left(p);
    if
    :: found != NOBODY && !dying[found] ->
        raise_to_urgency(found, p);
        mark(found, WAS_KILLED)
    :: found != NOBODY && dying[found] ->
#ifndef BUG_NO_HURRY_FOR_CHILDREN
        raise_to_urgency(found, p);
#endif
        set_state(p, AWAITING_CHILDREN)
    :: found == NOBODY && s != NOBODY && state[s] == AWAITING_REPLY ->
        withdraw(s, PEER_DIED);
        make_ready(s)
    :: found == NOBODY && s != NOBODY && state[s] == AWAITING_VERDICT -> mark(s, PEER_DIED)
    :: found == NOBODY && s != NOBODY && state[s] == ENDED -> drop_end(s)
    :: found == NOBODY && s == NOBODY && r != NOWHERE -> clear_one(r)
    :: else ->
        set_state(p, ENDED);
        departed = p
    fi
}

/* By the idle loop: the last pages go back, and then the supervisor hears of it. */
inline bury(p)
{
    dying[p] = false;
    policy_forget(p);
    if
    :: SUPERVISOR(p) == NOWHERE
    :: SUPERVISOR(p) != NOWHERE ->
        if
        :: gone[SUPERVISOR(p)]
        :: !gone[SUPERVISOR(p)] && len(receivers[SUPERVISOR(p)]) > 0 ->
            doing[p] = END;
            receivers[SUPERVISOR(p)]?r;
            withdraw(r, DELIVERED);
            deliver(p, r);
            make_ready(r)
        :: else ->
            doing[p] = END;
            where[p] = SUPERVISOR(p);
            queue[SUPERVISOR(p)]!p
        fi
    fi;
    if
    :: PARENT(p) == NOBODY
    :: PARENT(p) != NOBODY ->
        if
        :: state[PARENT(p)] == AWAITING_CHILDREN -> make_ready(PARENT(p)) /* it looks again */
        :: else
        fi
    fi
}
