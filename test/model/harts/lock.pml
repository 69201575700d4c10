/* SPDX-License-Identifier: MIT
 *
 * The kernel lock, instruction by instruction, as src/platform/lock.h has it: HARTS harts
 * take it and release it, again and again, or stay away for ever.
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

/* Which wrap around, in the kernel at 2^32. */
#define TICKETS 4
byte next_ticket, serving;

/* What happens, to be judged. */
byte owner = NOBODY;
bool arrived[HARTS];
bool queued[HARTS];    /* it is counted in the word */
bool waits[HARTS];     /* it has a ticket */
bool head[HARTS];      /* and it is its turn */
byte overtaken[HARTS]; /* bit g: since it has a ticket, hart g has got the lock */
byte delayed[HARTS];   /* bit g: since its turn came, hart g has taken it and given it back */

hidden byte i, count;

/* Hart h has got the lock, and once at most while any other waits. */
inline note_owner(h)
{
    assert(owner == NOBODY);
    owner = h;
    arrived[h] = false;
    waits[h] = false;
    head[h] = false;
    overtaken[h] = 0;
    delayed[h] = 0;
    for (i : 0 .. HARTS - 1) {
        if
        :: waits[i] ->
            assert((overtaken[i] & (1 << h)) == 0);
            overtaken[i] = overtaken[i] | (1 << h)
        :: else
        fi
    }
}

/* Hart h has it for a moment, and once at most while it is another's turn. */
inline note_delay(h)
{
    for (i : 0 .. HARTS - 1) {
        if
        :: head[i] ->
            assert((delayed[i] & (1 << h)) == 0);
            delayed[i] = delayed[i] | (1 << h)
        :: else
        fi
    }
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

inline release(h)
{
    d_step {
        owner = NOBODY;
#ifdef BUG_RELEASE_WHOLE_WORD
        word = 0;
#else
        word = word & ~255; /* sb: one byte */
#endif
        check_word()
    }
}

inline advance()
{
    serving = (serving + 1) % TICKETS
}

inline join_queue(h, old, ticket)
{
    d_step {
        word = word + WAITER;
        queued[h] = true
    }
    d_step {
        ticket = next_ticket;
        next_ticket = (next_ticket + 1) % TICKETS;
        waits[h] = true
    }
    d_step {
        serving == ticket;
        head[h] = true
    }
#ifdef BUG_ADVANCE_FIRST
    advance();
#endif
    do
    :: d_step {
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
    od;
    ticket = 0; /* Spin: a jump must not end at a d_step */
    d_step {
#ifndef BUG_WAITER_STAYS
        word = word - WAITER;
#endif
        queued[h] = false
    }
#ifndef BUG_ADVANCE_FIRST
    advance()
#endif
}

proctype hart(byte h)
{
    int old;
    byte ticket;
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
            join_queue(h, old, ticket)
       fi;
       old = 0;
       assert(owner == h);
       release(h)
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
