/* SPDX-License-Identifier: MIT
 *
 * One hart: it runs the program of the current process up to its next system call, then the
 * system call (interrupts are off, nothing comes in between), or one step of a long
 * operation, or of the idle loop; and it decides who runs next. The devices beside it
 * interrupt at any moment between two of these.
 *
 * A scenario defines, before it includes this file, `program(p)`: what p may ask for next.
 */
#include "end.pml"
#include "check.pml"

#ifdef BUG_CHECK_THEN_SLEEP
#define sleep_is_left (sleeps_next != NOBODY)
#else
#define sleep_is_left false
#endif

#ifdef GRANTS
#define is_to_receive(p) (anew[p] != NOWHERE)
#else
#define is_to_receive(p) false
#endif

#ifdef LIMITED
#define must_leave(p) (rotate || used_up[p] && !dying[p] || is_outranked(p))
#else
#define must_leave(p) (rotate || is_outranked(p))
#endif

inline system_call(p)
{
    tell("%d asks for %e", p, doing[p]);
    tell(" %d, deadline %e\n", object, deadline);
    victim = NOBODY;
    if
    :: doing[p] == FAULT ->
        object = SUPERVISOR(p);
        deadline = NEVER;
        if
        :: object == NOWHERE -> victim = p
        :: object != NOWHERE ->
            if
            :: gone[object] -> victim = p
            :: else
            fi
        fi
    :: doing[p] == KILL ->
        victim = object;
        if
        :: !dying[victim] -> raise_to_own(victim, p)
        :: else
        fi
    :: doing[p] == EXIT -> victim = p
    :: else
    fi;
    if
    :: doing[p] == CALL || doing[p] == SEND || doing[p] == FAULT && victim == NOBODY ->
        send_message(p, object, deadline)
    :: doing[p] == RECV || doing[p] == REPLY || doing[p] == REPLY_RECV ->
        exchange(p, object, with_token, deadline)
    :: doing[p] == DESTROY -> destroy(p, object)
    :: else -> /* never waits */
        outcome[p] = DELIVERED;
        if
        :: doing[p] == SIGNAL -> signal(object)
        :: doing[p] == START -> start(object)
        :: doing[p] == YIELD -> rotate = true
        :: else
        fi
    fi;
    if
    :: victim != NOBODY -> mark(victim, WAS_KILLED)
    :: else
    fi;
    object = 0;
    deadline = NEVER;
    with_token = 0;
    resume = false
}

#ifdef GRANTS

/* `p` has refused somebody, and executes the same ecall again. */
inline receive_anew(p)
{
    object = anew[p];
    anew[p] = NOWHERE;
    anew_until[p] = NEVER;
    receive(p, object, deadline);
    object = 0;
    deadline = NEVER
}

#endif

inline run_next(p)
{
    set_state(p, RUNNING);
    current = p
}

inline choose(p)
{
    take_ready(p);
    run_next(p)
}

/* Who runs when the kernel is left? */
inline leave_kernel()
{
    d_step {
        reschedule = false;
        work_out_urgencies();
        if
        :: current != NOBODY && state[current] != RUNNING -> current = NOBODY
        :: current != NOBODY && state[current] == RUNNING && must_leave(current) ->
            make_ready(current);
            current = NOBODY;
            work_out_urgencies()
        :: else
        fi;
        rotate = false
    }
    if
    :: direct != NOBODY && may_hand_to(direct) -> run_next(direct)
    :: direct != NOBODY && may_not_hand_to(direct) -> add_ready(direct)
    :: direct == NOBODY
    fi;
    d_step {
        direct = NOBODY;
        work_out_urgencies();
        skip /* Spin: a loop must not be the last in a d_step */
    }
    if
    :: current != NOBODY || departed != NOBODY
    :: else ->
        if
        :: can_run(0) -> choose(0)
        :: can_run(1) -> choose(1)
        :: can_run(2) -> choose(2)
#if PROCESSES > 3
        :: can_run(3) -> choose(3)
#endif
        :: else /* idle */
        fi
    fi;
    d_step {
        work_out_urgencies();
        check_structure();
        skip
    }
}

#define has_work (reschedule || departed != NOBODY || current != NOBODY)
#define runs(p) (p != NOBODY && !reschedule && !sleep_is_left)

proctype hart()
{
end:
    do
    :: atomic {
        has_work ->
        if
        :: reschedule && !sleep_is_left
#ifdef BUG_CHECK_THEN_SLEEP
        :: sleep_is_left ->
            d_step {
                fall_asleep(sleeps_next, sleeps_at, sleeps_until);
                sleeps_next = NOBODY;
                sleeps_at = 0;
                sleeps_until = NEVER
            }
#endif
        :: !reschedule && departed != NOBODY ->
            d_step {
                tell("idle: buries %d\n", departed, 0);
                bury(departed);
                departed = NOBODY
            }
        :: runs(current) && dying[current] ->
            d_step {
                tell("%d takes itself apart\n", current, 0);
                ran(current);
                dismantle(current)
            }
        :: runs(current) && !dying[current] && destroying[current] != NOWHERE ->
            d_step {
                tell("%d goes on destroying %d\n", current, destroying[current]);
                ran(current);
                destroy(current, destroying[current])
            }
#ifdef GRANTS
        :: runs(current) && !dying[current] && is_to_receive(current) ->
            if
            :: anew_until[current] == LATER -> deadline = PASSED
            :: deadline = anew_until[current]
            fi;
            d_step {
                tell("%d goes on receiving at %d\n", current, anew[current]);
                ran(current);
                receive_anew(current)
            }
#endif
        :: runs(current) && !dying[current] && destroying[current] == NOWHERE &&
           !is_to_receive(current) ->
            d_step {
                check_urgency(current);
                check_result(current);
                forget(current);
                ran(current)
            }
            program(current);
            d_step {
                system_call(current)
            }
        fi;
        leave_kernel()
    }
    od
}

/* The timer: the deadline of p passes. */
proctype alarm(byte p)
{
end:
    do
    :: d_step {
        timed[p] ->
        tell("timer: the deadline of %d\n", p, 0);
        withdraw(p, TIMED_OUT);
        make_ready(p);
        reschedule = true
    }
    od
}

/* The timer: the slice is over. */
proctype slice()
{
end:
    do
    :: d_step {
        current != NOBODY && !rotate && somebody_is_ready && has_run ->
        tell("timer: the slice of %d\n", current, 0);
        rotate = true;
        reschedule = true
    }
    od
}

/* A device that interrupts its driver. */
proctype device(byte e)
{
end:
    do
    :: d_step {
        !gone[e] && !pending[e] ->
        tell("device: signals %d\n", e, 0);
        signal(e);
        reschedule = true
    }
    od
}

#ifdef LIMITED

/* The timer: the limit of p is used up, */
proctype limit(byte p)
{
end:
    do
    :: d_step {
        current == p && !used_up[p] && has_paid[p] ->
        tell("timer: the limit of %d\n", p, 0);
        used_up[p] = true;
        has_paid[p] = false;
        reschedule = true
    }
    od
}

/* and its period is over. */
proctype period(byte p)
{
end:
    do
    :: d_step {
        used_up[p] ->
        tell("timer: the period of %d\n", p, 0);
        used_up[p] = false;
        if
        :: state[p] == HELD ->
            make_ready(p);
            reschedule = true
        :: else
        fi
    }
    od
}

#endif

/* Every process is stopped; those of the set bits of `ready` are started. */
inline boot(ready)
{
    d_step {
        for (i : 0 .. PROCESSES * TOKENS - 1) {
            token[i] = NOBODY
        }
        for (found : 0 .. PROCESSES - 1) {
            state[found] = STOPPED;
            where[found] = NOWHERE;
            peer[found] = NOBODY;
            destroying[found] = NOWHERE;
            forget(found);
            if
            :: (ready >> found) & 1 -> make_ready(found)
            :: else
            fi
        }
        deadline = NEVER;
        policy_boot();
        reschedule = true
    }
}
