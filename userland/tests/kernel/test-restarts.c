/* SPDX-License-Identifier: MIT
 *
 * memory_create and object_destroy are made again after an interrupt. Whoever controls
 * the process can take its code away in between, and write its registers: nothing may
 * be lost by that, and no call may give a result that is another's.
 */
#include "actors.h"

#include <trapeze/program.h>

#define PROGRAM "test-restarts"
#define LOW 2     /* so that the test's wake-ups interrupt it */
#define PAGES 600 /* several interrupts' worth of work */
#define OTHER_PAGES 300
#define BUDGET                                                            \
    (PAGES + OTHER_PAGES + 40) /* for no third object that is left behind \
                                */
#define ROUNDS 200
#define ROUNDS_MAX 1000
#define ENOUGH 2 /* interrupts at each of the calls; destroying takes little time */
#define ECALL 0x73U

/* Groups of registers and places in them: pc; a0; a7. */
#define GROUP_PC 0
#define GROUP_A0 2
#define PLACE_A0 2
#define GROUP_A7 4
#define PLACE_A7 1

/* Makes memory of words[0] pages and destroys it, for ever. Notes how often, and what
 * went wrong. */
static long maker(struct actor *actor)
{
    for (;;) {
        const long memory = sys_memory_create(actor->words[0], 0);
        const long destroyed = memory > 0 ? sys_object_destroy((uint64_t)memory) : 0;

        sys_handle_close((uint64_t)memory);
        if (memory < 0 || destroyed < 0)
            actor->words[2] = (uint64_t)(memory < 0 ? memory : destroyed);
        actor->words[1]++;
    }
    return 0;
}

/* What its next instruction asks for: the number of a system call, or 0. */
static uint64_t next_call(const struct actor *actor)
{
    uint64_t pc[4] = {0}, numbers[4] = {0};

    trapeze_registers_read(actor->process, GROUP_PC, pc);
    trapeze_registers_read(actor->process, GROUP_A7, numbers);
    return *(const uint32_t *)pc[0] == ECALL ? numbers[PLACE_A7] : 0;
}

/* Lets it ask for something else: fewer pages, or nothing that there is. */
static void write_registers(const struct actor *actor, bool another)
{
    uint64_t words[4] = {0};

    CHECK_EQUAL(trapeze_registers_read(actor->process, GROUP_A0, words), 0);
    if (another)
        words[PLACE_A0] = OTHER_PAGES;
    CHECK_EQUAL(sys_registers_write(actor->process, GROUP_A0, words[0], words[1],
                                    words[2], words[3]),
                0);
}

/* Takes its code away until it faults; 0 if it does not. */
static uint64_t interrupt_at(struct actor *actor, struct trapeze_message *fault)
{
    *fault = (struct trapeze_message){.deadline = in_us(HANG_US)};
    CHECK_EQUAL(sys_memory_unmap(actor->process, actor->code_mapping), 0);
    if (!CHECK_EQUAL(trapeze_recv(actors_supervisor(), fault), KIND_FAULT))
        return 0;
    return next_call(actor);
}

static void resume(struct actor *actor, uint64_t token)
{
    const struct trapeze_message resumes = {.label = VERDICT_RESUME};

    actor->code_mapping =
        must(sys_memory_map(actors_code(), actor->process, USER_IMAGE_BASE, 0,
                            actors_code_pages(), RIGHT_READ | RIGHT_EXECUTE));
    CHECK_EQUAL(trapeze_reply(token, &resumes), 0);
}

static void test_written_registers(void)
{
    SAY("registers that are written meanwhile: the call is finished or given up");
    struct actor *actor = actor_make(
        maker,
        &(struct actor_options){.priority = LOW, .pages = BUDGET, .words = {PAGES}});
    unsigned created = 0, destroyed = 0;
    uint64_t random = 1;

    for (unsigned i = 0; i < ROUNDS || (destroyed < ENOUGH && i < ROUNDS_MAX); i++) {
        struct trapeze_message fault;
        random = random * 6364136223846793005U + 1442695040888963407U;
        pause_us(20 + (random >> 33) % 1500);
        const uint64_t call = interrupt_at(actor, &fault);
        created += call == SYS_memory_create;
        destroyed += call == SYS_object_destroy;
        if (call == SYS_memory_create || call == SYS_object_destroy)
            write_registers(actor, call == SYS_memory_create && i % 2 == 0);
        resume(actor, fault.token);
    }
    CHECK(created >= ENOUGH);
    CHECK(destroyed >= ENOUGH);
    pause_us(20000);
    for (uint64_t waited = 0; actor->words[1] <= ROUNDS / 10 && wait_more(&waited);)
        continue;
    CHECK(actor->words[1] > ROUNDS / 10);
    CHECK_EQUAL((long)actor->words[2], 0);
    actor_kill(actor);
}

static void test_killed(void)
{
    SAY("one that is killed in the middle");
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct actor *actor =
            actor_make(maker, &(struct actor_options){
                                  .priority = LOW, .pages = BUDGET, .words = {PAGES}});
        pause_us(20 + i * 11 % 900);
        actor_kill(actor);
    }
}

int main(void)
{
    actors_begin();
    actors_share_a_hart();
    SAY("balance");
    const struct balance before = balance_now();
    test_written_registers();
    test_killed();
    balance_check(&before);
    return finish(PROGRAM);
}
