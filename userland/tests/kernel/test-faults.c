/* SPDX-License-Identifier: MIT
 *
 * Faults as messages: what they tell, demand paging and a debugger as supervisors, the
 * verdicts, and what becomes of a fault that nobody judges.
 */
#include <string.h>

#include <trapeze/program.h>

#include "actors.h"

#define PROGRAM "test-faults"
#define HEAP 0x50000000UL
#define HEAP_PAGES 8

static struct trapeze_message hear(enum trapeze_kind kind)
{
    struct trapeze_message message = {.deadline = in_us(HANG_US)};

    CHECK_EQUAL(trapeze_recv(actors_supervisor(), &message), kind);
    return message;
}

static void judge(const struct trapeze_message *fault, enum trapeze_verdict verdict)
{
    const struct trapeze_message answer = {.label = verdict};

    CHECK_EQUAL(trapeze_reply(fault->token, &answer), 0);
}

/* What a fault tells. */

enum misdeed { LOADS, STORES, JUMPS, BREAKS, IS_ILLEGAL, IS_PRIVILEGED, MISDEEDS };
#define BAD_ADDRESS 0x60000008UL

static long villain(struct actor *actor)
{
    switch ((enum misdeed)actor->words[0]) {
    case LOADS:
        return *(volatile long *)BAD_ADDRESS;
    case STORES:
        *(volatile long *)(uintptr_t)villain = 1; /* its own code */
        return 1;
    case JUMPS:
        __asm__ volatile("jr %0" ::"r"(STAGE_ADDRESS)); /* memory that it can write */
        return 1;
    case BREAKS:
        __asm__ volatile("ebreak");
        return 1;
    case IS_ILLEGAL:
        __asm__ volatile(".word 0xffffffff");
        return 1;
    default:
        __asm__ volatile("csrw satp, zero");
        return 1;
    }
}

static void test_what_a_fault_tells(void)
{
    static const struct {
        const char *name;
        uint64_t scause, value;
    } wanted[] = {
        [LOADS] = {"a load", SCAUSE_LOAD_PAGE_FAULT, BAD_ADDRESS},
        [STORES] = {"a store to code", SCAUSE_STORE_PAGE_FAULT, (uintptr_t)villain},
        [JUMPS] = {"a jump to data", SCAUSE_INSTRUCTION_PAGE_FAULT, STAGE_ADDRESS},
        [BREAKS] = {"ebreak", SCAUSE_BREAKPOINT, 0},
        [IS_ILLEGAL] = {"an illegal instruction", SCAUSE_ILLEGAL_INSTRUCTION,
                        0xffffffff},
        [IS_PRIVILEGED] = {"csrw satp", SCAUSE_ILLEGAL_INSTRUCTION, 0x18001073},
    };

    for (uint64_t i = 0; i < MISDEEDS; i++) {
        SAY("%s: the fault, killed by the verdict, the end", wanted[i].name);
        struct actor *actor =
            actor_make(villain, &(struct actor_options){.words = {i}});
        const struct trapeze_message fault = hear(KIND_FAULT);
        CHECK_EQUAL(fault.label, wanted[i].scause);
        if (i != BREAKS) /* where stval may be 0 or the address (Privileged 4.1.9) */
            CHECK_EQUAL(fault.words[1], wanted[i].value);
        CHECK_EQUAL(fault.words[2], actor->number);
        CHECK_EQUAL(fault.badge, actor - STAGE->actors + 1);
        CHECK_EQUAL(actor_state(actor), STATE_AWAITING_VERDICT);

        const struct trapeze_message no_verdict = {.label = 2};
        const struct trapeze_message gift = {.grant = actors_supervisor()};
        CHECK_EQUAL(trapeze_reply(fault.token, &no_verdict), E_INVALID);
        CHECK_EQUAL(trapeze_reply(fault.token, &gift), E_INVALID);
        CHECK_EQUAL(actor_state(actor), STATE_AWAITING_VERDICT);
        judge(&fault, VERDICT_KILL);
        const struct trapeze_message end = actor_end(actor);
        CHECK_EQUAL(end.label, END_FAULTED);
        CHECK_EQUAL(end.words[0], fault.label);
        CHECK_EQUAL(end.words[1], fault.words[0]);
        CHECK_EQUAL(end.words[2], fault.words[1]);
        CHECK_EQUAL(trapeze_reply(fault.token, &no_verdict), E_GONE);
    }
}

/* Demand paging. */

static long pager_client(struct actor *actor)
{
    volatile uint64_t *heap = (volatile uint64_t *)HEAP;
    const size_t stride = PAGE_BYTES / sizeof(*heap);

    for (size_t i = 0; i < HEAP_PAGES; i++)
        heap[i * stride + i] += i + 1; /* a load, then a store */
    for (size_t i = 0; i < HEAP_PAGES; i++)
        actor->words[0] += heap[i * stride + i];
    return 0;
}

/* First to be read, then, where it is written, to be written. */
static void page_in(const struct actor *actor, uint64_t memory,
                    const struct trapeze_message *fault, uint64_t mappings[HEAP_PAGES])
{
    const uint64_t page = (fault->words[1] - HEAP) / PAGE_BYTES;

    if (!CHECK(page < HEAP_PAGES))
        return;
    if (mappings[page] == 0) {
        CHECK_EQUAL(fault->label, SCAUSE_LOAD_PAGE_FAULT);
        mappings[page] = must(sys_memory_map(
            memory, actor->process, HEAP + page * PAGE_BYTES, page, 1, RIGHT_READ));
    } else {
        CHECK_EQUAL(fault->label, SCAUSE_STORE_PAGE_FAULT);
        CHECK_EQUAL(sys_memory_protect(actor->process, mappings[page],
                                       RIGHT_READ | RIGHT_WRITE),
                    0);
    }
    judge(fault, VERDICT_RESUME);
}

static void test_demand_paging(void)
{
    SAY("demand paging: %d pages, each mapped when it is read, writable when written",
        HEAP_PAGES);
    const uint64_t memory = must(sys_memory_create(HEAP_PAGES, 0));
    uint64_t mappings[HEAP_PAGES] = {0};
    struct actor *actor = actor_make(pager_client, NULL);

    for (int i = 0; i < 2 * HEAP_PAGES; i++) {
        const struct trapeze_message fault = hear(KIND_FAULT);
        page_in(actor, memory, &fault, mappings);
    }
    actor_expect(actor, 0);
    CHECK_EQUAL(actor->words[0], HEAP_PAGES * (HEAP_PAGES + 1) / 2);
    CHECK_EQUAL(sys_object_destroy(memory), 0);
    CHECK_EQUAL(sys_handle_close(memory), 0);
}

/* A debugger. */

static __attribute__((noinline, noclone)) long square(long number)
{
    __asm__ volatile("" : "+r"(number));
    return number * number;
}

static __attribute__((noinline, noclone)) void between(void) { __asm__ volatile(""); }

#define ROUNDS 5
static long debuggee(struct actor *actor)
{
    for (long i = 0; i < ROUNDS; i++) {
        actor->words[0] += (uint64_t)square(i);
        between();
    }
    return 0;
}

#define C_EBREAK 0x9002
static uint16_t *code; /* the actors', writable */
static uint16_t replaced;

static uint16_t *place_of(uintptr_t pc)
{
    return code + (pc - USER_IMAGE_BASE) / sizeof(*code);
}

static void set_breakpoint(uintptr_t pc)
{
    replaced = *place_of(pc);
    *place_of(pc) = C_EBREAK;
}

/* What is mapped anew is fetched anew (docs/abi.md): protecting the code as it is makes
 * the hart look at it. */
static void show_code(const struct actor *actor, uint64_t mapping)
{
    CHECK_EQUAL(sys_memory_protect(actor->process, mapping, RIGHT_READ | RIGHT_EXECUTE),
                0);
}

static void test_debugger(void)
{
    const uint64_t pages = actors_code_pages();
    long error = 0;
    uint64_t group[4];
    const uintptr_t places[] = {(uintptr_t)square, (uintptr_t)between};

    SAY("a debugger: breakpoints through its own mapping, registers read and written");
    code = trapeze_map(actors_code(), pages, RIGHT_READ | RIGHT_WRITE, &error);
    CHECK(code != NULL);
    struct actor *actor =
        actor_make(debuggee, &(struct actor_options){.stopped = true});
    set_breakpoint(places[0]);
    show_code(actor, actor->code_mapping);
    actor_run(actor);
    for (uint64_t i = 0; i < 2UL * ROUNDS; i++) {
        const struct trapeze_message fault = hear(KIND_FAULT);
        CHECK_EQUAL(fault.label, SCAUSE_BREAKPOINT);
        CHECK_EQUAL(fault.words[0], places[i % 2]);
        CHECK_EQUAL(trapeze_registers_read(actor->process, 0, group), 0);
        CHECK_EQUAL(group[0], places[i % 2]); /* pc */
        CHECK_EQUAL(trapeze_registers_read(actor->process, 2, group), 0);
        if (i % 2 == 0) { /* group 2: x8 to x11; x10 is a0 */
            CHECK_EQUAL(group[2], i / 2);
            CHECK_EQUAL(sys_registers_write(actor->process, 2, group[0], group[1],
                                            group[2] + 10, group[3]),
                        0);
        }
        *place_of(places[i % 2]) = replaced;
        if (i + 1 < 2UL * ROUNDS)
            set_breakpoint(places[(i + 1) % 2]);
        show_code(actor, actor->code_mapping);
        judge(&fault, VERDICT_RESUME);
    }
    actor_expect(actor, 0);
    CHECK_EQUAL(actor->words[0], 10 * 10 + 11 * 11 + 12 * 12 + 13 * 13 + 14 * 14);
    trapeze_unmap(code);
}

/* Floating-point registers: loads ft0, breaks, and tells what ft0 is then. */
static long computes(struct actor *actor)
{
    uint64_t bits = actor->words[0];

    __asm__ volatile("fmv.d.x ft0, %0\n"
                     ".option push\n"
                     ".option norvc\n"
                     "ebreak\n"
                     ".option pop\n"
                     "fmv.x.d %0, ft0"
                     : "+r"(bits)
                     :
                     : "ft0");
    actor->words[1] = bits;
    return 0;
}

static void test_float_registers(bool in_use)
{
    uint64_t group[4];
    volatile double mine = 1.5;

    SAY("floating-point registers, pc%s", in_use ? ", while the FPU is another's" : "");
    struct actor *actor =
        actor_make(computes, &(struct actor_options){.words = {0x1234567890abcdef}});
    const struct trapeze_message fault = hear(KIND_FAULT);
    if (in_use)
        mine = mine * 2;
    CHECK_EQUAL(trapeze_registers_read(actor->process, REGISTER_FLOAT_GROUP, group), 0);
    CHECK_EQUAL(group[0], 0x1234567890abcdef);
    CHECK_EQUAL(sys_registers_write(actor->process, REGISTER_FLOAT_GROUP,
                                    0xfedcba0987654321, group[1], group[2], group[3]),
                0);
    CHECK_EQUAL(trapeze_registers_read(actor->process, 0, group), 0);
    CHECK_EQUAL(sys_registers_write(actor->process, 0, group[0] + 4, group[1], group[2],
                                    group[3]),
                0);
    judge(&fault, VERDICT_RESUME);
    actor_expect(actor, 0);
    CHECK_EQUAL(actor->words[1], 0xfedcba0987654321);
    CHECK(mine == (in_use ? 3.0 : 1.5));
}

/* Without a verdict. */

static void test_nobody_judges(void)
{
    SAY("without a supervisor, a fault is the end");
    struct actor *actor =
        actor_make(villain, &(struct actor_options){.unsupervised = true});
    actor_expect_gone(actor);

    SAY("so it is where the supervisor's endpoint has gone before");
    const uint64_t endpoint = must(sys_endpoint_create());
    actor = actor_make(
        villain, &(struct actor_options){.supervisor = endpoint, .stopped = true});
    CHECK_EQUAL(sys_object_destroy(endpoint), 0);
    actor_run(actor);
    actor_expect_gone(actor);
    CHECK_EQUAL(sys_handle_close(endpoint), 0);
}

/* words[0]: its child's supervisor is handles[0], and faults at once. */
static long parent(struct actor *actor)
{
    const long child =
        sys_process_create(actor->handles[0], 55, PROCESS_PAGES_MIN, 0, 1, 0);

    sys_process_start((uint64_t)child, 0x60000000, 0, 0, 0, 0);
    return trapeze_sleep_until(UINT64_MAX);
}

/* Hears of a fault, gives no verdict, and hears of the end. The messages' kinds are
 * words[0] and words[1], the badge of the first is words[2]; words[3] is what comes of
 * a verdict then. */
static long hears(struct actor *actor)
{
    struct trapeze_message fault = {0};

    actor->words[0] = (uint64_t)trapeze_recv(actor->handles[0], &fault);
    actor->words[2] = fault.badge;
    actor->step = 1;
    actor->words[1] = (uint64_t)trapeze_recv(actor->handles[0], &actor->message);
    actor->words[3] =
        (uint64_t)trapeze_reply(fault.token, &(struct trapeze_message){0});
    return 0;
}

/* Somebody has to wait for the child's end when it is told: once its parent has ended,
 * too, nobody hears of it. */
static void test_parent_dies_first(void)
{
    SAY("suspended by a fault, and ended with its parent: killed, without the fault");
    const uint64_t endpoint = must(sys_endpoint_create());
    const struct actor_options options = {.give = {endpoint}};
    struct actor *listener = actor_make(hears, &options);
    struct actor *actor = actor_make(parent, &options);
    actor_await_step(listener, 1);
    actor_await(listener, STATE_RECEIVING);
    CHECK_EQUAL(listener->words[0], KIND_FAULT);
    CHECK_EQUAL(listener->words[2], 55);
    CHECK_EQUAL(sys_process_kill(actor->process), 0);
    CHECK_EQUAL(actor_end(actor).label, END_KILLED);
    actor_expect(listener, 0);
    const struct trapeze_message *end = &listener->message;
    CHECK_EQUAL(listener->words[1], KIND_END);
    CHECK_EQUAL(end->badge, 55);
    CHECK_EQUAL(end->label, END_KILLED);
    CHECK_EQUAL(end->words[0], 0);
    CHECK_EQUAL(end->words[1], 0);
    CHECK_EQUAL(end->words[2], 0);
    CHECK_EQUAL(listener->words[3], E_GONE);
    CHECK_EQUAL(sys_object_destroy(endpoint), 0);
    CHECK_EQUAL(sys_handle_close(endpoint), 0);
}

int main(void)
{
    actors_begin();
    SAY("balance");
    trapeze_unmap(trapeze_map(actors_code(), actors_code_pages(), RIGHT_READ, NULL));
    const struct balance before = balance_now();
    test_what_a_fault_tells();
    test_demand_paging();
    test_debugger();
    test_float_registers(false);
    test_float_registers(true);
    test_nobody_judges();
    test_parent_dies_first();
    balance_check(&before);
    return finish(PROGRAM);
}
