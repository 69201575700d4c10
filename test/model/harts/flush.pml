/* SPDX-License-Identifier: MIT
 *
 * Translations that harts have cached, and the marks that make them forget
 * (src/sched/translations.h). Process 0 runs here and there, on one hart at a time; who is
 * in the kernel maps and unmaps its page, and makes it anew in the slot that it had. A hart
 * caches what it finds when it finds it, also that there is nothing.
 *
 * The statements of one hart in the kernel are under the lock (lock.pml); the others go on
 * in user mode meanwhile.
 *   SHARED   there are no ASIDs: process 1, too, uses ASID 0. (With an ASID of its own,
 *            another process would be as good as none.)
 *   STACKS   instead of the page, the one of the slot's kernel stack, which is in everybody's
 *            tables
 */
#ifndef HARTS
#define HARTS 2
#endif
#define NO_HART HARTS
#ifdef SHARED
#define PROCESSES 2
#define is_shared true
#else
#define PROCESSES 1
#define is_shared false
#endif
#define NOBODY PROCESSES

/* What the tables say: of the page of each process; or of the stack, one frame or another. */
#define NOTHING 0
#define FRAME(p) (1 + p)
#define UNKNOWN 3
byte table[PROCESSES];

/* Which other harts must forget, bit by bit; thread->stale. */
byte stale[PROCESSES];
/* Assembly may go on with it on this hart without looking at the marks; thread->quick. */
byte quick[PROCESSES];

byte runs_on[PROCESSES];
byte current[HARTS];   /* who has the hart, be it in the kernel or in user mode */
byte locked = NO_HART; /* the hart that holds the kernel's lock */

/* What each hart has cached for the page, under the one ASID that matters. */
byte cached[HARTS] = UNKNOWN;

/* What was there before the change that is under way: it may still be used. */
byte before[PROCESSES];

hidden byte i, other;

/* Where it runs, or has run on this hart h, it may stay quick: there it is fenced at once. */
inline unquick(p, h)
{
    if
#ifndef BUG_STAYS_QUICK
    :: runs_on[p] == NO_HART && quick[p] != h -> quick[p] = NO_HART
#endif
    :: else
    fi
}

/* Marks p for every hart but h. */
inline mark_others(p, h)
{
    d_step {
#ifndef BUG_NO_MARK
        for (i : 0 .. HARTS - 1) {
            if
            :: i != h -> stale[p] = stale[p] | (1 << i)
            :: else
            fi
        }
#endif
        unquick(p, h);
        skip
    }
}

/* Its firmware fences the hart that runs p at this moment, and says so: RFENCE. */
inline fence_elsewhere(p, h)
{
    d_step {
        other = runs_on[p];
        if
        :: other != NO_HART && other != h ->
#ifndef BUG_NO_RFENCE
            cached[other] = UNKNOWN;
#endif
            stale[p] = stale[p] & ~(1 << other)
        :: else
        fi;
        skip
    }
}

inline fence_here(p, h)
{
#ifdef BUG_FENCE_ONLY_CURRENT
    if
    :: runs_on[p] == h -> cached[h] = UNKNOWN
    :: else
    fi
#else
    cached[h] = UNKNOWN
#endif
}

inline turn(p)
{
    table[p] = (table[p] == NOTHING -> FRAME(p) : NOTHING)
}

/* Hart h changes a mapping of p: the table, then all who may have cached it. After that the
 * frame may be somebody else's. */
inline change(h, p)
{
    before[p] = table[p];
#ifdef BUG_FENCE_BEFORE_CHANGE
    fence_here(p, h);
    fence_elsewhere(p, h);
    mark_others(p, h);
    turn(p);
#else
    turn(p);
    fence_here(p, h);
    mark_others(p, h);
    fence_elsewhere(p, h);
#endif
    before[p] = table[p]
}

/* Another process gets the slot of p, which has ended and runs nowhere: it has other pages,
 * or none, and another stack. */
inline renew(p)
{
    d_step {
        turn(p);
        before[p] = table[p];
#ifndef BUG_NO_MARK_AT_REUSE
        stale[p] = (1 << HARTS) - 1;
#endif
        quick[p] = NO_HART
    }
}

#if defined(STACKS)
#ifdef BUG_STACK_KEPT
#define must_forget(h, p) false
#else
#define must_forget(h, p) is_marked(h, p)
#endif
#elif defined(BUG_SHARED_WITHOUT_FENCE)
#define must_forget(h, p) is_marked(h, p)
#else
#define must_forget(h, p) (is_shared || is_marked(h, p))
#endif
#define is_marked(h, p) ((stale[p] & (1 << h)) != 0)

/* Hart h, which is about to run p, forgets what its mark says. */
inline forget(h, p)
{
    d_step {
        if
        :: must_forget(h, p) -> cached[h] = UNKNOWN
        :: else
        fi;
        stale[p] = stale[p] & ~(1 << h)
    }
}

/* Hart h leaves whom it runs, for p. Assembly does so without the marks where it may. */
inline switch_to(h, p)
{
    d_step {
        if
        :: current[h] != NOBODY -> runs_on[current[h]] = NO_HART
        :: else
        fi;
        current[h] = p;
        if
        :: p != NOBODY -> runs_on[p] = h
        :: else
        fi;
        skip
    }
    if
    :: p != NOBODY && quick[p] == h /* satp, and on */
    :: p != NOBODY && quick[p] != h ->
        forget(h, p);
        quick[p] = (is_shared -> NO_HART : h)
    :: p == NOBODY
    fi
}

inline take_lock(h)
{
    locked == NO_HART;
    locked = h
}

/* Hart h uses what it has cached, or what it finds in the tables now. */
inline use(h, p)
{
    d_step {
        if
        :: cached[h] == UNKNOWN -> cached[h] = table[p]
        :: else
        fi;
        assert(cached[h] == table[p] || cached[h] == before[p])
    }
}

proctype hart(byte h)
{
    do
    :: current[h] == 0 -> use(h, 0)
#ifdef SHARED
    :: current[h] == 1 -> use(h, 1)
#endif
#ifdef STACKS
    :: cached[h] == UNKNOWN -> cached[h] = table[0] /* whoever runs: it looks ahead */
#endif
    :: atomic {
        locked == NO_HART ->
        locked = h
       }
       if
#ifndef STACKS
       :: change(h, 0)
#endif
       :: runs_on[0] == NO_HART -> switch_to(h, 0)
#ifdef SHARED
       :: runs_on[1] == NO_HART -> switch_to(h, 1)
#endif
       :: switch_to(h, NOBODY)
       :: runs_on[0] == NO_HART -> renew(0)
       fi;
       locked = NO_HART
    od
}

init {
    atomic {
        for (i : 0 .. PROCESSES - 1) {
            table[i] = FRAME(i);
            before[i] = FRAME(i);
            runs_on[i] = NO_HART;
            quick[i] = NO_HART;
            stale[i] = (1 << HARTS) - 1
        }
        for (i : 0 .. HARTS - 1) {
            current[i] = NOBODY;
            run hart(i)
        }
    }
}
