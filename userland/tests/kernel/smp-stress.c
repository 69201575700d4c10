/* SPDX-License-Identifier: MIT
 *
 * Everything that harts can do to each other, at random:
 *
 *   smp-stress [SEED [OPERATIONS [PAIRS]]]
 *
 * Pairs of a client and a server exchange messages, pinned to harts and not, and are
 * pinned anew, made more and less urgent, and held back by limits meanwhile. Processes
 * are made and killed, whatever they are doing and wherever. A reader looks at a page
 * that is replaced again and again: it must not see one that has been taken away
 * before. A writer writes to a page that is made read-only: from then on it must not
 * change. Everybody counts in floating point, too. It ends on a count of operations,
 * with every page and process back; nothing depends on time.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "actors.h"

#define PROGRAM "smp-stress"
#define DEFAULT_SEED 1
#define DEFAULT_OPERATIONS 20000
#define DEFAULT_PAIRS 4
#define PAIRS_MAX 8
#define SERVER_HANDLE 0
#define WINDOW UINT64_C(0x2000000000)
#define PAGES_IN_TURN 4
#define LABEL_STOP 99

/* Words of an actor: what it is told, and what it tells. */
enum { SEED, COUNT, MISTAKES, WHAT, SEEN, EXPECTED };

/* Words of the stage. */
enum { STOP, EPOCH };

static uint64_t random_below(volatile uint64_t *state, uint64_t below)
{
    uint64_t x = *state;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return (x * UINT64_C(2685821657736338717) >> 32) % below;
}

/* One of the harts, or any. */
static uint64_t random_hart(volatile uint64_t *state)
{
    const uint64_t ids = (uint64_t)sys_kernel_info(INFO_HART_IDS);
    const uint64_t count = (uint64_t)__builtin_popcountll(ids);
    uint64_t left = random_below(state, count + 1);

    for (uint64_t id = 0; id < 64; id++) {
        if ((ids >> id & 1) && left-- == 0)
            return id;
    }
    return HART_ANY;
}

static void expect(struct actor *actor, uint64_t what, uint64_t seen, uint64_t expected)
{
    if (seen == expected)
        return;
    actor->words[WHAT] = what;
    actor->words[SEEN] = seen;
    actor->words[EXPECTED] = expected;
    actor->words[MISTAKES]++;
}

/* Sometimes it goes to another hart, and finds itself there. */
static void wander(struct actor *actor)
{
    if (random_below(&actor->words[SEED], 64) != 0)
        return;
    const uint64_t hart = random_hart(&actor->words[SEED]);
    expect(actor, 1, (uint64_t)sys_process_pin(0, hart), 0);
}

static long client(struct actor *actor)
{
    double count = 0;

    while (!STAGE->words[STOP]) {
        const uint64_t word = random_below(&actor->words[SEED], UINT32_MAX);
        struct trapeze_message message = {.label = word,
                                          .words = {word + 1, word + 2, word + 3, 7}};
        expect(actor, 2,
               (uint64_t)trapeze_call(actor->handles[SERVER_HANDLE], &message), 0);
        expect(actor, 3, message.label, ~word);
        for (uint64_t i = 0; i < 3; i++)
            expect(actor, 4 + i, message.words[i], ~(word + i + 1));
        count += 1;
        actor->words[COUNT]++;
        expect(actor, 7, (uint64_t)count, actor->words[COUNT]);
        wander(actor);
    }
    struct trapeze_message stop = {.label = LABEL_STOP, .words = {0, 0, 0, LABEL_STOP}};
    expect(actor, 8, (uint64_t)trapeze_call(actor->handles[SERVER_HANDLE], &stop), 0);
    return 0;
}

static long server(struct actor *actor)
{
    struct trapeze_message message = {0};
    double count = 0;
    long kind = trapeze_recv(actor->handles[SERVER_HANDLE], &message);

    for (;;) {
        expect(actor, 9, (uint64_t)kind, KIND_MESSAGE);
        const bool stop = message.words[3] == LABEL_STOP;
        message.label = ~message.label;
        for (int i = 0; i < 4; i++)
            message.words[i] = ~message.words[i];
        count += 1;
        actor->words[COUNT]++;
        expect(actor, 10, (uint64_t)count, actor->words[COUNT]);
        wander(actor);
        if (stop)
            return trapeze_reply(message.token, &message);
        kind = trapeze_reply_recv(actor->handles[SERVER_HANDLE], &message);
    }
}

/* The page at WINDOW holds the number of the epoch; it may be the next one's already.
 */
static long reader(struct actor *actor)
{
    const volatile uint64_t *page = (const volatile uint64_t *)WINDOW;

    while (!STAGE->words[STOP]) {
        const uint64_t epoch = STAGE->words[EPOCH];
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        const uint64_t seen = *page;
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        if (STAGE->words[EPOCH] == epoch && seen != epoch + 1)
            expect(actor, 11, seen, epoch);
        actor->words[COUNT]++;
        wander(actor);
    }
    return 0;
}

static long writer(struct actor *actor)
{
    volatile uint64_t *page = (volatile uint64_t *)WINDOW;

    while (!STAGE->words[STOP]) {
        *page = ++actor->words[COUNT];
        wander(actor);
    }
    return 0;
}

/* Those that are killed. */

static long computes(struct actor *actor)
{
    while (!STAGE->words[STOP])
        actor->words[COUNT]++;
    return 0;
}

static long yields(struct actor *actor)
{
    while (!STAGE->words[STOP]) {
        sys_yield();
        wander(actor);
    }
    return 0;
}

static long calls_nobody(struct actor *actor)
{
    struct trapeze_message message = {0};

    trapeze_call(actor->handles[SERVER_HANDLE], &message);
    return 0;
}

static long sleeps(struct actor *actor)
{
    while (!STAGE->words[STOP]) {
        trapeze_sleep_until((uint64_t)trapeze_time() + 100);
        wander(actor);
    }
    return 0;
}

static long makes_memory(struct actor *actor)
{
    while (!STAGE->words[STOP]) {
        const uint64_t memory = (uint64_t)sys_memory_create(8, 0);
        sys_memory_map(memory, 0, WINDOW, 0, 8, RIGHT_READ | RIGHT_WRITE);
        for (uint64_t i = 0; i < 8; i++)
            *(volatile uint64_t *)(WINDOW + i * PAGE_BYTES) = i;
        sys_object_destroy(memory);
        sys_handle_close(memory);
        wander(actor);
    }
    return 0;
}

static actor_role *const victims[] = {computes, yields, calls_nobody, sleeps,
                                      makes_memory};

static uint64_t seed = DEFAULT_SEED;
static uint64_t silent; /* an endpoint where nobody receives */
static struct actor *clients[PAIRS_MAX], *servers[PAIRS_MAX], *the_reader, *the_writer;
static uint64_t endpoints[PAIRS_MAX];

/* What the reader sees: these pages in turn, and the one of the writer. */
static uint64_t memories[PAGES_IN_TURN + 1];
static volatile uint64_t *own[PAGES_IN_TURN + 1];
static uint64_t reader_mapping, writer_mapping;

static uint64_t count_of(const struct actor *actor) { return actor->words[COUNT]; }

static uint64_t operations(uint64_t directed, uint64_t pairs)
{
    uint64_t sum = directed;

    for (uint64_t i = 0; i < pairs; i++)
        sum += count_of(clients[i]);
    return sum;
}

/* The reader and the writer fault while their page is away; it is back by the time that
 * anybody hears of it. True: `ended` has ended. */
static bool hear(const struct actor *ended, uint64_t deadline)
{
    struct trapeze_message message = {.deadline = deadline};
    const long kind = trapeze_recv(actors_supervisor(), &message);

    if (kind == E_TIMEOUT)
        return false;
    const struct actor *actor = &STAGE->actors[message.badge - 1];
    if (kind == KIND_END) {
        CHECK(actor == ended);
        return actor == ended;
    }
    if (kind != KIND_FAULT || (actor != the_reader && actor != the_writer) ||
        message.words[1] != WINDOW) {
        printf("FAILED: actor %" PRIu64 ": kind %ld, cause %" PRIu64 ", pc 0x%" PRIx64
               ", value 0x%" PRIx64 "\n",
               message.badge, kind, message.label, message.words[0], message.words[1]);
        exit(1);
    }
    const struct trapeze_message resume = {.label = VERDICT_RESUME};
    CHECK_EQUAL(trapeze_reply(message.token, &resume), 0);
    return false;
}

static void await_end(struct actor *actor)
{
    while (!hear(actor, 0))
        continue;
    CHECK_EQUAL(actor->words[MISTAKES], 0);
    if (actor->words[MISTAKES] != 0)
        printf("  %" PRIu64 " mistakes; check %" PRIu64 ": 0x%" PRIx64
               " instead of 0x%" PRIx64 "\n",
               actor->words[MISTAKES], actor->words[WHAT], actor->words[SEEN],
               actor->words[EXPECTED]);
    CHECK_EQUAL(sys_handle_close(actor->process), 0);
    actor->process = 0;
}

static uint64_t map_for(const struct actor *actor, size_t index, uint64_t rights)
{
    return must(sys_memory_map(memories[index], actor->process, WINDOW, 0, 1, rights));
}

static void replace_page(void)
{
    const uint64_t next = STAGE->words[EPOCH] + 1;
    const size_t index = next % PAGES_IN_TURN;

    *own[index] = next;
    CHECK_EQUAL(sys_memory_unmap(the_reader->process, reader_mapping), 0);
    reader_mapping = map_for(the_reader, index, RIGHT_READ);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    STAGE->words[EPOCH] = next;
}

static void stop_writing(void)
{
    volatile uint64_t *page = own[PAGES_IN_TURN];

    CHECK_EQUAL(sys_memory_protect(the_writer->process, writer_mapping, RIGHT_READ), 0);
    const uint64_t before = *page;
    for (uint64_t i = random_below(&seed, 30); i > 0; i--)
        sys_kernel_info(INFO_HART);
    CHECK_EQUAL(*page, before);
    CHECK_EQUAL(sys_memory_protect(the_writer->process, writer_mapping,
                                   RIGHT_READ | RIGHT_WRITE),
                0);
}

static void live_and_die(void)
{
    actor_role *role = victims[random_below(&seed, sizeof(victims) / sizeof(*victims))];
    struct actor *victim =
        actor_make(role, &(struct actor_options){.slots = 24,
                                                 .pages = 32,
                                                 .stopped = true,
                                                 .give = {silent},
                                                 .words = {seed | 1}});

    sys_process_pin(victim->process, random_hart(&seed));
    actor_run(victim);
    for (uint64_t i = random_below(&seed, 20); i > 0; i--)
        sys_yield();
    CHECK_EQUAL(sys_process_kill(victim->process), 0);
    await_end(victim);
}

static void bother(struct actor *actor)
{
    uint64_t schedule[4];

    must(trapeze_process_inspect(0, INSPECT_SCHEDULE, schedule) + 1);
    switch (random_below(&seed, 4)) {
    case 0:
        CHECK_EQUAL(sys_process_pin(actor->process, random_hart(&seed)), 0);
        break;
    case 1:
        CHECK_EQUAL(
            sys_process_priority(actor->process, random_below(&seed, schedule[0] + 1)),
            0);
        break;
    case 2:
        CHECK_EQUAL(sys_process_limit(actor->process, 500, 1000), 0);
        break;
    default:
        CHECK_EQUAL(sys_process_limit(actor->process, 0, 0), 0);
        break;
    }
}

static void direct(uint64_t pairs)
{
    switch (random_below(&seed, 8)) {
    case 0:
        live_and_die();
        break;
    case 1:
        sys_process_pin(0, random_hart(&seed));
        break;
    case 2:
    case 3:
        bother(clients[random_below(&seed, pairs)]);
        break;
    case 4:
    case 5:
        replace_page();
        break;
    default:
        stop_writing();
        break;
    }
    hear(NULL, 1); /* whether somebody has faulted */
    sys_yield();
}

static void begin(uint64_t pairs)
{
    silent = must(sys_endpoint_create());
    for (size_t i = 0; i <= PAGES_IN_TURN; i++) {
        long error;
        memories[i] = must(sys_memory_create(1, 0));
        own[i] = trapeze_map(memories[i], 1, RIGHT_READ | RIGHT_WRITE, &error);
        CHECK(own[i] != NULL);
    }
    const struct actor_options options = {.stopped = true, .words = {seed | 1}};
    the_reader = actor_make(reader, &options);
    the_writer = actor_make(writer, &options);
    reader_mapping = map_for(the_reader, 0, RIGHT_READ);
    writer_mapping = map_for(the_writer, PAGES_IN_TURN, RIGHT_READ | RIGHT_WRITE);
    actor_run(the_reader);
    actor_run(the_writer);
    for (uint64_t i = 0; i < pairs; i++) {
        endpoints[i] = must(sys_endpoint_create());
        const struct actor_options pair = {.give = {endpoints[i]},
                                           .words = {seed * (2 * i + 3) | 1}};
        servers[i] = actor_make(server, &pair);
        clients[i] = actor_make(client, &pair);
    }
}

static void end(uint64_t pairs)
{
    STAGE->words[STOP] = 1;
    for (uint64_t i = 0; i < pairs; i++) {
        sys_process_limit(clients[i]->process, 0, 0);
        /* They end in any order; nobody else's end is told meanwhile. */
    }
    struct actor *all[2 * PAIRS_MAX + 2] = {the_reader, the_writer};
    for (uint64_t i = 0; i < pairs; i++) {
        all[2 + 2 * i] = clients[i];
        all[3 + 2 * i] = servers[i];
    }
    uint64_t left = 2 + 2 * pairs;
    while (left > 0) {
        struct trapeze_message message = {0};
        const long kind = trapeze_recv(actors_supervisor(), &message);
        struct actor *actor = &STAGE->actors[message.badge - 1];
        if (kind == KIND_FAULT) {
            const struct trapeze_message resume = {.label = VERDICT_RESUME};
            CHECK(actor == the_reader || actor == the_writer);
            CHECK_EQUAL(trapeze_reply(message.token, &resume), 0);
            continue;
        }
        CHECK_EQUAL(kind, KIND_END);
        CHECK_EQUAL(message.label, END_EXITED);
        CHECK_EQUAL(message.words[0], 0);
        left--;
    }
    for (uint64_t i = 0; i < 2 + 2 * pairs; i++) {
        struct actor *actor = all[i];
        if (!CHECK_EQUAL(actor->words[MISTAKES], 0))
            printf("  check %" PRIu64 ": 0x%" PRIx64 " instead of 0x%" PRIx64 "\n",
                   actor->words[WHAT], actor->words[SEEN], actor->words[EXPECTED]);
        CHECK_EQUAL(sys_handle_close(actor->process), 0);
        actor->process = 0;
    }
    for (size_t i = 0; i <= PAGES_IN_TURN; i++) {
        trapeze_unmap((void *)(uintptr_t)own[i]);
        CHECK_EQUAL(sys_object_destroy(memories[i]), 0);
        CHECK_EQUAL(sys_handle_close(memories[i]), 0);
    }
    for (uint64_t i = 0; i <= pairs; i++) {
        const uint64_t endpoint = i == pairs ? silent : endpoints[i];
        CHECK_EQUAL(sys_object_destroy(endpoint), 0);
        CHECK_EQUAL(sys_handle_close(endpoint), 0);
    }
}

int main(int argc, char *argv[])
{
    seed = argc > 1 ? strtoull(argv[1], NULL, 0) : DEFAULT_SEED;
    const uint64_t wanted = argc > 2 ? strtoull(argv[2], NULL, 0) : DEFAULT_OPERATIONS;
    uint64_t pairs = argc > 3 ? strtoull(argv[3], NULL, 0) : DEFAULT_PAIRS;
    uint64_t directed = 0;

    seed = seed * 2 + 1;
    pairs = pairs < 1 ? 1 : pairs > PAIRS_MAX ? PAIRS_MAX : pairs;
    actors_begin();
    const struct balance before = balance_now();
    begin(pairs);
    while (operations(directed, pairs) < wanted && check_failures == 0) {
        direct(pairs);
        directed++;
    }
    printf("  %" PRIu64 " messages, %" PRIu64 " other operations, %" PRIu64
           " pages replaced, %" PRIu64 " written, harts 0x%lx\n",
           operations(0, pairs), directed, STAGE->words[EPOCH], count_of(the_writer),
           sys_kernel_info(INFO_HART_IDS));
    end(pairs);
    balance_check(&before);
    return finish(PROGRAM);
}
