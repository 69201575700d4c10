/* SPDX-License-Identifier: MIT
 *
 * Memory objects: where their pages are, who sees them, with which rights, and that
 * nobody does when they have gone.
 */
#include <string.h>

#include "actors.h"

#define PROGRAM "test-memory-objects"
#define WINDOW 0x70000000UL
#define OTHER 0x72345000UL
#define MAGIC 0x5eed5eed5eed5eedUL
#define READ_WRITE (RIGHT_READ | RIGHT_WRITE)
#define PAGE_WORDS (PAGE_BYTES / sizeof(uint64_t))

static volatile uint64_t *words_at(uintptr_t address)
{
    return (volatile uint64_t *)address;
}

static void drop(uint64_t memory)
{
    CHECK_EQUAL(sys_object_destroy(memory), 0);
    CHECK_EQUAL(sys_handle_close(memory), 0);
}

static void test_physical(void)
{
    struct trapeze_handle facts;

    SAY("contiguous: a power of two of pages, neighbours in physical memory");
    const uint64_t run = must(sys_memory_create(5, MEMORY_CONTIGUOUS));
    CHECK_EQUAL(trapeze_handle_inspect(run, &facts), 0);
    CHECK_EQUAL(facts.type, OBJECT_MEMORY);
    CHECK_EQUAL(facts.number, 8);
    const long first = sys_memory_physical(run, 0);
    CHECK(first > 0 && first % (long)(8 * PAGE_BYTES) == 0);
    for (size_t page = 1; page < 8; page++)
        CHECK_EQUAL(sys_memory_physical(run, page), first + (long)(page * PAGE_BYTES));
    drop(run);

    SAY("not contiguous: each page somewhere, none twice, more than an index page "
        "holds");
    const size_t count = 1100;
    const uint64_t pages = must(sys_memory_create(count, 0));
    CHECK_EQUAL(trapeze_handle_inspect(pages, &facts), 0);
    CHECK_EQUAL(facts.number, count);
    for (size_t page = 1; page < count; page++) {
        const long here = sys_memory_physical(pages, page);
        CHECK(here > 0 && here % (long)PAGE_BYTES == 0);
        CHECK(here != sys_memory_physical(pages, page - 1));
    }
    CHECK_EQUAL(sys_memory_physical(pages, count), E_INVALID);
    drop(pages);
}

/* Dirties all memory that it can get, and dies with it: from then on there is no free
 * frame that was not dirty. */
#define DIRTY_PAGES 64
static long dirties(struct actor *actor)
{
    for (;; actor->words[1]++) {
        const long memory = sys_memory_create(DIRTY_PAGES, actor->words[0]);
        if (memory < 0)
            return memory != E_NO_MEMORY;
        const long mapping =
            sys_memory_map((uint64_t)memory, 0, WINDOW, 0, DIRTY_PAGES, READ_WRITE);
        if (mapping < 0)
            return 2;
        for (size_t i = 0; i < DIRTY_PAGES * PAGE_WORDS; i++)
            words_at(WINDOW)[i] = MAGIC;
        sys_memory_unmap(0, (uint64_t)mapping);
    }
}

static void expect_zeroes(uint64_t flags)
{
    const size_t count = MAP_PAGES_MAX;
    const uint64_t memory = must(sys_memory_create(count, flags));
    uint64_t sum = 0;
    const uint64_t mapping =
        must(sys_memory_map(memory, 0, WINDOW, 0, count, RIGHT_READ));

    for (size_t i = 0; i < count * PAGE_WORDS; i++)
        sum |= words_at(WINDOW)[i];
    CHECK_EQUAL(sum, 0);
    CHECK_EQUAL(sys_memory_unmap(0, mapping), 0);
    drop(memory);
}

static void test_zeroed(void)
{
    uint64_t budget[4];

    SAY("frames are zeroed before they reach another process");
    CHECK_EQUAL(trapeze_process_inspect(0, INSPECT_BUDGET, budget), 0);
    const uint64_t pages = budget[1] - budget[0] - 2 * MAP_PAGES_MAX;
    const uint64_t slots = budget[3] - budget[2] - 64;
    for (uint64_t flags = 0; flags <= MEMORY_CONTIGUOUS; flags++) {
        struct actor *actor = actor_make(
            dirties,
            &(struct actor_options){.pages = pages, .slots = slots, .words = {flags}});
        const struct trapeze_message end = actor_end(actor);
        CHECK_EQUAL(end.words[0], 0);
        CHECK(actor->words[1] > pages / DIRTY_PAGES / 2);
        expect_zeroes(0);
        expect_zeroes(MEMORY_CONTIGUOUS);
    }
}

/* Maps handles[0] at WINDOW, adds words[0] to its first word, and says what it saw. */
static long shares(struct actor *actor)
{
    const long mapping = sys_memory_map(actor->handles[0], 0, WINDOW, 0, 1, READ_WRITE);

    actor->words[1] = words_at(WINDOW)[0];
    words_at(WINDOW)[0] += actor->words[0];
    return mapping < 0;
}

static void test_sharing(void)
{
    SAY("what one process writes others read; two windows show the same page");
    const uint64_t memory = must(sys_memory_create(4, 0));
    const uint64_t all = must(sys_memory_map(memory, 0, WINDOW, 0, 4, READ_WRITE));
    const uint64_t last = must(sys_memory_map(memory, 0, OTHER, 3, 1, READ_WRITE));

    words_at(WINDOW)[3 * PAGE_WORDS] = 11;
    CHECK_EQUAL(words_at(OTHER)[0], 11);
    words_at(OTHER)[1] = 12;
    CHECK_EQUAL(words_at(WINDOW)[3 * PAGE_WORDS + 1], 12);
    words_at(WINDOW)[0] = MAGIC;
    for (uint64_t i = 0; i < 3; i++) {
        struct actor *actor =
            actor_make(shares, &(struct actor_options){.give = {memory}, .words = {1}});
        actor_expect(actor, 0);
        CHECK_EQUAL(actor->words[1], MAGIC + i);
        CHECK_EQUAL(words_at(WINDOW)[0], MAGIC + i + 1);
    }
    CHECK_EQUAL(sys_memory_unmap(0, last), 0);
    CHECK_EQUAL(words_at(WINDOW)[3 * PAGE_WORDS], 11);
    CHECK_EQUAL(sys_memory_unmap(0, all), 0);
    drop(memory);
}

/* Accesses, of which the supervisor hears. words[0]: 0 loads, 1 stores, 2 jumps. */
static long accesses(struct actor *actor)
{
    if (actor->words[0] == 0)
        return (long)words_at(WINDOW)[0] & 0xff;
    if (actor->words[0] == 1)
        words_at(WINDOW)[0] = 1;
    else
        ((void (*)(void))WINDOW)();
    return 0;
}

/* The cause of its fault, or 0 for none. */
static uint64_t try(uint64_t access, uint64_t memory, uint64_t rights,
                    bool protect_afterwards)
{
    struct trapeze_message message = {.deadline = in_us(HANG_US)};
    struct actor *actor = actor_make(
        accesses, &(struct actor_options){.words = {access}, .stopped = true});
    const uint64_t first = protect_afterwards ? RIGHT_READ : rights;
    const uint64_t mapping =
        must(sys_memory_map(memory, actor->process, WINDOW, 0, 1, first));

    if (protect_afterwards)
        CHECK_EQUAL(sys_memory_protect(actor->process, mapping, rights), 0);
    actor_run(actor);
    const long kind = trapeze_recv(actors_supervisor(), &message);
    const uint64_t cause = kind == KIND_FAULT ? message.label : 0;
    if (kind == KIND_FAULT) {
        CHECK_EQUAL(message.words[1], WINDOW);
        actor_kill(actor);
    } else {
        CHECK_EQUAL(kind, KIND_END);
        CHECK_EQUAL(sys_handle_close(actor->process), 0);
        actor->process = 0;
    }
    return cause;
}

static void test_rights(void)
{
    static const struct {
        uint64_t rights, causes[3];
    } table[] = {
        {RIGHT_READ, {0, SCAUSE_STORE_PAGE_FAULT, SCAUSE_INSTRUCTION_PAGE_FAULT}},
        {READ_WRITE, {0, 0, SCAUSE_INSTRUCTION_PAGE_FAULT}},
        {RIGHT_WRITE, {0, 0, SCAUSE_INSTRUCTION_PAGE_FAULT}},
        {RIGHT_READ | RIGHT_EXECUTE, {0, SCAUSE_STORE_PAGE_FAULT, 0}},
        {RIGHT_EXECUTE, {0, SCAUSE_STORE_PAGE_FAULT, 0}},
    };

    SAY("rights of a mapping: loads, stores, jumps; as mapped, and as protected");
    const uint64_t memory = must(sys_memory_create(1, 0));
    const uint64_t mapping = must(sys_memory_map(memory, 0, OTHER, 0, 1, READ_WRITE));
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        for (uint64_t access = 0; access < 3; access++) {
            words_at(OTHER)[0] = 0x8082; /* ret */
            CHECK_EQUAL(try(access, memory, table[i].rights, false),
                        table[i].causes[access]);
            words_at(OTHER)[0] = 0x8082;
            CHECK_EQUAL(try(access, memory, table[i].rights, true),
                        table[i].causes[access]);
        }
    }
    CHECK_EQUAL(sys_memory_unmap(0, mapping), 0);
    drop(memory);
}

/* Maps its code, which it may not write, and executes it. */
static long is_loaded(struct actor *actor)
{
    long *results = (long *)actor->words;

    results[1] = sys_memory_map(actor->handles[0], 0, WINDOW, 0, 1, READ_WRITE);
    const long mapping =
        sys_memory_map(actor->handles[0], 0, WINDOW, 0, 1, RIGHT_READ | RIGHT_EXECUTE);
    results[2] = sys_memory_protect(0, (uint64_t)mapping, READ_WRITE);
    results[3] = sys_handle_duplicate(actor->handles[0], READ_WRITE, 0);
    return ((long (*)(void))WINDOW)();
}

static void test_loader(void)
{
    SAY("a loader writes; the child gets a handle with which it can execute only");
    const uint64_t memory = must(sys_memory_create(1, 0));
    const uint64_t child = duplicate(memory, RIGHT_READ | RIGHT_EXECUTE, 0);
    const uint64_t mapping = must(sys_memory_map(memory, 0, WINDOW, 0, 1, READ_WRITE));

    words_at(WINDOW)[0] = 0x808202900513; /* li a0, 41; ret */
    CHECK_EQUAL(sys_memory_protect(0, mapping, RIGHT_WRITE | RIGHT_EXECUTE), E_INVALID);
    CHECK_EQUAL(sys_memory_unmap(0, mapping), 0);
    struct actor *actor =
        actor_make(is_loaded, &(struct actor_options){.give = {child}});
    actor_expect(actor, 41);
    CHECK_EQUAL((long)actor->words[1], E_RIGHTS);
    CHECK_EQUAL((long)actor->words[2], E_RIGHTS);
    CHECK_EQUAL((long)actor->words[3], E_RIGHTS);
    CHECK_EQUAL(sys_handle_close(child), 0);
    drop(memory);
}

/* Reads its window until that faults. */
static long watches(struct actor *actor)
{
    for (;; actor->step++) {
        actor->words[0] = words_at(WINDOW)[0];
        sys_yield();
    }
    return 0;
}

static void expect_fault(uint64_t watchers)
{
    struct trapeze_message message = {.deadline = in_us(HANG_US)};

    for (uint64_t i = 0; i < watchers; i++) {
        CHECK_EQUAL(trapeze_recv(actors_supervisor(), &message), KIND_FAULT);
        CHECK_EQUAL(message.label, SCAUSE_LOAD_PAGE_FAULT);
        CHECK_EQUAL(message.words[1], WINDOW);
    }
}

#define WATCHERS 3
static void test_destroy(bool unmap)
{
    struct actor *actors[WATCHERS];
    uint64_t mappings[WATCHERS];
    const struct balance before = balance_now();
    const uint64_t memory = must(sys_memory_create(40, 0));

    SAY("%s, where it is mapped in %d processes: each faults the next time",
        unmap ? "unmapped" : "destroyed", WATCHERS);
    for (int i = 0; i < WATCHERS; i++) {
        actors[i] = actor_make(watches, &(struct actor_options){.stopped = true});
        mappings[i] =
            must(sys_memory_map(memory, actors[i]->process, WINDOW, 0, 40, RIGHT_READ));
        actor_run(actors[i]);
    }
    pause_us(1000);
    for (int i = 0; i < WATCHERS; i++) {
        for (uint64_t waited = 0;
             !one_hart() && actors[i]->step <= 3 && wait_more(&waited);)
            continue;
        CHECK(actors[i]->step > 3);
        if (unmap)
            CHECK_EQUAL(sys_memory_unmap(actors[i]->process, mappings[i]), 0);
    }
    if (!unmap)
        drop(memory);
    expect_fault(WATCHERS);
    for (int i = 0; i < WATCHERS; i++) {
        CHECK_EQUAL(actor_state(actors[i]), STATE_AWAITING_VERDICT);
        if (!unmap)
            CHECK_EQUAL(sys_memory_unmap(actors[i]->process, mappings[i]), E_INVALID);
        actor_kill(actors[i]);
    }
    if (unmap)
        drop(memory);
    balance_check(&before);
}

/* Its memory is mapped here, and goes with it. */
static long owns(struct actor *actor)
{
    struct trapeze_message message = {.grant = (uint64_t)sys_memory_create(2, 0)};

    return trapeze_call(actor->handles[0], &message);
}

static void test_death_of_the_payer(void)
{
    struct trapeze_message message = {.welcome = 1};
    struct trapeze_handle facts;
    const uint64_t endpoint = must(sys_endpoint_create());

    SAY("memory ends with who pays for it: a handle to it is E_GONE");
    struct actor *actor = actor_make(owns, &(struct actor_options){.give = {endpoint}});
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
    CHECK(message.grant != 0);
    const long mapping = sys_memory_map(message.grant, 0, WINDOW, 0, 2, RIGHT_READ);
    CHECK(mapping > 0);
    CHECK_EQUAL(words_at(WINDOW)[0], 0);
    CHECK_EQUAL(trapeze_reply(message.token, &(struct trapeze_message){0}), 0);
    actor_expect(actor, 0);
    CHECK_EQUAL(trapeze_handle_inspect(message.grant, &facts), E_GONE);
    CHECK_EQUAL(sys_memory_map(message.grant, 0, OTHER, 0, 1, RIGHT_READ), E_GONE);
    CHECK_EQUAL(sys_object_destroy(message.grant), E_GONE);
    CHECK_EQUAL(sys_memory_unmap(0, (uint64_t)mapping), E_INVALID);
    CHECK_EQUAL(sys_handle_close(message.grant), 0);
    drop(endpoint);
}

/* What is in the table of the page that was mapped last is refused by other checks than
 * what is not. */
static void test_refusals(void)
{
    SAY("nothing is mapped at address 0, nor by a handle that is none any more");
    const uint64_t page = must(sys_memory_create(1, 0));
    const uint64_t other = duplicate(page, RIGHT_READ, 0);
    const uint64_t low = must(sys_memory_map(page, 0, USER_BOTTOM, 0, 1, RIGHT_READ));
    CHECK_EQUAL(sys_memory_map(page, 0, 0, 0, 1, RIGHT_READ), E_INVALID);
    CHECK_EQUAL(
        sys_memory_map(other, 0, 2 * USER_BOTTOM, 0, 1, RIGHT_READ | RIGHT_WRITE),
        E_RIGHTS);
    CHECK_EQUAL(sys_memory_unmap(0, low), 0);
    CHECK_EQUAL(sys_memory_unmap(
                    0, must(sys_memory_map(other, 0, USER_BOTTOM, 0, 1, RIGHT_READ))),
                0);
    CHECK_EQUAL(sys_handle_close(other), 0);
    CHECK_EQUAL(sys_memory_map(other, 0, USER_BOTTOM, 0, 1, RIGHT_READ), E_BAD_HANDLE);
    CHECK_EQUAL(sys_memory_map(other + (1UL << 17), 0, USER_BOTTOM, 0, 1, RIGHT_READ),
                E_BAD_HANDLE);
    CHECK_EQUAL(sys_object_destroy(page), 0);
    CHECK_EQUAL(sys_memory_map(page, 0, USER_BOTTOM, 0, 1, RIGHT_READ), E_GONE);
    CHECK_EQUAL(sys_handle_close(page), 0);
}

int main(void)
{
    actors_begin();
    SAY("balance");
    /* The tables stay. */
    const uint64_t memory = must(sys_memory_create(1, 0));
    sys_memory_unmap(0, must(sys_memory_map(memory, 0, WINDOW, 0, 1, RIGHT_READ)));
    sys_memory_unmap(0, must(sys_memory_map(memory, 0, OTHER, 0, 1, RIGHT_READ)));
    drop(memory);
    const struct balance before = balance_now();
    test_physical();
    test_zeroed();
    test_sharing();
    test_rights();
    test_refusals();
    test_loader();
    test_destroy(false);
    test_destroy(true);
    test_death_of_the_payer();
    balance_check(&before);
    return finish(PROGRAM);
}
