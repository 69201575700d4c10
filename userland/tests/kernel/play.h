/* SPDX-License-Identifier: MIT
 *
 * The play of test-paths: a dozen processes that call, serve, call on, signal, yield,
 * fault, map, kill and compute, by one sequence of random numbers that they share.
 * Nobody is ever preempted by time: who runs, and with what in its registers, follows
 * from the kernel's rules alone, so that two kernels that keep the same rules play the
 * same.
 *
 *   conductor  the test program, more urgent than all players: raises the dead, ends
 *              endpoints, and stirs when everybody waits
 *   clients    call servers, and do what is rare
 *   servers    reply and receive; the middle one calls on, workers share an endpoint,
 *              the judge hears of faults
 *   sentries   wait for signals, and pass some on; one of them is the driver of a
 *              device, whose interrupt any player raises by a store
 *
 * After each move its player adds every register that it may rely on, and how everybody
 * is doing, to a sum. What is left in the others must be 0 or the player's own: each
 * value that a player puts into a register tells whose it is.
 */
#pragma once

#include "actors.h"

#define PLAYERS 15
#define WORLD_ADDRESS 0x800000UL

/* Endpoints; a role's number is that of the endpoint where it serves. */
enum place {
    SERVER_A,
    SERVER_B,
    MIDDLE,
    POOL,
    JUDGE,
    SENTRY_LOW,
    SENTRY_HIGH,
    DRIVER,
    PLACES,
    CLIENT = PLACES,
};

/* A player's own priority is this or the next, unless somebody has changed it. */
static inline uint64_t play_priority(enum place role)
{
    static const uint8_t least[] = {
        [SERVER_A] = 3, [SERVER_B] = 2,   [MIDDLE] = 3,      [POOL] = 3,   [JUDGE] = 4,
        [CLIENT] = 2,   [SENTRY_LOW] = 2, [SENTRY_HIGH] = 5, [DRIVER] = 4,
    };
    return least[role];
}

/* What a player may map: a page, four pages in one run, three that are not, and the run
 * by a handle without RIGHT_WRITE. */
enum memory { PAGE, RUN, INDEXED, READABLE, MEMORIES, NO_MEMORY = MEMORIES };
#define MAPPINGS 12

#define TOKENS 3
#define STALE_MAX 96
#define FLOATS 33 /* f0 to f31, fcsr */

/* A move that is no system call, in a7's place. */
#define MOVE_FAULT 100 /* and the way to fault */
#define FAULTS 3
#define MOVE_INTERRUPT 101 /* a store of a1 to a0 */

/* QEMU's goldfish_rtc, with an alarm in the past: this store raises its interrupt. */
#define RTC_WINDOW 0x9ff000UL /* by the world: the page table is there */
#define RTC_ALARM_LOW 0x08UL
#define RTC_ALARM_HIGH 0x0cUL
#define RTC_IRQ_ENABLED 0x10UL

/* Where a move needs no value, registers hold which move it is, and which register. */
#define GARBAGE UINT64_C(0xdead000000000000)
#define GARBAGE_MASK UINT64_C(0xffff000000000000)
static inline uint64_t play_garbage(uint64_t move, uint64_t number)
{
    return GARBAGE | move << 8 | number;
}

/* Of a move: the processes that made it, and that heard of it, by a message or as the
 * judge of a fault. */
struct provenance {
    uint16_t maker, hearer;
};
#define MOVES_KEPT 16384

/* play_moves.S knows the offsets. */
struct frame {
    struct trapeze_registers before, after;
    uint64_t saved[16];
    uint64_t left, arrived; /* instret behind the last load, and before the first one */
};

struct held_token {
    uint64_t token;
    bool fault;
};

struct player {
    struct frame frame;
    uint64_t index;
    uint64_t serial; /* of its process: no other has the same */
    enum place role;
    uint64_t floats[FLOATS]; /* what its FPU has to hold */
    bool floats_fresh;       /* written, and no move made since */
    uint64_t send[PLACES], receive[PLACES];
    uint64_t new_send[PLACES],
        new_receive[PLACES]; /* to be taken when those are gone */
    uint64_t muted;          /* to SERVER_A, without RIGHT_SEND */
    uint64_t silent;         /* to SERVER_B, with badge 0 */
    uint64_t bell;
    uint64_t irq; /* the driver's; 0: there is no device */
    uint64_t peers[PLAYERS];
    uint64_t stale[STALE_MAX]; /* to be closed */
    uint64_t stale_count;
    uint64_t own, granted; /* an endpoint that it has made, what it was given */
    uint64_t last_closed, last_token, last_sent_by, last_signalled;
    struct held_token tokens[TOKENS];
    uint64_t token_count;
    bool renewed; /* a handle: the old number is tried next */
    uint64_t memories[MEMORIES], gone_memory;
    enum memory making; /* by the move that is made */
    uint64_t mappings[MAPPINGS], last_mapping;
    uint64_t mapping_count;
};

/* What process_inspect says, but for the CPU time; the last three are 0 where they were
 * not asked for: they are in turn, and of the player itself. */
struct report {
    int64_t result;
    uint64_t state, awaited, own_priority, priority, limit, pages, slots, handles;
};

#define LOG_MOVES 128
#define MOVES_MAX 1000000
#define CHECKPOINT LOG_MOVES

struct log_entry {
    uint64_t move, player, variant, sum;
    struct trapeze_registers before, after;
    struct report reports[PLAYERS];
};

/* What must have happened often, for the play to be worth anything. */
#define CASES(CASE)                                                                \
    CASE(FAST_CALL, "call by the fast path")                                       \
    CASE(FAST_REPLY, "reply_recv by the fast path")                                \
    CASE(FAST_FAULT, "fault by the fast path")                                     \
    CASE(FAST_SIGNAL, "signal by the fast path")                                   \
    CASE(FAST_WAKE, "signal that wakes by the fast path")                          \
    CASE(FAST_INTERRUPT, "interrupt that wakes by the fast path")                  \
    CASE(FAST_YIELD, "yield by the fast path")                                     \
    CASE(FAST_YIELD_TO, "yield to an equal by the fast path")                      \
    CASE(FAST_SELF, "process_self by the fast path")                               \
    CASE(FAST_MAP, "memory_map by the fast path")                                  \
    CASE(CALL_NOBODY, "call: nobody receives")                                     \
    CASE(CALL_SEVERAL, "call: several receive")                                    \
    CASE(CALL_LOWER, "call: the receiver is less urgent")                          \
    CASE(CALL_HIGHER, "call: the receiver is more urgent")                         \
    CASE(CALL_LENT, "call: the receiver runs at a lent priority")                  \
    CASE(CALL_BUSY, "call: the receiver owes a reply already")                     \
    CASE(CALL_GRANT, "call with a grant")                                          \
    CASE(CALL_DEADLINE, "call with a deadline")                                    \
    CASE(CALL_PAST, "call with a deadline in the past")                            \
    CASE(CALL_WELCOME, "call that welcomes a grant")                               \
    CASE(CALL_ODD, "call with an invalid t2")                                      \
    CASE(CALL_OTHER, "call by another handle than the last")                       \
    CASE(CALL_CLOSED, "call by a closed handle")                                   \
    CASE(CALL_GONE, "call of an endpoint that has ended")                          \
    CASE(CALL_RIGHT, "call without the right")                                     \
    CASE(CALL_LIMITED, "call by who has a limit")                                  \
    CASE(CALL_FLOATS, "call with floating-point registers just written")           \
    CASE(CALL_PEER, "call whose server ended")                                     \
    CASE(CALL_LATE, "call whose deadline passed")                                  \
    CASE(REPLY_FORGED, "reply_recv with a token that never was")                   \
    CASE(REPLY_STALE, "reply_recv to a caller that has gone")                      \
    CASE(REPLY_OLDER, "reply_recv to another than the last caller")                \
    CASE(REPLY_NOBODY, "reply_recv without a token")                               \
    CASE(REPLY_GRANT, "reply_recv with a grant")                                   \
    CASE(REPLY_DEADLINE, "reply_recv with a deadline")                             \
    CASE(REPLY_WELCOME, "reply_recv that welcomes a grant")                        \
    CASE(REPLY_OTHER, "reply_recv by another handle")                              \
    CASE(REPLY_SIGNAL, "reply_recv with signals pending")                          \
    CASE(REPLY_QUEUED, "reply_recv with messages waiting")                         \
    CASE(REPLY_LENT, "reply_recv at a lent priority")                              \
    CASE(REPLY_LOWER, "reply_recv to a less urgent caller")                        \
    CASE(REPLY_FLOATS, "reply_recv with floating-point registers just written")    \
    CASE(REPLY_VERDICT, "reply_recv to a fault")                                   \
    CASE(SIGNAL_WAKES, "signal for which somebody waits")                          \
    CASE(SIGNAL_ZERO, "signal with badge 0")                                       \
    CASE(SIGNAL_NOBODY, "signal: nobody receives")                                 \
    CASE(SIGNAL_SEVERAL, "signal: several receive")                                \
    CASE(SIGNAL_HIGHER, "signal: the receiver is more urgent")                     \
    CASE(SIGNAL_EQUAL, "signal: the receiver is as urgent")                        \
    CASE(SIGNAL_LOWER, "signal: the receiver is less urgent")                      \
    CASE(SIGNAL_DEADLINE, "signal: the more urgent receiver has a deadline")       \
    CASE(SIGNAL_LIMITED, "signal: the more urgent receiver has a limit")           \
    CASE(SIGNAL_LENT, "signal at a lent priority")                                 \
    CASE(SIGNAL_PASSED_ON, "signal by who was woken by one, to one less urgent")   \
    CASE(INTERRUPT_NOBODY, "interrupt: nobody receives")                           \
    CASE(INTERRUPT_HIGHER, "interrupt: the driver is more urgent")                 \
    CASE(INTERRUPT_NOT_HIGHER, "interrupt: the driver is as urgent or less")       \
    CASE(INTERRUPT_DEADLINE, "interrupt: the more urgent driver has a deadline")   \
    CASE(INTERRUPT_MASKED, "interrupt before the last one is acknowledged")        \
    CASE(INTERRUPT_LATE, "interrupt that comes when the last one is acknowledged") \
    CASE(INTERRUPT_UNBOUND, "interrupt whose endpoint has ended")                  \
    CASE(YIELD_OTHERS, "yield with others ready")                                  \
    CASE(MAP_HANDLE, "memory_map by a handle that there is not")                   \
    CASE(MAP_GONE, "memory_map of memory that has ended")                          \
    CASE(MAP_TYPE, "memory_map of something else")                                 \
    CASE(MAP_RIGHTS, "memory_map with a right that the handle lacks")              \
    CASE(MAP_INVALID, "memory_map of what cannot be")                              \
    CASE(MAP_OVERLAP, "memory_map where something is")                             \
    CASE(MAP_NO_SLOT, "memory_map without a slot left")                            \
    CASE(MAP_SEVERAL, "memory_map of several pages")                               \
    CASE(MAP_CODE, "memory_map of a page to execute")                              \
    CASE(UNMAPPED, "memory_unmap")                                                 \
    CASE(MEMORY_ENDED, "memory ended by who had mapped it")                        \
    CASE(GRANTED, "a grant that came")                                             \
    CASE(REFUSED, "a grant that was refused")                                      \
    CASE(FAULT_LOWER, "fault: the judge is less urgent")                           \
    CASE(FAULTED, "fault that was forgiven")                                       \
    CASE(KILLED, "player ended and replaced")                                      \
    CASE(REPLACED, "endpoint ended and replaced")                                  \
    CASE(IDLE, "time passed with everybody waiting")                               \
    CASE(FLOATS_SEEN, "floating-point registers looked at")

enum play_case {
#define CASE(name, text) CASE_##name,
    CASES(CASE)
#undef CASE
        CASE_END,
};

struct world {
    uint64_t random, sum;
    uint64_t move, move_limit;
    uint64_t log_from, log_to;
    volatile bool over;
    volatile bool siesta;     /* everybody sleeps next */
    uint64_t numbers[PLACES]; /* of the endpoints */
    uint64_t serials;         /* of the players so far */
    bool device;              /* there is one */
    bool bound;               /* its interrupt, to the endpoint that there is */
    bool masked, raised;      /* not acknowledged; one more has come meanwhile */
    struct provenance provenance[MOVES_KEPT];
    struct player players[PLAYERS];
    struct player *leaver; /* whose system call it was that led to the next return */
    struct report reports[PLAYERS];
    uint64_t counts[CASE_END];
    uint64_t wrong; /* registers that were not as they have to be; the first: */
    uint64_t wrong_move, wrong_register, wrong_value, wrong_wanted;
    uint64_t checkpoints[MOVES_MAX / CHECKPOINT + 1];
    struct log_entry log[LOG_MOVES];
};
#define WORLD ((struct world *)WORLD_ADDRESS)
#define WORLD_PAGES ((sizeof(struct world) + PAGE_BYTES - 1) / PAGE_BYTES)
static_assert(WORLD_PAGES <= MAP_PAGES_MAX, "one mapping");
static_assert(WORLD_ADDRESS + sizeof(struct world) <= RTC_WINDOW, "room");

static inline struct provenance *play_provenance(uint64_t move)
{
    return &WORLD->provenance[move % MOVES_KEPT];
}

/* Random numbers (splitmix64). */
static inline uint64_t play_random(uint64_t limit)
{
    uint64_t z = (WORLD->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % limit;
}

static inline bool play_one_in(uint64_t count) { return play_random(count) == 0; }

static inline void play_add(uint64_t word)
{
    WORLD->sum = (WORLD->sum ^ word) * UINT64_C(0x9fb21c651e98df25);
    WORLD->sum ^= WORLD->sum >> 29;
}

static inline void play_count(enum play_case what) { WORLD->counts[what]++; }

/* A deadline that does not pass while anybody has anything to do, and later than all
 * before it: a move takes some microseconds. Time slices, of 1 s, end meanwhile. */
#define START_SECONDS 1000 /* boot and beginning take less */
#define MOVE_SECONDS 2
uint64_t play_deadline(void);

/* play_moves.S: the move of frame->before, with every register its own but one, tp or
 * s0, that points to the frame. */
void play_ecall_by_tp(struct frame *frame);
void play_ecall_by_s0(struct frame *frame);
void play_fault_ebreak(struct frame *frame);
void play_fault_load(struct frame *frame);
void play_fault_illegal(struct frame *frame);
void play_store_by_tp(struct frame *frame);
void play_store_by_s0(struct frame *frame);
void play_spin_by_tp(struct frame *frame);
void play_spin_by_s0(struct frame *frame);
void play_floats_load(const uint64_t floats[FLOATS]);
void play_floats_store(uint64_t floats[FLOATS]);

/* play_choose.c: what `player` does next, into its frame. */
void play_choose(struct player *player);

/* play_memory.c: moves, and whether what has been made was memory. */
void play_map(struct player *player, struct trapeze_registers *registers);
void play_map_oddly(struct player *player, struct trapeze_registers *registers);
void play_unmap(struct player *player, struct trapeze_registers *registers);
void play_protect(struct player *player, struct trapeze_registers *registers);
void play_end_memory(struct player *player, struct trapeze_registers *registers);
bool play_learn_memory(struct player *player);

/* play_record.c */
void play_classify(const struct player *player); /* before the move */
void play_record(struct player *player, uint64_t variant);
void play_wrong(uint64_t what, uint64_t value, uint64_t wanted);
/* A message has come, whose words tell of which move it is. */
void play_hear(const struct player *player, const struct trapeze_registers *after);
#define REGISTER_FLOATS 32 /* x1 is 0 */
#define REGISTER_NONE 99   /* the address space is another's */

/* play.c: an actor's role; words[0] is its number. */
long play_role(struct actor *actor);
