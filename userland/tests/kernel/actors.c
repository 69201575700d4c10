/* SPDX-License-Identifier: MIT
 *
 * An actor's address space is made of four mappings, of memory that is made once: the
 * copy of the program's code and constants, the stage, and the stacks of all actors.
 */
#include "actors.h"

#include <stdlib.h>
#include <string.h>

#include <trapeze/program.h>

#define STACKS_ADDRESS 0x30000UL /* below the test's own stack */
#define STAGE_PAGES ((sizeof(struct stage) + PAGE_BYTES - 1) / PAGE_BYTES)
#define WAIT_STEP_US 50
#define WAIT_STEP_MAX_US \
    1000 /* with several harts: each step takes the kernel's lock */

static_assert(SYS_process_exit == 10, "actor_start.S has the number");
static_assert(STAGE_ADDRESS + STAGE_PAGES * PAGE_BYTES <= STACKS_ADDRESS, "room");
static_assert(STACKS_ADDRESS + ACTORS_MAX * ACTOR_STACK_PAGES * PAGE_BYTES <=
                  USER_STARTUP - MAX_STACK_BYTES / 4,
              "room");

extern const char etext[], __fini_array_end[];
extern void actor_start(void);

static uint64_t image, stage, stacks, supervisor;
static uint64_t hart_of_all = HART_ANY;
static struct trapeze_message ends[ACTORS_MAX]; /* that have been heard of */
static bool ended[ACTORS_MAX];
static size_t code_pages, image_pages;

int actors_failures(void) { return check_failures; }

uint64_t must(long handle)
{
    if (handle <= 0) {
        printf("FAILED: a handle could not be made: %s\n", trapeze_error_name(handle));
        exit(1);
    }
    return (uint64_t)handle;
}

uint64_t duplicate(uint64_t handle, uint64_t rights, uint64_t badge)
{
    return must(sys_handle_duplicate(handle, rights, badge));
}

static size_t pages_between(const char *end)
{
    return ((uintptr_t)end - USER_IMAGE_BASE + PAGE_BYTES - 1) / PAGE_BYTES;
}

void actors_begin(void)
{
    long error = 0;

    /* Init and its servers have begun, whatever the scheduler gives them: they take
     * pages and slots when they do, and tests compare what is free. */
    trapeze_sleep_until(trapeze_time() +
                        (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ) / 20);
    code_pages = pages_between(etext);
    image_pages = pages_between(__fini_array_end);
    supervisor = must(sys_endpoint_create());
    image = must(sys_memory_create(image_pages, 0));
    void *copy = trapeze_map(image, image_pages, RIGHT_READ | RIGHT_WRITE, &error);
    stage = must(sys_memory_create(STAGE_PAGES, 0));
    stacks = must(sys_memory_create(ACTORS_MAX * ACTOR_STACK_PAGES, 0));
    const long mapped = sys_memory_map(stage, 0, STAGE_ADDRESS, 0, STAGE_PAGES,
                                       RIGHT_READ | RIGHT_WRITE);
    if (copy == NULL || mapped < 0) {
        printf("FAILED: the stage: %s\n",
               trapeze_error_name(copy == NULL ? error : mapped));
        exit(1);
    }
    memcpy(copy, (const void *)USER_IMAGE_BASE,
           (uintptr_t)__fini_array_end - USER_IMAGE_BASE);
    trapeze_unmap(copy);
}

void actors_share_a_hart(void)
{
    if (one_hart())
        return;
    hart_of_all = (uint64_t)sys_kernel_info(INFO_HART);
    CHECK_EQUAL(sys_process_pin(0, hart_of_all), 0);
}

uint64_t actors_supervisor(void) { return supervisor; }
uint64_t actors_code(void) { return image; }
uint64_t actors_code_pages(void) { return code_pages; }
uint64_t actors_mappings(void) { return image_pages > code_pages ? 4 : 3; }

static size_t place_of(const struct actor *actor)
{
    return (size_t)(actor - STAGE->actors);
}

static uint64_t map(const struct actor *actor, uint64_t memory, uintptr_t address,
                    size_t first, size_t count, uint64_t rights)
{
    return must(sys_memory_map(memory, actor->process, address, first, count, rights));
}

static struct actor *free_place(void)
{
    for (size_t i = 0; i < ACTORS_MAX; i++) {
        if (STAGE->actors[i].process == 0)
            return &STAGE->actors[i];
    }
    printf("FAILED: more than %d actors\n", ACTORS_MAX);
    exit(1);
}

static uint64_t usual(uint64_t told, uint64_t otherwise)
{
    return told != 0 ? told : otherwise;
}

static void create(struct actor *actor, const struct actor_options *options)
{
    uint64_t schedule[4];
    uint64_t told = usual(options->supervisor, supervisor);
    uint64_t badge =
        options->supervisor != 0 ? options->badge : (uint64_t)place_of(actor) + 1;

    if (options->unsupervised)
        told = badge = 0;
    must(trapeze_process_inspect(0, INSPECT_SCHEDULE, schedule) + 1);
    const uint64_t priority = usual((uint64_t)options->priority, schedule[0]);
    actor->process = must(sys_process_create(
        told, badge, usual(options->pages, ACTOR_PAGES),
        usual(options->slots, ACTOR_SLOTS), priority, 0x726f746361 /* "actor" */));
    if (hart_of_all != HART_ANY)
        CHECK_EQUAL(sys_process_pin(actor->process, hart_of_all), 0);
}

struct actor *actor_make(actor_role *role, const struct actor_options *options)
{
    static const struct actor_options none;
    struct trapeze_handle facts;
    struct actor *actor = free_place();

    if (options == NULL)
        options = &none;
    memset(actor, 0, sizeof(*actor));
    actor->role = role;
    for (size_t i = 0; i < sizeof(options->words) / sizeof(options->words[0]); i++)
        actor->words[i] = options->words[i];
    create(actor, options);
    must(trapeze_handle_inspect(actor->process, &facts) + 1);
    actor->number = facts.number;
    actor->code_mapping =
        map(actor, image, USER_IMAGE_BASE, 0, code_pages, RIGHT_READ | RIGHT_EXECUTE);
    if (image_pages > code_pages)
        map(actor, image, USER_IMAGE_BASE + code_pages * PAGE_BYTES, code_pages,
            image_pages - code_pages, RIGHT_READ);
    map(actor, stage, STAGE_ADDRESS, 0, STAGE_PAGES, RIGHT_READ | RIGHT_WRITE);
    map(actor, stacks, STACKS_ADDRESS, place_of(actor) * ACTOR_STACK_PAGES,
        ACTOR_STACK_PAGES, RIGHT_READ | RIGHT_WRITE);
    for (size_t i = 0; i < ACTOR_HANDLES && options->give[i] != 0; i++)
        actor_give(actor, options->give[i]);
    if (!options->stopped)
        actor_run(actor);
    return actor;
}

uint64_t actor_give(struct actor *actor, uint64_t handle)
{
    const uint64_t number = must(sys_process_give(actor->process, handle));

    actor->handles[actor->handle_count++] = number;
    return number;
}

void actor_run(struct actor *actor)
{
    CHECK_EQUAL(sys_process_start(actor->process, (uintptr_t)actor_start,
                                  STACKS_ADDRESS + ACTOR_STACK_PAGES * PAGE_BYTES,
                                  (uintptr_t)actor, (uintptr_t)actor->role, 0),
                0);
}

uint64_t in_us(uint64_t microseconds)
{
    const uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);

    return trapeze_time() + hz * microseconds / 1000000;
}

void pause_us(uint64_t microseconds) { trapeze_sleep_until(in_us(microseconds)); }

enum trapeze_state actor_state(const struct actor *actor)
{
    uint64_t words[4] = {STATE_ENDED};

    trapeze_process_inspect(actor->process, INSPECT_STATE, words);
    return (enum trapeze_state)words[0];
}

uint64_t actor_priority(const struct actor *actor)
{
    uint64_t words[4] = {0, UINT64_MAX};

    trapeze_process_inspect(actor->process, INSPECT_SCHEDULE, words);
    return words[1];
}

bool wait_more(uint64_t *waited)
{
    uint64_t step = WAIT_STEP_US;

    if (!one_hart() && *waited > step)
        step = *waited < WAIT_STEP_MAX_US ? *waited : WAIT_STEP_MAX_US;
    pause_us(step);
    *waited += step;
    return *waited < HANG_US;
}

void await_change(const volatile uint64_t *word, uint64_t value, uint64_t step_us)
{
    while (*word == value) {
        pause_us(step_us);
        if (step_us < WAIT_STEP_MAX_US && !one_hart())
            step_us *= 2;
    }
}

uint64_t longer(uint64_t microseconds)
{
    CHECK(!one_hart());
    if (!CHECK(microseconds < HANG_US))
        exit(1);
    return 2 * microseconds;
}

bool actor_await(const struct actor *actor, enum trapeze_state state)
{
    enum trapeze_state now = actor_state(actor);

    for (uint64_t waited = 0; now != state && wait_more(&waited);
         now = actor_state(actor))
        continue;
    return CHECK_EQUAL(now, state);
}

bool actor_await_step(const struct actor *actor, uint64_t step)
{
    uint64_t waited = 0;

    while (actor->step < step && wait_more(&waited))
        continue;
    return CHECK_EQUAL(actor->step, step);
}

void actor_expect_priority(const struct actor *actor, uint64_t priority)
{
    uint64_t waited = 0;

    while (!one_hart() && actor_priority(actor) != priority && wait_more(&waited))
        continue;
    CHECK_EQUAL(actor_priority(actor), priority);
}

void actor_expect_gone(struct actor *actor)
{
    struct trapeze_handle facts;
    uint64_t waited = 0;

    while (trapeze_handle_inspect(actor->process, &facts) != E_GONE &&
           wait_more(&waited))
        continue;
    CHECK_EQUAL(trapeze_handle_inspect(actor->process, &facts), E_GONE);
    CHECK_EQUAL(sys_handle_close(actor->process), 0);
    actor->process = 0;
}

/* On one hart it is known who ends first. On several, whoever ends before the one that
 * is asked for is kept. */
static void hear_an_end(uint64_t badge)
{
    struct trapeze_message message = {.deadline = in_us(HANG_US)};
    const long kind = trapeze_recv(supervisor, &message);
    const bool usual_order = message.badge == badge || !one_hart();

    if (kind == KIND_FAULT)
        printf("FAILED: actor %lu: %s, pc 0x%lx, value 0x%lx\n",
               (unsigned long)message.badge, trapeze_cause_name(message.label),
               (unsigned long)message.words[0], (unsigned long)message.words[1]);
    if (kind != KIND_END || !usual_order || message.badge - 1 >= ACTORS_MAX) {
        printf("FAILED: the end of actor %lu; there came kind %ld of actor %lu\n",
               (unsigned long)badge, kind, (unsigned long)message.badge);
        exit(1);
    }
    ended[message.badge - 1] = true;
    ends[message.badge - 1] = message;
}

struct trapeze_message actor_end(struct actor *actor)
{
    const size_t place = place_of(actor);

    while (!ended[place])
        hear_an_end(place + 1);
    const struct trapeze_message message = ends[place];
    ended[place] = false;
    CHECK_EQUAL(message.words[3], actor->number);
    CHECK_EQUAL(sys_handle_close(actor->process), 0);
    actor->process = 0;
    return message;
}

void actor_expect(struct actor *actor, long status)
{
    const struct trapeze_message end = actor_end(actor);

    CHECK_EQUAL(end.label, END_EXITED);
    CHECK_EQUAL(end.words[0], status);
}

void actor_kill(struct actor *actor)
{
    CHECK_EQUAL(sys_process_kill(actor->process), 0);
    const struct trapeze_message end = actor_end(actor);
    CHECK_EQUAL(end.label, END_KILLED);
    CHECK_EQUAL(end.words[0], 0);
}

struct balance balance_now(void)
{
    struct balance balance = {
        .free_pages = sys_kernel_info(INFO_FREE_PAGES),
        .largest_run = sys_kernel_info(INFO_LARGEST_RUN_PAGES),
        .free_slots = sys_kernel_info(INFO_FREE_SLOTS),
        .processes = sys_kernel_info(INFO_PROCESSES),
    };
    uint64_t budget[4];

    must(trapeze_process_inspect(0, INSPECT_BUDGET, budget) + 1);
    balance.pages = budget[0];
    balance.slots = budget[2];
    return balance;
}

void balance_check(const struct balance *before)
{
    const struct balance now = balance_now();

    CHECK_EQUAL(now.pages, before->pages);
    CHECK_EQUAL(now.slots, before->slots);
    if (sys_kernel_info(INFO_HARTS_ONLINE) > 1)
        return; /* the servers come and go meanwhile, on other harts */
    CHECK_EQUAL(now.free_pages, before->free_pages);
    CHECK_EQUAL(now.largest_run, before->largest_run);
    CHECK_EQUAL(now.free_slots, before->free_slots);
    CHECK_EQUAL(now.processes, before->processes);
}
