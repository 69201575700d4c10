/* SPDX-License-Identifier: MIT
 *
 * The kernel lock, instruction by instruction, as src/platform/lock.h has it: HARTS harts
 * take it and release it, again and again, or stay away for ever. Who queues spins for as
 * long as it likes, then sleeps. With OTHER_IPIS, who has the lock may send an IPI that
 * has nothing to do with it, and interrupts may be handled later.
 */
#ifndef HARTS
#define HARTS 3
#endif
#define NOBODY HARTS

/* The word: byte 0 is not 0 while it is held, the upper half counts who queues. */
#define HELD 1
#define WAITER 65536
#define is_held(w) ((w & 255) != 0)
#define waiters(w) (w >> 16)
int word;

/* Tickets wrap around, in the kernel at 2^32, and the places of who sleeps at
 * LOCK_SLEEPERS: here at the least that will do. */
#define TICKETS HARTS
byte next_ticket, serving;
byte sleepers[TICKETS]; /* 1 + the hart */
bool pending[HARTS];    /* its software interrupt, sip.SSIP */

/* What happens, to be judged; how long it has to wait, by hart 0: the harts are alike. */
byte owner = NOBODY;
bool arrived[HARTS];
bool queued[HARTS]; /* it is counted in the word */
bool called[HARTS]; /* an IPI that was not for the lock has yet to be handled */
bool waits;         /* hart 0 has a ticket */
bool head;          /* and knows that it is its turn */
byte overtaken;     /* bit g: since it has a ticket, hart g has got the lock */
byte delayed;       /* bit g: since its turn came, hart g has taken it and given it back */

hidden byte i, count;

/* Hart h has got the lock, and once at most while hart 0 waits. */
inline note_owner(h)
{
    assert(owner == NOBODY);
    owner = h;
    arrived[h] = false;
    if
    :: h == 0 ->
        waits = false;
        head = false;
        overtaken = 0;
        delayed = 0
    :: h != 0 && waits ->
        assert((overtaken & (1 << h)) == 0);
        overtaken = overtaken | (1 << h)
    :: else
    fi
}

/* Hart h has it for a moment, and once at most while it is the turn of hart 0. */
inline note_delay(h)
{
    if
    :: head ->
        assert((delayed & (1 << h)) == 0);
        delayed = delayed | (1 << h)
    :: else
    fi
}

/* The word says who queues; and it is 0, which the fast path needs, when nobody is about. */
inline check_word()
{
    count = 0;
    for (i : 0 .. HARTS - 1) {
        if
        :: queued[i] -> count++
        :: else
        fi
    }
#ifndef ONLY_OUTSIDE
    assert(waiters(word) == count);
#endif
    count = 0;
    for (i : 0 .. HARTS - 1) {
        if
        :: arrived[i] -> count++
        :: else
        fi
    }
    assert(count > 0 || word == 0)
}

#if defined(BUG_NEWCOMER_KEEPS)
#define newcomer_may_keep(old) (!is_held(old))
#else
#define newcomer_may_keep(old) (old == 0)
#endif

/* amoor.w.aq: one instruction. */
inline fetch_and_hold(old)
{
    old = word;
    word = word | HELD
}

/* An interrupt for something else is still there: it comes as soon as the lock is left. */
inline release(h)
{
    assert(owner == h);
    assert(!called[h] || pending[h]);
    owner = NOBODY;
#ifdef BUG_RELEASE_WHOLE_WORD
    word = 0;
#else
    word = word & ~255; /* sb: one byte */
#endif
    check_word()
}

/* wfi, which does not wait if the interrupt is pending, and sip.SSIP is cleared: in one
 * step, as nobody else clears it. */
inline sleep(h)
{
#ifdef BUG_CLEAR_THEN_SLEEP
    pending[h] = false;
    pending[h]
#else
    atomic {
        pending[h];
        pending[h] = false
    }
#endif
}

inline find_turn(h, ticket)
{
    atomic {
        serving == ticket;
        head = (h == 0 -> true : head)
    }
}

/* It spins, or it sleeps. */
inline wait_for_turn(h, ticket)
{
    if
    :: find_turn(h, ticket)
#ifdef BUG_SLEEP_WITHOUT_LOOK
    :: serving != ticket ->
        sleepers[ticket] = h + 1;
        sleep(h);
#else
    :: sleepers[ticket] = h + 1;
#endif
        do
        :: find_turn(h, ticket) -> break
        :: serving != ticket -> sleep(h)
        od;
        atomic {
            sleepers[ticket] = 0;
#ifndef BUG_NOT_RAISED_AGAIN
            pending[h] = true
#endif
        }
    fi
}

/* The next one's turn; then, is it asleep? */
inline advance(ticket, sleeper)
{
#ifdef BUG_WAKE_FIRST
    sleeper = sleepers[(ticket + 1) % TICKETS];
    wake(sleeper);
    serving = (ticket + 1) % TICKETS;
#else
    atomic {
        ticket = (ticket + 1) % TICKETS;
        serving = ticket
    }
    atomic {
        sleeper = sleepers[ticket];
        ticket = 0
    }
    wake(sleeper);
#endif
}

inline wake(sleeper)
{
    atomic {
#ifndef BUG_NOBODY_WAKES
        if
        :: sleeper != 0 -> pending[sleeper - 1] = true
        :: else
        fi;
#endif
        sleeper = 0
    }
}

inline join_queue(h, old, ticket, sleeper)
{
    d_step {
        word = word + WAITER;
        queued[h] = true
    }
    d_step {
        ticket = next_ticket;
        next_ticket = (next_ticket + 1) % TICKETS;
        waits = (h == 0 -> true : waits)
    }
    wait_for_turn(h, ticket);
#ifdef BUG_ADVANCE_FIRST
    advance(ticket, sleeper);
#endif
    do
    :: atomic {
        d_step {
            fetch_and_hold(old);
            if
            :: !is_held(old) -> note_owner(h)
            :: else
            fi;
            skip /* Spin: a choice must not be the last in a d_step */
        }
        if
        :: is_held(old)
        :: else -> break
        fi
       }
    od;
    atomic {
        old = 0;
#ifndef BUG_WAITER_STAYS
        word = word - WAITER;
#endif
        queued[h] = false
    }
#ifndef BUG_ADVANCE_FIRST
    advance(ticket, sleeper)
#endif
}

proctype hart(byte h)
{
    int old;
    byte ticket, sleeper;
    do
    :: arrived[h] = false /* it does something else */
    :: d_step {
        arrived[h] = true;
#ifdef BUG_LOOK_THEN_TAKE
        old = word
#else
        fetch_and_hold(old);
        if
        :: newcomer_may_keep(old) -> note_owner(h)
        :: !newcomer_may_keep(old) && !is_held(old) -> note_delay(h)
        :: else
        fi;
        skip
#endif
       }
       if
#ifdef BUG_LOOK_THEN_TAKE
       :: old == 0 ->
            d_step {
                word = word | HELD;
                note_owner(h);
                skip
            }
#else
       :: newcomer_may_keep(old)
#endif
       :: else ->
            if
#if !defined(BUG_NOT_GIVEN_BACK) && !defined(BUG_LOOK_THEN_TAKE)
            :: !is_held(old) -> word = word & ~255
#endif
            :: else
            fi;
            join_queue(h, old, ticket, sleeper)
       fi;
       old = 0;
       if
       :: d_step { /* the interrupt is handled, if there is one */
            release(h);
            pending[h] = false;
            called[h] = false
          }
#ifdef OTHER_IPIS
       :: d_step {
            pending[h];
            release(h)
          }
       :: d_step {
            called[(h + 1) % HARTS] = true;
            pending[(h + 1) % HARTS] = true;
            release(h)
          }
#endif
       fi
    od
}

ltl arrival_gets_it { [] (arrived[0] -> <> (owner == 0)) }

init {
    atomic {
        for (i : 0 .. HARTS - 1) {
            run hart(i)
        }
    }
}
