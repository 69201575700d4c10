/* SPDX-License-Identifier: MIT
 *
 * Random system calls. The processes of the program `fuzz`, each of the same priority:
 *
 *   supervisor   makes the others, and each driver anew when the last one has ended;
 *                wakes a driver that waits, or ends it if nothing wakes it
 *   driver       makes random system calls, until one of them ends it; a life
 *   neighbour    computes, and must not notice anything
 *   caller, echo, mayfly   call, answer, and die with a call unanswered, so that a
 *                driver finds somebody to receive from, to call and to be let down by
 *
 * Drivers start processes of their own, too: puppets, which make one system call.
 *
 * Everything is decided by the numbers of one generator, seeded by the command line;
 * with the machine under icount, a run repeats to the digit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <trapeze.h>

#define SYSCALL_END 48 /* above every number of syscalls.def */
#define ERROR_END 20   /* above every code of errors.def */

enum role {
    ROLE_DRIVER = 1,
    ROLE_NEIGHBOUR,
    ROLE_CALLER,
    ROLE_ECHO,
    ROLE_MAYFLY,
    ROLE_END,
};

/* What the neighbour tells. */
struct neighbour_state {
    uint64_t rounds;
    uint64_t wrong; /* rounds whose result differs from the first one's */
    uint64_t sum;
};

/* Memory that the drivers share with the supervisor, and which outlives them. They have
 * no handle to it, so no system call of theirs can name it. */
struct fuzz_state {
    uint64_t random;
    uint64_t calls; /* made */
    uint64_t call_limit;
    uint64_t in_flight; /* 1 while the one in `registers` is being made */
    struct trapeze_registers registers;
    uint64_t strange; /* results that no call may have; the first of them: */
    struct trapeze_registers strange_before, strange_after;
    uint64_t made[SYSCALL_END];
    uint64_t succeeded[SYSCALL_END];
    uint64_t failed[SYSCALL_END][ERROR_END]; /* by -error */
    uint64_t errors[ERROR_END];              /* the same, of all numbers */
};

#define STATE_PAGES ((sizeof(struct fuzz_state) + PAGE_BYTES - 1) / PAGE_BYTES)

/* The exit status of a driver that has made the last call. No random one can be taken
 * for it: `in_flight` is 0. */
#define STATUS_ALL_MADE 77

/* random numbers (splitmix64). */
static inline uint64_t random_next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
    return (random_next(state) >> 16) % limit;
}

static inline bool random_one_in(uint64_t *state, uint64_t count)
{
    return random_below(state, count) == 0;
}

/* fuzz.c */

/* Prints what went wrong, with the seed that does it again, and ends the program. */
_Noreturn void fuzz_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* lives.c: the processes. */

#define ENDPOINTS 3 /* which drivers and the supervisor share */

struct lives {
    struct fuzz_state *state;
    struct neighbour_state *neighbour;
    uint64_t neighbour_memory;
    uint64_t supervisor; /* endpoint of all ends and faults */
    uint64_t endpoints[ENDPOINTS];
    uint64_t endpoint_numbers[ENDPOINTS];
    uint64_t sources[2];        /* endpoints where the echo and the mayfly receive */
    uint64_t process[ROLE_END]; /* handles; 0: it does not live */
    uint64_t random;            /* the supervisor's own */
    uint64_t drivers;           /* lives so far */
    uint64_t replaced;          /* of them, ended because nothing else did */
    uint64_t faults;            /* of them, ended by a fault */
};

/* Makes endpoints, memory, the handles that drivers start with, and all processes. */
void lives_init(struct lives *lives, uint64_t seed, uint64_t calls);

/* Starts the process of this role. */
void lives_start(struct lives *lives, enum role role);

/* Deals with an end or a fault. True: a driver has made the last call. */
bool lives_hear(struct lives *lives, const struct trapeze_message *message);

/* Ends all processes, and destroys what lives_init made. */
void lives_end(struct lives *lives);

/* nudge.c: once everybody else has had the CPU, sees what the driver waits for. */
void nudge_driver(struct lives *lives);

/* The processes' main functions; the handles are those that trapeze_inherited gives. */
int driver_main(void);
int neighbour_main(void);
int caller_main(void);
int echo_main(void);
int mayfly_main(void);

/* poison.S: fills the registers that a call need not preserve with what is nobody's
 * but the process's that calls it. */
void hold_poison(void);

/* values.c: what a driver knows, and makes calls of. */
enum pool {
    POOL_PROCESS,
    POOL_ENDPOINT,
    POOL_MEMORY,
    POOL_IRQ,
    POOL_MACHINE,
    POOL_MAPPING,
    POOL_TOKEN,
    POOL_END,
};

void values_init(uint64_t *random);
void values_add(enum pool pool, uint64_t value);

/* The registers of the next call. */
void values_choose(struct trapeze_registers *registers);

/* Learns from what a call returned. */
void values_learn(const struct trapeze_registers *before,
                  const struct trapeze_registers *after);

/* puppets.c */
#define PUPPET_BASE UINT64_C(0x10000) /* where their code is mapped */
#define PUPPET_BLOCK_BYTES 32
#define PUPPET_BLOCKS (2 * SYSCALL_END)

/* Makes the memory object with their code: for each number of a call, a block that
 * makes it and then sleeps, and one that makes it and then exits. */
uint64_t puppets_make_code(void);

/* Of a driver: makes a puppet that lives. Its handle, or 0. */
uint64_t puppets_start(uint64_t code, uint64_t supervisor, uint64_t *random);

/* counts.c: a table of what was called and came of it. False: the fuzzer was not good
 * enough, and a line says in what. */
bool counts_report(const struct fuzz_state *state);
