/* SPDX-License-Identifier: MIT
 *
 * Actors: the other processes of a test. An actor is a process that executes a function
 * of the test program itself, in an address space that has the program's code and
 * constants, a stack, and the stage: memory that the test and all its actors have at
 * the same address. It has no writable globals (touching one is a fault), so it prints
 * nothing: what it finds goes onto the stage, and the test program checks it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <trapeze.h>

#include "check.h"

#define ACTORS_MAX 32
#define ACTOR_HANDLES 6
#define ACTOR_WORDS 16
#define ACTOR_STACK_PAGES 2
#define ACTOR_PAGES 16 /* its budget, unless told */
#define ACTOR_SLOTS 16

#define STAGE_ADDRESS 0x10000UL
#define STAGE_FREE_WORDS 512

struct actor;
typedef long actor_role(struct actor *actor);

struct actor {
    uint64_t process; /* the test's handle to it; 0: this place is free */
    uint64_t number;
    uint64_t code_mapping;
    actor_role *role;
    uint64_t handles[ACTOR_HANDLES]; /* in its own table, in the order of giving */
    uint32_t handle_count;
    volatile uint64_t step;               /* how far it has come, for who waits */
    volatile uint64_t words[ACTOR_WORDS]; /* what it was told, and what it found */
    struct trapeze_message message;       /* its last one */
};

/* What everybody sees. */
struct stage {
    struct actor actors[ACTORS_MAX];
    volatile uint64_t clock; /* stage_tick() */
    volatile uint64_t words[STAGE_FREE_WORDS];
};
#define STAGE ((struct stage *)STAGE_ADDRESS)

/* The next number of a sequence in which actors note when they were where. */
static inline uint64_t stage_tick(void)
{
    return __atomic_add_fetch(&STAGE->clock, 1, __ATOMIC_SEQ_CST);
}

/* Tests of several harts run without icount, on hosts that may be busy: there, no test
 * judges how long anything takes, and what passes by is awaited, not slept for. */
static inline bool one_hart(void) { return sys_kernel_info(INFO_HARTS_ONLINE) == 1; }
#define HANG_US 60000000UL /* only what hangs takes so long */

/* Before anything else. */
void actors_begin(void);

/* From now on this process and the actors that it makes run on one hart, in the order
 * that priorities give them, also where there are more. */
void actors_share_a_hart(void);

/* The endpoint where faults and ends of actors are told, with the actor's place + 1 as
 * badge. */
uint64_t actors_supervisor(void);

/* The memory with the program's code: its pages from USER_IMAGE_BASE on. */
uint64_t actors_code(void);
uint64_t actors_code_pages(void);

/* How many mappings, and slots, an actor takes of its quota before it runs. */
uint64_t actors_mappings(void);

/* What differs for an actor; 0 is the usual. */
struct actor_options {
    int priority; /* its own, or ACTOR_PRIORITY_SAME */
    uint64_t pages, slots;
    uint64_t supervisor, badge; /* instead of the test's */
    bool unsupervised;
    bool stopped;
    uint64_t give[ACTOR_HANDLES]; /* handles, up to the first 0 */
    uint64_t words[4];            /* to begin with */
};
#define ACTOR_PRIORITY_SAME 0 /* so 0 itself needs process_priority */

/* Makes an actor and lets it run (unless `stopped`). Ends the program if that fails. */
struct actor *actor_make(actor_role *role, const struct actor_options *options);
void actor_run(struct actor *actor);

/* Copies a handle to it: which number it has there. */
uint64_t actor_give(struct actor *actor, uint64_t handle);

/* Lets time pass, a step more. False: it hangs. `waited` is 0 at the beginning. */
bool wait_more(uint64_t *waited);

/* Lets time pass until the actor is in this state; a failed check, and false, if it
 * hangs. */
bool actor_await(const struct actor *actor, enum trapeze_state state);

/* The same until its step has come so far; until it has this priority, which on one
 * hart it has at once; until it has gone, without a word to this process. */
bool actor_await_step(const struct actor *actor, uint64_t step);
void actor_expect_priority(const struct actor *actor, uint64_t priority);
void actor_expect_gone(struct actor *actor);

/* For actors: waits, at first so many microseconds, until the word is another. */
void await_change(const volatile uint64_t *word, uint64_t value, uint64_t step_us);

/* A deadline was to pass after something else, and has passed before, which is no
 * mistake on a busy host: one that leaves more time to try again with. */
uint64_t longer(uint64_t microseconds);

enum trapeze_state actor_state(const struct actor *actor);
uint64_t actor_priority(const struct actor *actor); /* that it runs at */

/* Waits for its end, as the message says it; its place is free again. */
struct trapeze_message actor_end(struct actor *actor);

/* It has to exit with this status; or is killed, if it lives. */
void actor_expect(struct actor *actor, long status);
void actor_kill(struct actor *actor);

/* Lets the others run for so many microseconds. */
void pause_us(uint64_t microseconds);
uint64_t in_us(uint64_t microseconds); /* a deadline */

/* What must be the same at the end as at the beginning. */
struct balance {
    long free_pages, largest_run, free_slots, processes;
    uint64_t pages, slots; /* that this process has used */
};
struct balance balance_now(void);
void balance_check(const struct balance *before);

/* A duplicate, or the end of the program. */
uint64_t duplicate(uint64_t handle, uint64_t rights, uint64_t badge);

/* A handle that must have been made. */
uint64_t must(long handle);

/* check_end(), with what has failed in actors.c. */
int actors_failures(void);
static inline int finish(const char *program)
{
    check_failures += actors_failures();
    return check_end(program);
}

/* Says what is checked now. */
#define SAY(...) (printf("  " __VA_ARGS__), putchar('\n'))
