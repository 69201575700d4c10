/* SPDX-License-Identifier: MIT
 *
 * A process takes all that it can get of each resource: it gets the error, a neighbour
 * goes on as before, and when it has ended everything is back.
 */
#include <string.h>

#include "actors.h"

#define PROGRAM "test-exhaustion"
#define WINDOW 0x70000000UL
#define TABLE_REACH (512 * PAGE_BYTES) /* of one page table */
#define LARGE_PIECE 256                /* pages */
#define CHILD_PAGES (PROCESS_PAGES_MIN + 1)

/* The neighbour: takes a little of everything, uses it, and gives it back, while
 * words[2] is not 0. words[0]: rounds, words[1]: the first error, words[3]: whether it
 * has nothing now. */

static long use_memory(void)
{
    const long memory = sys_memory_create(3, 0);
    if (memory < 0)
        return memory;
    const long mapping =
        sys_memory_map((uint64_t)memory, 0, WINDOW, 0, 3, RIGHT_READ | RIGHT_WRITE);
    if (mapping < 0)
        return mapping;
    volatile uint64_t *words = (volatile uint64_t *)WINDOW;
    for (size_t i = 0; i < 3 * PAGE_BYTES / sizeof(*words); i += 64) {
        if (words[i] != 0)
            return -1000; /* a page that was not zeroed */
        words[i] = i;
    }
    sys_memory_unmap(0, (uint64_t)mapping);
    sys_object_destroy((uint64_t)memory);
    return sys_handle_close((uint64_t)memory);
}

static long use_process(uint64_t endpoint)
{
    struct trapeze_message message = {.deadline = in_us(1000000)};
    const long child = sys_process_create(endpoint, 1, CHILD_PAGES, 1, 1, 0);

    if (child < 0)
        return child;
    sys_process_kill((uint64_t)child);
    const long kind = trapeze_recv(endpoint, &message);
    return kind == KIND_END ? sys_handle_close((uint64_t)child) : kind;
}

static long use_endpoint(void)
{
    const long endpoint = sys_endpoint_create();
    if (endpoint < 0)
        return endpoint;
    const long error = use_process((uint64_t)endpoint);
    if (error < 0)
        return error;
    sys_object_destroy((uint64_t)endpoint);
    return sys_handle_close((uint64_t)endpoint);
}

_Noreturn static long neighbour(struct actor *actor)
{
    for (;;) {
        actor->words[3] = actor->words[2] == 0;
        if (actor->words[3]) {
            pause_us(50);
            continue;
        }
        long error = use_memory();
        if (error == 0)
            error = use_endpoint();
        if (error != 0 && actor->words[1] == 0)
            actor->words[1] = (uint64_t)error;
        actor->words[0]++;
        sys_yield();
    }
}

/* Those that take. words[0]: how many there were; words[1]: the error. */

static long hold(struct actor *actor, uint64_t count, long error)
{
    actor->words[0] = count;
    actor->words[1] = (uint64_t)error;
    actor->step = 1;
    return trapeze_sleep_until(UINT64_MAX);
}

/* First in large pieces, of words[2] pages. */
static long takes_pages(struct actor *actor)
{
    uint64_t count = 0;
    long handle = 0;

    for (uint64_t pages = actor->words[2]; pages > 0; pages /= 2) {
        while ((handle = sys_memory_create(pages, 0)) > 0)
            count += pages;
    }
    return hold(actor, count, handle);
}

static long takes_all_at_once(struct actor *actor)
{
    return hold(actor, 0, sys_memory_create(actor->words[2], 0));
}

static long takes_slots(struct actor *actor)
{
    uint64_t count = 0;
    long handle;

    while ((handle = sys_endpoint_create()) > 0)
        count++;
    return hold(actor, count, handle);
}

static long takes_handles(struct actor *actor)
{
    uint64_t count = 0;
    long handle;

    while ((handle = sys_handle_duplicate(actor->handles[0], 0, 0)) > 0)
        count++;
    return hold(actor, count, handle);
}

static long takes_processes(struct actor *actor)
{
    uint64_t count = 0;
    long handle;

    while ((handle = sys_process_create(0, 0, PROCESS_PAGES_MIN, 0, 1, 0)) > 0) {
        sys_handle_close((uint64_t)handle);
        count++;
    }
    return hold(actor, count, handle);
}

/* Mappings of one page, `stride` bytes apart, as many as there are. */
static long takes_every(struct actor *actor, uint64_t stride)
{
    uint64_t count = 0;
    long mapping;

    while ((mapping = sys_memory_map(actor->handles[0], 0, WINDOW + count * stride, 0,
                                     1, RIGHT_READ)) > 0)
        count++;
    return hold(actor, count, mapping);
}

/* Page tables: each mapping in the reach of another one. */
static long takes_tables(struct actor *actor)
{
    return takes_every(actor, TABLE_REACH);
}

static long takes_mappings(struct actor *actor)
{
    return takes_every(actor, PAGE_BYTES);
}

/* A range of addresses that is taken stays so. */
static long takes_range(struct actor *actor)
{
    const long first = sys_memory_map(actor->handles[0], 0, WINDOW, 0, 1, RIGHT_READ);

    return hold(actor, (uint64_t)(first > 0),
                sys_memory_map(actor->handles[0], 0, WINDOW, 0, 1, RIGHT_READ));
}

static uint64_t memory;
static struct actor *near;

/* Three rounds more, and then it rests. */
static void expect_neighbour(void)
{
    const uint64_t rounds = near->words[0];

    near->words[2] = 1;
    for (int i = 0; i < 1000 && near->words[0] < rounds + 3; i++)
        pause_us(100);
    near->words[2] = 0;
    for (int i = 0; i < 1000 && near->words[3] == 0; i++)
        pause_us(100);
    CHECK(near->words[0] >= rounds + 3);
    CHECK_EQUAL((long)near->words[1], 0);
}

/* Gives how many it got. */
static uint64_t exhaust(const char *what, actor_role *role, uint64_t pages,
                        uint64_t slots, long error, uint64_t argument)
{
    const struct balance before = balance_now();

    SAY("%s: %s", what, trapeze_error_name(error));
    struct actor *actor =
        actor_make(role, &(struct actor_options){.pages = pages,
                                                 .slots = slots,
                                                 .give = {memory},
                                                 .words = {0, 0, argument},
                                                 .priority = 7});
    near->words[2] = 1; /* while the other takes, too */
    for (int i = 0; i < 5000 && actor->step == 0; i++)
        pause_us(500);
    CHECK_EQUAL(actor->step, 1);
    CHECK_EQUAL((long)actor->words[1], error);
    expect_neighbour();
    const uint64_t count = actor->words[0];
    actor_kill(actor);
    balance_check(&before);
    return count;
}

/* What an actor has before it takes anything: two tables, four mappings. */
#define BASE_PAGES (PROCESS_PAGES_MIN + 2)
#define BASE_SLOTS (actors_mappings())

static void test_small_budgets(void)
{
    CHECK_EQUAL(exhaust("pages of the budget", takes_pages, BASE_PAGES + 20, 64,
                        E_NO_MEMORY, 1),
                20);
    exhaust("more pages than the budget at once", takes_all_at_once, 40, 8, E_NO_MEMORY,
            50);
    CHECK_EQUAL(exhaust("object slots of the quota", takes_slots, 64, BASE_SLOTS + 30,
                        E_NO_SLOT, 0),
                30);
    /* 64 in the process's page, one taken; a directory and 3 pages of 128. */
    CHECK_EQUAL(
        exhaust("pages for handles", takes_handles, BASE_PAGES + 4, 8, E_NO_MEMORY, 0),
        64 - 1 + 3 * 128);
    const uint64_t cost = (uint64_t)sys_kernel_info(INFO_PROCESS_SLOTS);
    CHECK_EQUAL(exhaust("pages for children", takes_processes,
                        BASE_PAGES + 10 * PROCESS_PAGES_MIN, 64 + 11 * cost,
                        E_NO_MEMORY, 0),
                10);
    CHECK_EQUAL(exhaust("slots for children", takes_processes, 400,
                        BASE_SLOTS + 10 * cost, E_NO_SLOT, 0),
                10);
    /* One of them is for the tables above: of the window's 1 GiB. */
    CHECK_EQUAL(exhaust("pages for page tables", takes_tables, BASE_PAGES + 1 + 9, 64,
                        E_NO_MEMORY, 0),
                9);
    CHECK_EQUAL(exhaust("slots for mappings", takes_mappings, 64, BASE_SLOTS + 25,
                        E_NO_SLOT, 0),
                25);
    CHECK_EQUAL(exhaust("an address that is taken", takes_range, 64, 64, E_OVERLAP, 0),
                1);
}

static void test_the_machine(void)
{
    uint64_t budget[4];

    CHECK_EQUAL(trapeze_process_inspect(0, INSPECT_BUDGET, budget), 0);
    const uint64_t pages = budget[1] - budget[0] - 64;
    const uint64_t slots = budget[3] - budget[2] - 8;

    /* All but those of the first and the one that it has: E_NO_SLOT at HANDLES_MAX. */
    CHECK_EQUAL(exhaust("all handles that a process can have", takes_handles,
                        BASE_PAGES + 600, 8, E_NO_SLOT, 0),
                HANDLES_MAX - 1);
    /* 63 at the most are in the larger pieces' indexes. */
    const uint64_t taken = exhaust("all pages that this process can give", takes_pages,
                                   pages, slots, E_NO_MEMORY, LARGE_PIECE);
    CHECK(taken > pages - BASE_PAGES - pages / LARGE_PIECE - 64);
    exhaust("all object slots that this process can give", takes_slots, pages, slots,
            E_NO_SLOT, 0);
    exhaust("all processes that this process can give", takes_processes, pages, slots,
            E_NO_SLOT, 0);
    exhaust("all page tables that this process can give", takes_tables, pages, slots,
            slots < pages ? E_NO_SLOT : E_NO_MEMORY, 0);
}

/* Address spaces: more than there are ASIDs, all alive. Each looks at its own stack. */
_Noreturn static long lives_apart(struct actor *actor)
{
    volatile uint64_t mine[8];

    for (size_t i = 0; i < 8; i++)
        mine[i] = actor->number ^ i;
    for (;; actor->words[0]++) {
        for (size_t i = 0; i < 8; i++)
            actor->words[1] += mine[i] != (actor->number ^ i);
        sys_yield();
    }
}

#define APART 24
static void test_address_spaces(void)
{
    struct actor *actors[APART];
    const long bits = sys_kernel_info(INFO_ASID_BITS);

    SAY("%d address spaces with %ld bits of ASID", APART, bits);
    for (int i = 0; i < APART; i++)
        actors[i] = actor_make(lives_apart, &(struct actor_options){.priority = 7});
    for (int i = 0; i < APART; i++) {
        for (int j = 0; j < 1000 && actors[i]->words[0] < 20; j++)
            pause_us(200);
        CHECK(actors[i]->words[0] >= 20);
        CHECK_EQUAL(actors[i]->words[1], 0);
    }
    expect_neighbour();
    for (int i = 0; i < APART; i++)
        actor_kill(actors[i]);
}

int main(void)
{
    actors_begin();
    memory = must(sys_memory_create(64, 0));
    SAY("a neighbour that takes a little of everything");
    const struct balance before = balance_now();
    near = actor_make(neighbour,
                      &(struct actor_options){.priority = 7, .pages = 32, .slots = 16});
    pause_us(5000);
    expect_neighbour();
    test_small_budgets();
    test_the_machine();
    test_address_spaces();
    actor_kill(near);
    balance_check(&before);
    return finish(PROGRAM);
}
