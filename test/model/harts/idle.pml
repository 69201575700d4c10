/* SPDX-License-Identifier: MIT
 *
 * Several harts: who runs what has become ready, who is disturbed for it by an interrupt
 * (IPI), and who sleeps. There is one queue for all harts, and one for each that has those
 * who are pinned to it (src/sched/harts.h). What a hart does in the kernel is one step,
 * under the lock (lock.pml). An IPI takes its time, and comes between two user instructions
 * or ends a wfi.
 *
 * Threads run, block, wake each other, and hand their hart over; a device wakes one, by an
 * interrupt of hart 0. Besides, thread 0...
 *   URGENCIES   becomes more and less urgent, at anybody's wish
 *   PINS        is pinned to hart 0, to hart 1, and to none
 *   KILLS       is killed, and started again
 * TOGETHER: a hart that leaves the lock is in user mode, or its wfi, in the same step; which
 * makes fewer states.
 */
#ifndef HARTS
#define HARTS 2
#endif
#ifndef THREADS
#define THREADS 3
#endif
#ifdef TWO_LEVELS
#define URGENCY(t) (t == 0 || t == 3 -> 2 : 1)
#else
#define URGENCY(t) (t == 0 || t == 3 -> 2 : (t == 1 -> 3 : 1))
#endif
#define URGENCY_MAX 3
#define DRIVER 1

#define NOBODY THREADS
#define ANY HARTS

mtype:state = { BLOCKED, READY, RUNNING, ENDED };
mtype:state state[THREADS];
byte urgency[THREADS]; /* from 1 on */
byte at[THREADS];      /* where it runs, or did */
byte pin[THREADS];     /* the only hart where it may run, or ANY */
bool dying[THREADS];

byte current[HARTS];
bool reschedule[HARTS]; /* in the flags of the current one: it is to give way */
bool waiting[HARTS];    /* it takes an IPI to go on */
bool between[HARTS];    /* it has left the lock, and is not yet in user mode or in its wfi */
bool sent[HARTS];       /* an IPI is with the firmware */
bool pending[HARTS];    /* sip.SSIP */
bool external;          /* the device's interrupt */

/* Only inside one stay in the kernel, */
byte most;
bool chooses;
/* and inside one d_step. */
hidden byte i, k, common, pinned, least, best, settled;

#ifdef ONLY_OUTSIDE
#define check() skip /* to see that what must happen in time finds the mistakes, too */
#endif

#define may_run(t, h) (pin[t] == h || pin[t] == ANY)
#define is_idle(h) (current[h] == NOBODY)
#define runs(h) (current[h] != NOBODY && state[current[h]] == RUNNING)
#define level(h) (runs(h) -> urgency[current[h]] : 0)

/* `common`, `pinned`: the most urgent who is ready, of all and of those for hart h only. */
inline find_queues(h)
{
    common = 0;
    pinned = 0;
    for (i : 0 .. THREADS - 1) {
        if
        :: state[i] == READY && pin[i] == ANY && urgency[i] > common -> common = urgency[i]
        :: state[i] == READY && pin[i] == h && urgency[i] > pinned -> pinned = urgency[i]
        :: else
        fi
    }
}

/* hart->highest_ready */
inline find_most(h)
{
    find_queues(h);
    most = (common > pinned -> common : pinned)
}

/* Hart `who`, told by hart `by`, enters its kernel soon, and chooses anew. */
inline recall(who, by)
{
    reschedule[who] = !is_idle(who);
    waiting[who] = false;
#ifndef BUG_NO_IPI
    if
    :: who != by ->
        printf("    IPI to hart %d\n", who);
        sent[who] = true
    :: else
    fi
#endif
}

#ifdef BUG_SKIP_WHO_LEAVES
#define is_told_in_vain(h) between[h]
#else
#define is_told_in_vain(h) false
#endif

#define can_be_disturbed(h) \
    ((is_idle(h) && waiting[h] || runs(h) && !reschedule[h]) && !is_told_in_vain(h))

/* The queues have changed, or hart h's current thread has: disturbs who has to know. Of
 * those who are less urgent than what is ready for all, one is enough: it goes on. */
inline share(h)
{
    best = ANY;
    least = 0;
    if
    :: reschedule[h] /* it is about to choose, and shares then */
    :: else ->
        for (k : 0 .. HARTS - 1) {
            find_queues(k);
            if
            :: can_be_disturbed(k) && pinned > level(k) -> recall(k, h)
            :: can_be_disturbed(k) && pinned <= level(k) && common > level(k) &&
               (best == ANY || level(k) < least) ->
                best = k;
                least = level(k)
            :: else
            fi
        }
        if
        :: best != ANY -> recall(best, h)
        :: else
        fi
    fi
}

/* Hart `who` may run somebody less urgent than it could. */
inline reconsider(who, by)
{
    find_most(who);
    if
    :: most > level(who) && can_be_disturbed(who) -> recall(who, by)
    :: else
    fi
}

/* t, which is in no queue, is ready now, says hart h. */
inline arrive(t, h)
{
    state[t] = READY;
    share(h)
}

/* The current thread of hart h ends or gives way, and so far nobody else is chosen. */
inline give_way(h)
{
    if
    :: runs(h) && dying[current[h]] ->
        state[current[h]] = ENDED;
        dying[current[h]] = false
    :: runs(h) && !dying[current[h]] && reschedule[h] -> state[current[h]] = READY
    :: else
    fi;
    if
    :: runs(h)
    :: else ->
        current[h] = NOBODY;
        reschedule[h] = false;
        chooses = true;
        find_most(h)
    fi
}

#define is_next(t, h) \
    (is_idle(h) && state[t] == READY && may_run(t, h) && urgency[t] == most)

inline take(t, h)
{
    state[t] = RUNNING;
    at[t] = h;
    current[h] = t
}

/* Who has chosen, be it nobody, disturbs the next. */
#if defined(BUG_CHOOSER_DOES_NOT_SHARE)
#define shares(h) false
#elif defined(BUG_IDLE_DOES_NOT_SHARE)
#define shares(h) (chooses && !is_idle(h))
#else
#define shares(h) chooses
#endif

/* Who runs when hart h leaves the kernel? */
inline leave(h)
{
    do
    :: d_step {
        give_way(h);
        skip /* Spin: a choice must not be the last in a d_step */
       }
       if
       :: is_next(0, h) -> take(0, h)
       :: is_next(1, h) -> take(1, h)
       :: is_next(2, h) -> take(2, h)
#if THREADS > 3
       :: is_next(3, h) -> take(3, h)
#endif
       :: else
       fi;
       if
       :: runs(h) && dying[current[h]] /* in the kernel, where it takes itself apart */
       :: else -> break
       fi
    od;
    most = 0; /* Spin: a jump must not end at a d_step */
    d_step {
        printf("    hart %d runs %d\n", h, current[h]);
#ifndef BUG_FLAG_WITHOUT_LOCK
        waiting[h] = is_idle(h);
#endif
        if
        :: shares(h) -> share(h)
        :: else
        fi;
        chooses = false;
#ifndef TOGETHER
        between[h] = true;
#endif
        check();
        skip
    }
}

#ifndef ONLY_OUTSIDE

/* Once no IPI is under way, nobody waits behind somebody less urgent, runs where he may not,
 * or goes on though he is dying. */
inline check()
{
    settled = true;
    for (i : 0 .. HARTS - 1) {
        if
        :: sent[i] || pending[i] -> settled = false
        :: else
        fi;
        assert(is_idle(i) || state[current[i]] == RUNNING && at[current[i]] == i)
    }
    for (i : 0 .. THREADS - 1) {
        assert(state[i] != RUNNING || current[at[i]] == i);
        assert(!dying[i] || state[i] == READY || state[i] == RUNNING);
        assert(!settled || state[i] != RUNNING || may_run(i, at[i]) && !dying[i]);
        for (k : 0 .. HARTS - 1) {
            assert(!settled || state[i] != READY || !may_run(i, k) || urgency[i] <= level(k))
        }
    }
}

#endif

/* What a thread asks for. */

inline wake(t, h)
{
    if
    :: state[t] == BLOCKED || state[t] == ENDED -> arrive(t, h)
    :: else
    fi
}

inline block(h)
{
    state[current[h]] = BLOCKED;
    reschedule[h] = true
}

#ifdef BUG_HAND_OVER_ALWAYS
#define may_hand_to(t, h) true
#else
#define may_hand_to(t, h) (urgency[t] >= most)
#endif

/* Blocks, and wakes t, which gets the hart at once if nobody who is ready is more urgent. */
inline hand_over(t, h)
{
    find_most(h);
    if
    :: state[t] == BLOCKED && may_run(t, h) && may_hand_to(t, h) ->
        state[current[h]] = BLOCKED;
        reschedule[h] = false;
        take(t, h)
    :: else ->
        block(h);
        wake(t, h)
    fi
}

inline set_urgency(t, u, h)
{
    urgency[t] = u;
    if
    :: state[t] == READY -> share(h)
#ifndef BUG_LOWERED_SILENTLY
    :: state[t] == RUNNING -> reconsider(at[t], h)
#endif
    :: else
    fi
}

inline set_pin(t, where, h)
{
    pin[t] = where;
    if
    :: state[t] == READY -> share(h)
    :: state[t] == RUNNING && !may_run(t, at[t]) -> recall(at[t], h)
    :: else
    fi
}

inline kill(t, h)
{
    if
    :: state[t] == ENDED || dying[t]
    :: else ->
        dying[t] = true;
        if
        :: state[t] == BLOCKED -> arrive(t, h)
#ifndef BUG_KILL_SILENTLY
        :: state[t] == RUNNING -> recall(at[t], h)
#endif
        :: else
        fi
    fi
}

#define call(h, story, does) \
    d_step { \
        printf(story, h, current[h]); \
        does; \
        skip \
    }

inline system_call(h)
{
    if
    :: call(h, "hart %d: %d blocks\n", block(h))
    :: call(h, "hart %d: %d wakes 0\n", wake(0, h))
    :: call(h, "hart %d: %d wakes 2\n", wake(2, h))
    :: call(h, "hart %d: %d hands over to 0\n", hand_over(0, h))
    :: call(h, "hart %d: %d hands over to 2\n", hand_over(2, h))
#if THREADS > 3
    :: call(h, "hart %d: %d wakes 3\n", wake(3, h))
#endif
#ifdef URGENCIES
    :: call(h, "hart %d: %d lowers 0\n", set_urgency(0, 1, h))
    :: call(h, "hart %d: %d raises 0\n", set_urgency(0, URGENCY_MAX, h))
#endif
#ifdef PINS
    :: call(h, "hart %d: %d pins 0 to hart 0\n", set_pin(0, 0, h))
    :: call(h, "hart %d: %d pins 0 to hart 1\n", set_pin(0, 1, h))
    :: call(h, "hart %d: %d unpins 0\n", set_pin(0, ANY, h))
#endif
#ifdef KILLS
    :: call(h, "hart %d: %d kills 0\n", kill(0, h))
#endif
    fi
}

#ifdef BUG_MARKED_CALLS
#define is_marked(h) false
#else
#define is_marked(h) (dying[current[h]] || reschedule[h])
#endif

/* Whom another hart has marked before this one had the lock makes no system call: it is as
 * if it had not asked yet. */
inline program(h)
{
    if
    :: is_marked(h)
    :: else -> system_call(h)
    fi
}

/* The interrupts that hart h finds. After an IPI it may be another thread that runs than the
 * one for which it was sent. */
inline take_interrupts(h)
{
    d_step {
        reschedule[h] = reschedule[h] || is_idle(h);
        if
        :: pending[h] ->
            printf("hart %d: IPI\n", h);
            pending[h] = false
        :: else
        fi;
        if
        :: h == 0 && external ->
            printf("hart %d: the device's interrupt\n", h);
            external = false;
            wake(DRIVER, h)
        :: else
        fi;
        skip
    }
}

#define has_interrupt(h) (pending[h] || h == 0 && external)
#define is_in_user_mode(h) (!is_idle(h) && !between[h])
#define is_in_wfi(h) (is_idle(h) && !between[h])

proctype hart(byte h)
{
end:
    do
    :: is_in_user_mode(h) && !has_interrupt(h) -> skip /* it computes */
    :: atomic {
        is_in_user_mode(h) ->
        program(h);
        leave(h)
    }
    :: atomic {
        (is_in_user_mode(h) || is_in_wfi(h)) && has_interrupt(h) ->
        waiting[h] = false;
        take_interrupts(h);
        leave(h)
    }
    :: atomic {
        between[h] ->
        between[h] = false;
#ifdef BUG_FLAG_WITHOUT_LOCK
        waiting[h] = is_idle(h);
#endif
#ifdef BUG_CLEAR_BEFORE_WFI
        pending[h] = pending[h] && !is_idle(h)
#endif
    }
    od
}

/* IPIs arrive some time. */
proctype firmware(byte h)
{
end:
    do
    :: d_step {
        sent[h] ->
        sent[h] = false;
        pending[h] = true
    }
    od
}

proctype device()
{
end:
    do
    :: !external -> external = true
    od
}

#define idles_for(t, h) (is_idle(h) && may_run(t, h))

/* Nobody is ready for ever while a hart sleeps; who is killed while it runs, ends. */
ltl sleeper_is_woken {
    [] <> !(state[0] == READY && (idles_for(0, 0) || idles_for(0, 1)))
}
ltl killed_stops { [] <> !(state[0] == RUNNING && dying[0]) }

init {
    atomic {
        for (k : 0 .. THREADS - 1) {
            urgency[k] = URGENCY(k);
            pin[k] = ANY;
            state[k] = BLOCKED
        }
        for (k : 0 .. HARTS - 1) {
            current[k] = NOBODY;
            waiting[k] = true;
            run hart(k);
            run firmware(k)
        }
        run device()
    }
}
