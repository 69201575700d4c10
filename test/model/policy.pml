/* SPDX-License-Identifier: MIT
 *
 * Who runs next. OWN_PRIORITY: the most urgent, any of them where several are; FAIR: first
 * come, first served; otherwise whoever is ready, which covers every policy.
 */
#ifdef OWN_PRIORITY

byte server[ENDPOINTS];          /* who received last, and is lent what queues there */
byte raised[PROCESSES];          /* the priority of who killed it, or waits for its end */
/* These follow from the rest: */
byte urgency[PROCESSES];
byte highest;                    /* of the ready ones, 0 for none */
hidden byte round, helper, least;

#define add_ready(p) skip
#define can_run(p) (state[p] == READY && urgency[p] >= highest)
#define somebody_is_ready (highest > 0)
#define is_outranked(p) (urgency[p] < highest)
#ifdef BUG_SWITCH_ALWAYS
#define may_hand_to(p) true
#define may_not_hand_to(p) false
#else
#define may_hand_to(p) (urgency[p] >= highest)
#define may_not_hand_to(p) (urgency[p] < highest)
#endif

inline serve(e, p)
{
    server[e] = p
}

#define own_priority(p) (raised[p] > OWN_PRIORITY(p) -> raised[p] : OWN_PRIORITY(p))

/* `p`, which ends or is about to be killed, does so at the priority `least` at least. */
inline raise_priority(p)
{
    if
    :: state[p] == ENDED || least <= own_priority(p)
    :: else -> raised[p] = least
    fi
}

#define raise_to_own(who, killer) least = own_priority(killer); raise_priority(who)
#define raise_to_urgency(who, parent) least = urgency[parent]; raise_priority(who)

/* Who is lent the priority of `p`, which waits for it. */
inline find_helper(p)
{
    if
#ifndef BUG_NO_INHERITANCE
    :: queued(p) -> helper = server[where[p]]
    :: awaiting(p) -> helper = peer[p]
#endif
    :: else -> helper = NOBODY
    fi
}

/* The rule: as urgent as the most urgent of itself, its killer, and who waits for it. The
 * kernel counts what is lent and passes it on; here it is worked out anew each time, along
 * chains that are at most as long as there are processes. */
inline work_out_urgencies()
{
    for (i : 0 .. PROCESSES - 1) {
        urgency[i] = own_priority(i)
    }
    for (round : 1 .. PROCESSES) {
        for (i : 0 .. PROCESSES - 1) {
            find_helper(i);
            if
            :: helper != NOBODY && urgency[helper] < urgency[i] -> urgency[helper] = urgency[i]
            :: else
            fi
        }
    }
    highest = 0;
    for (i : 0 .. PROCESSES - 1) {
        if
        :: state[i] == READY && direct != i && urgency[i] > highest -> highest = urgency[i]
        :: else
        fi
    }
}

inline policy_boot()
{
    for (i : 0 .. ENDPOINTS - 1) {
        server[i] = NOBODY
    }
}

inline policy_forget(p)
{
    raised[p] = 0;
    for (i : 0 .. ENDPOINTS - 1) {
        if
        :: server[i] == p -> server[i] = NOBODY
        :: else
        fi
    }
}

#else

#define serve(e, p) skip
#define raise_to_own(who, killer) skip
#define raise_to_urgency(who, parent) skip
#define work_out_urgencies() skip
#define policy_boot() skip
#define policy_forget(p) skip
#define is_outranked(p) false
#define may_hand_to(p) true

#ifdef FAIR
chan run_queue = [PROCESSES + 1] of { byte };
#define add_ready(p) run_queue!p
#define can_run(p) (run_queue?[eval(p)])
#define somebody_is_ready (len(run_queue) > 0)
#define may_not_hand_to(p) false
#else
#define add_ready(p) skip
#define can_run(p) (state[p] == READY)
#define somebody_is_ready true
#define may_not_hand_to(p) true
#endif

#endif

/* A slice is not shorter than a step: else nothing would ever happen. */
#ifdef FAIR
bool has_run;
#else
#define has_run true
#endif

/* `p` leaves the ready ones. */
inline take_ready(p)
{
#ifdef FAIR
    run_queue?eval(p);
    has_run = false;
#endif
    skip
}

/* `p` executes something. */
inline ran(p)
{
#ifdef FAIR
    has_run = true;
#endif
#ifdef LIMITED
    has_paid[p] = LIMITED(p);
#endif
    skip
}
