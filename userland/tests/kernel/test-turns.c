/* SPDX-License-Identifier: MIT
 *
 * test-turns SEED TURNS: equals that compute, and take turns when a slice ends. How far
 * each comes in its slice is nobody's business; what counts is who comes after whom,
 * how many slices, to the nearest, a turn takes, what is left in the registers of
 * whoever was interrupted, and how everybody is doing then. At the beginning of a turn
 * a spinner may do something else, by random numbers that all share: yield, signal
 * somebody more urgent, call a server, change a priority, use the FPU. With slices of 1
 * ms a turn's beginning is far from its end, so that two kernels that keep the same
 * rules have the same output, but for the line that begins with "path".
 */
#include <stdlib.h>
#include <string.h>

#include "play.h"

#define PROGRAM "test-turns"
#define SPINNERS 3U
#define EQUAL 4
#define URGENT 6
#define TURNS_MAX 4096U
#define CHECKPOINT_TURNS 16U
#define REGISTERS 31U
#define DOORS 2U /* where the sentry and the server receive */

struct spinner {
    struct frame frame;
    uint64_t floats[FLOATS];
    bool uses_floats;
    uint64_t peers[SPINNERS + DOORS], sentry, server;
};

struct turns {
    uint64_t random, sum;
    uint64_t turn, limit;
    volatile uint64_t whose; /* the spinner that has had the hart last, from 1 */
    uint64_t switches;       /* by C, before the last spin began */
    uint64_t began;          /* when the last turn did */
    uint64_t fast, others, served, heard, wrong;
    uint64_t sums[TURNS_MAX / CHECKPOINT_TURNS];
    struct spinner spinners[SPINNERS];
};
#define TURNS ((struct turns *)WORLD_ADDRESS)
#define TURNS_PAGES ((sizeof(struct turns) + PAGE_BYTES - 1) / PAGE_BYTES)

static uint64_t draw(uint64_t limit)
{
    uint64_t z = (TURNS->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % limit;
}

static void add(uint64_t word)
{
    TURNS->sum = (TURNS->sum ^ word) * UINT64_C(0x9fb21c651e98df25);
    TURNS->sum ^= TURNS->sum >> 29;
}

/* How everybody is doing. */
static void add_states(const struct spinner *spinner)
{
    uint64_t words[4];

    for (uint64_t i = 0; i < SPINNERS + DOORS; i++) {
        if (spinner->peers[i] == 0)
            continue;
        trapeze_process_inspect(spinner->peers[i], INSPECT_STATE, words);
        add(words[0] << 32 | words[1]);
        trapeze_process_inspect(spinner->peers[i], INSPECT_SCHEDULE, words);
        add(words[0] << 32 | words[1] << 16 | words[2]);
        trapeze_process_inspect(spinner->peers[i], INSPECT_BUDGET, words);
        add(words[0] << 32 | words[2]);
    }
}

static void fill(struct spinner *spinner, uint64_t index)
{
    uint64_t *words = (uint64_t *)&spinner->frame.before;

    for (uint64_t i = 0; i < REGISTERS; i++)
        words[i] = play_garbage(TURNS->turn << 4 | index, i);
}

/* All registers but those that the spin itself uses have to be as they were. */
static void check_registers(const struct spinner *spinner)
{
    const uint64_t *before = (const uint64_t *)&spinner->frame.before;
    const uint64_t *after = (const uint64_t *)&spinner->frame.after;

    for (uint64_t i = 0; i < REGISTERS; i++) {
        if (i != 11) {
            TURNS->wrong += before[i] != after[i];
            add(after[i]);
        }
    }
    add(spinner->frame.after.a2); /* who had the hart in between */
}

static void check_floats(const struct spinner *spinner)
{
    uint64_t floats[FLOATS];

    play_floats_store(floats);
    TURNS->wrong += memcmp(floats, spinner->floats, sizeof(floats)) != 0;
}

/* Until somebody else has had the hart, and this one has it again. */
static void spin(struct spinner *spinner, uint64_t index)
{
    struct frame *frame = &spinner->frame;
    const bool by_tp = draw(2) == 0;

    fill(spinner, index);
    frame->before.a0 = (uintptr_t)&TURNS->whose;
    frame->before.a1 = TURNS->whose = index + 1;
    TURNS->switches = (uint64_t)sys_kernel_info(INFO_SWITCHES);
    *(by_tp ? &frame->before.tp : &frame->before.s0) = (uintptr_t)frame;
    (by_tp ? play_spin_by_tp : play_spin_by_s0)(frame);
    TURNS->fast += TURNS->switches == (uint64_t)sys_kernel_info(INFO_SWITCHES);
    check_registers(spinner);
}

static void use_floats(struct spinner *spinner)
{
    for (uint64_t i = 0; i < FLOATS - 1; i++)
        spinner->floats[i] = draw(UINT64_MAX);
    spinner->floats[FLOATS - 1] = draw(32);
    play_floats_load(spinner->floats);
    spinner->uses_floats = true;
}

/* What a turn begins with. */
static void act(struct spinner *spinner)
{
    struct trapeze_message message = {.label = TURNS->turn};

    switch (draw(16)) {
    case 0:
        add((uint64_t)sys_yield());
        break;
    case 1:
        add((uint64_t)sys_signal(spinner->sentry));
        break;
    case 2:
        add((uint64_t)trapeze_call(spinner->server, &message));
        add(message.label);
        break;
    case 3: /* behind its equals, or for once before them */
        add((uint64_t)sys_process_priority(0, EQUAL + draw(2)));
        break;
    case 4: /* another one, which is ready */
        add((uint64_t)sys_process_priority(spinner->peers[draw(SPINNERS)],
                                           EQUAL - draw(2)));
        break;
    case 5:
        if (draw(4) == 0)
            use_floats(spinner);
        break;
    default:
        TURNS->others++;
        break;
    }
    /* So that everybody has a turn again. */
    if (draw(2) == 0)
        for (uint64_t i = 0; i < SPINNERS; i++)
            add((uint64_t)sys_process_priority(spinner->peers[i], EQUAL));
}

static bool somebody_waits(const struct spinner *spinner)
{
    uint64_t words[4];

    trapeze_process_inspect(0, INSPECT_SCHEDULE, words);
    const uint64_t mine = words[1];
    for (uint64_t i = 0; i < SPINNERS; i++) {
        if (spinner->peers[i] == 0)
            continue;
        trapeze_process_inspect(spinner->peers[i], INSPECT_STATE, words);
        const bool ready = words[0] == STATE_READY;
        trapeze_process_inspect(spinner->peers[i], INSPECT_SCHEDULE, words);
        if (ready && words[1] >= mine)
            return true;
    }
    return false;
}

/* That the turn before this one took: whoever got the hart in the middle of a slice has
 * a whole one behind it. */
static void add_slices(void)
{
    const uint64_t slice = (uint64_t)sys_kernel_info(INFO_SLICE_TICKS);
    const uint64_t now = trapeze_time();

    add((now - TURNS->began + slice / 2) / slice);
    TURNS->began = now;
}

/* handles[0]: the endpoint where the test waits for the end. */
static long spinner_role(struct actor *actor)
{
    const uint64_t index = actor->words[0];
    struct spinner *spinner = &TURNS->spinners[index];

    while (TURNS->turn < TURNS->limit) {
        add(TURNS->turn << 8 | index);
        add_slices();
        TURNS->whose = index + 1;
        act(spinner);
        add_states(spinner);
        TURNS->sums[TURNS->turn / CHECKPOINT_TURNS] = TURNS->sum;
        TURNS->turn++;
        if (somebody_waits(spinner))
            spin(spinner, index);
        if (spinner->uses_floats && draw(4) == 0)
            check_floats(spinner);
    }
    return sys_signal(actor->handles[0]) != 0;
}

/* More urgent than who signals. */
static long sentry_role(struct actor *actor)
{
    for (;;) {
        struct trapeze_message message = {0};
        trapeze_recv(actor->handles[0], &message);
        TURNS->heard++;
        add(message.label << 8 | TURNS->whose);
    }
    return 0;
}

static long server_role(struct actor *actor)
{
    struct trapeze_message message = {0};

    trapeze_recv(actor->handles[0], &message);
    for (;;) {
        TURNS->served++;
        add(message.label << 8 | TURNS->whose);
        message.label++;
        trapeze_reply_recv(actor->handles[0], &message);
    }
    return 0;
}

static uint64_t memory, bell, doors[DOORS];
static struct actor *actors[SPINNERS + DOORS];

static struct actor *make(actor_role *role, int priority, uint64_t handle,
                          uint64_t index)
{
    struct actor *actor = actor_make(role, &(struct actor_options){.priority = priority,
                                                                   .give = {handle},
                                                                   .words = {index},
                                                                   .stopped = true});

    must(sys_memory_map(memory, actor->process, WORLD_ADDRESS, 0, TURNS_PAGES,
                        RIGHT_READ | RIGHT_WRITE));
    return actor;
}

/* In the actor's own table; 0: itself. */
static uint64_t give(struct actor *actor, uint64_t handle)
{
    return must(sys_process_give(actor->process, handle));
}

static void make_all(void)
{
    for (uint64_t i = 0; i < DOORS; i++)
        doors[i] = must(sys_endpoint_create());
    actors[SPINNERS] = make(sentry_role, URGENT, doors[0], 0);
    actors[SPINNERS + 1] = make(server_role, EQUAL, doors[1], 0);
    const uint64_t ring = duplicate(doors[0], RIGHT_SIGNAL, 1);
    const uint64_t end = duplicate(bell, RIGHT_SIGNAL, 1);
    for (uint64_t i = 0; i < SPINNERS; i++)
        actors[i] = make(spinner_role, EQUAL, end, i);
    for (uint64_t i = 0; i < SPINNERS; i++) {
        struct spinner *spinner = &TURNS->spinners[i];
        spinner->sentry = give(actors[i], ring);
        spinner->server = give(actors[i], doors[1]);
        for (uint64_t k = 0; k < SPINNERS + DOORS; k++)
            spinner->peers[k] = k == i ? 0 : give(actors[i], actors[k]->process);
    }
    for (uint64_t i = SPINNERS + DOORS; i-- > 0;) {
        actor_run(actors[i]);
        if (i >= SPINNERS)
            actor_await(actors[i], STATE_RECEIVING);
    }
}

static void show(void)
{
    for (uint64_t i = 0; i < TURNS->turn / CHECKPOINT_TURNS; i++)
        printf("sum before turn %lu: %016lx\n",
               (unsigned long)((i + 1) * CHECKPOINT_TURNS),
               (unsigned long)TURNS->sums[i]);
    printf("case turns: %lu\n", (unsigned long)TURNS->turn);
    printf("case turns that begin with computing: %lu\n", (unsigned long)TURNS->others);
    printf("case signals heard: %lu\n", (unsigned long)TURNS->heard);
    printf("case calls served: %lu\n", (unsigned long)TURNS->served);
    printf("path end of a slice by the fast path: %lu\n", (unsigned long)TURNS->fast);
    if (TURNS->wrong > 0)
        printf("FAILED: %lu registers are wrong\n", (unsigned long)TURNS->wrong);
    check_failures += TURNS->wrong > 0;
}

int main(int argc, char *argv[])
{
    struct trapeze_message message = {0};

    if (argc != 3 || strtoul(argv[2], NULL, 0) > TURNS_MAX) {
        printf("usage: " PROGRAM " SEED TURNS, at most %u\n", TURNS_MAX);
        return 2;
    }
    actors_begin();
    memory = must(sys_memory_create(TURNS_PAGES, 0));
    must(sys_memory_map(memory, 0, WORLD_ADDRESS, 0, TURNS_PAGES,
                        RIGHT_READ | RIGHT_WRITE));
    TURNS->random = strtoul(argv[1], NULL, 0);
    TURNS->limit = strtoul(argv[2], NULL, 0);
    bell = must(sys_endpoint_create());
    TURNS->began = trapeze_time();
    make_all();
    trapeze_recv(bell, &message);
    for (uint64_t i = 0; i < SPINNERS + DOORS; i++)
        sys_process_kill(actors[i]->process);
    show();
    return finish(PROGRAM);
}
