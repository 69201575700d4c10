/* SPDX-License-Identifier: MIT
 *
 * What a hostile process tries, and the exact error that it gets for it: with handles,
 * tokens, messages and processes. test-hostile-memory does it with memory,
 * test-messages with deadlines.
 */
#include <string.h>

#include "actors.h"

#define PROGRAM "test-hostile"
#define INDEX_BITS 17 /* of a handle, a token, a mapping */
#define PAST 1

static uint64_t endpoint, memory;

/* Handles. */

static void test_forged_handles(void)
{
    const uint64_t stale = duplicate(endpoint, RIGHT_SEND, 0);
    CHECK_EQUAL(sys_handle_close(stale), 0);
    const uint64_t reused = duplicate(endpoint, RIGHT_SIGNAL, 0);
    const uint64_t forged[] = {
        (uint64_t)-1,
        1UL << 63,
        INT64_MAX,
        0xffff,
        1,                              /* generation 0 */
        endpoint + (1UL << INDEX_BITS), /* the next generation */
        endpoint ^ 1UL << 63,
        stale,
        UINT64_C(1) << INDEX_BITS | 0x1ffff, /* beyond the table */
    };

    SAY("forged and stale handles: E_BAD_HANDLE");
    CHECK_EQUAL(stale >> INDEX_BITS, (reused >> INDEX_BITS) - 1);
    CHECK_EQUAL(stale << 47, reused << 47); /* the place is the same */
    for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++) {
        struct trapeze_message message = {.deadline = PAST};
        struct trapeze_handle facts;
        uint64_t words[4];
        const uint64_t handle = forged[i];
        CHECK_EQUAL(trapeze_handle_inspect(handle, &facts), E_BAD_HANDLE);
        CHECK_EQUAL(sys_handle_close(handle), E_BAD_HANDLE);
        CHECK_EQUAL(sys_handle_duplicate(handle, 0, 0), E_BAD_HANDLE);
        CHECK_EQUAL(sys_object_destroy(handle), E_BAD_HANDLE);
        CHECK_EQUAL(trapeze_call(handle, &message), E_BAD_HANDLE);
        CHECK_EQUAL(trapeze_send(handle, &message), E_BAD_HANDLE);
        CHECK_EQUAL(trapeze_recv(handle, &message), E_BAD_HANDLE);
        CHECK_EQUAL(trapeze_reply_recv(handle, &message), E_BAD_HANDLE);
        CHECK_EQUAL(sys_signal(handle), E_BAD_HANDLE);
        CHECK_EQUAL(sys_memory_map(handle, 0, 0x70000000, 0, 1, RIGHT_READ),
                    E_BAD_HANDLE);
        CHECK_EQUAL(sys_memory_map(memory, handle, 0x70000000, 0, 1, RIGHT_READ),
                    E_BAD_HANDLE);
        CHECK_EQUAL(sys_memory_physical(handle, 0), E_BAD_HANDLE);
        CHECK_EQUAL(sys_process_create(handle, 0, 8, 8, 0, 0), E_BAD_HANDLE);
        CHECK_EQUAL(sys_process_give(handle, endpoint), E_BAD_HANDLE);
        CHECK_EQUAL(sys_process_kill(handle), E_BAD_HANDLE);
        CHECK_EQUAL(sys_process_priority(handle, 0), E_BAD_HANDLE);
        CHECK_EQUAL(trapeze_registers_read(handle, 0, words), E_BAD_HANDLE);
        CHECK_EQUAL(trapeze_process_inspect(handle, 0, words), E_BAD_HANDLE);
        CHECK_EQUAL(sys_irq_ack(handle), E_BAD_HANDLE);
        CHECK_EQUAL(sys_machine_off(handle, 0), E_BAD_HANDLE);
        CHECK_EQUAL(sys_log_claim(handle, 1), E_BAD_HANDLE);
        CHECK_EQUAL(sys_device_create(handle, 0x10000000, 1), E_BAD_HANDLE);
    }
    CHECK_EQUAL(sys_handle_close(0), E_BAD_HANDLE);
    CHECK_EQUAL(sys_handle_close(reused), 0);
}

static void test_wrong_types(void)
{
    uint64_t words[4];

    SAY("an object of another type: E_WRONG_TYPE");
    CHECK_EQUAL(sys_signal(memory), E_WRONG_TYPE);
    CHECK_EQUAL(sys_memory_physical(endpoint, 0), E_WRONG_TYPE);
    CHECK_EQUAL(sys_memory_map(endpoint, 0, 0x70000000, 0, 1, RIGHT_READ),
                E_WRONG_TYPE);
    CHECK_EQUAL(sys_memory_map(memory, endpoint, 0x70000000, 0, 1, RIGHT_READ),
                E_WRONG_TYPE);
    CHECK_EQUAL(sys_process_kill(endpoint), E_WRONG_TYPE);
    CHECK_EQUAL(sys_process_create(memory, 0, 8, 8, 0, 0), E_WRONG_TYPE);
    CHECK_EQUAL(trapeze_process_inspect(memory, 0, words), E_WRONG_TYPE);
    CHECK_EQUAL(sys_irq_bind(memory, endpoint), E_WRONG_TYPE);
    CHECK_EQUAL(sys_machine_off(endpoint, 0), E_WRONG_TYPE);
    CHECK_EQUAL(sys_log_write(memory, 1, 'x', 0, 0, 0, 0), E_WRONG_TYPE);
    CHECK_EQUAL(sys_device_create(memory, 0x10000000, 1), E_WRONG_TYPE);
    CHECK_EQUAL(sys_irq_create(endpoint, 1), E_WRONG_TYPE);
}

static void test_rights(void)
{
    struct trapeze_message message = {.deadline = PAST};
    const uint64_t none = duplicate(endpoint, 0, 0);
    const uint64_t send = duplicate(endpoint, RIGHT_SEND, 7);
    const uint64_t reader = duplicate(memory, RIGHT_READ, 0);
    const uint64_t writer = duplicate(memory, RIGHT_WRITE, 0);

    SAY("rights that it lacks: E_RIGHTS");
    CHECK_EQUAL(trapeze_call(none, &message), E_RIGHTS);
    CHECK_EQUAL(trapeze_send(none, &message), E_RIGHTS);
    CHECK_EQUAL(trapeze_recv(send, &message), E_RIGHTS);
    CHECK_EQUAL(trapeze_reply_recv(send, &message), E_RIGHTS);
    CHECK_EQUAL(sys_signal(send), E_RIGHTS);
    CHECK_EQUAL(sys_process_create(none, 0, 8, 8, 0, 0), E_RIGHTS);
    CHECK_EQUAL(sys_handle_duplicate(send, RIGHT_SEND | RIGHT_RECEIVE, 0), E_RIGHTS);
    CHECK_EQUAL(sys_handle_duplicate(send, RIGHTS_ALL + 1, 0), E_RIGHTS);
    CHECK_EQUAL(sys_handle_duplicate(send, UINT64_MAX, 0), E_RIGHTS);
    CHECK_EQUAL(sys_handle_duplicate(send, 1UL << 32 | RIGHT_SEND, 0), E_RIGHTS);
    CHECK_EQUAL(sys_memory_physical(reader, 0), E_RIGHTS);
    CHECK_EQUAL(sys_memory_map(reader, 0, 0x70000000, 0, 1, RIGHT_READ | RIGHT_WRITE),
                E_RIGHTS);
    CHECK_EQUAL(sys_memory_map(reader, 0, 0x70000000, 0, 1, RIGHT_READ | RIGHT_EXECUTE),
                E_RIGHTS);
    CHECK_EQUAL(sys_memory_map(writer, 0, 0x70000000, 0, 1, RIGHT_WRITE), E_RIGHTS);

    SAY("rebadging: E_BADGE");
    CHECK_EQUAL(sys_handle_duplicate(send, RIGHT_SEND, 8), E_BADGE);
    CHECK_EQUAL(sys_handle_duplicate(send, RIGHT_SEND, 7), E_BADGE);
    CHECK_EQUAL(sys_process_create(send, 8, 8, 8, 0, 0), E_BADGE);
    const uint64_t same = duplicate(send, RIGHT_SEND, 0);
    struct trapeze_handle facts;
    CHECK_EQUAL(trapeze_handle_inspect(same, &facts), 0);
    CHECK_EQUAL(facts.badge, 7);
    const uint64_t handles[] = {none, send, reader, writer, same};
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++)
        CHECK_EQUAL(sys_handle_close(handles[i]), 0);
}

/* What a process can do to one that it may only inspect, or whose payer it is not. */
static long intruder(struct actor *actor)
{
    const uint64_t victim = actor->handles[0], foreign = actor->handles[1];
    uint64_t words[4];
    long *results = (long *)actor->words;

    results[0] = sys_process_kill(victim);
    results[1] = sys_process_give(victim, foreign);
    results[2] = sys_registers_write(victim, 0, 0, 0, 0, 0);
    results[3] = sys_process_priority(victim, 0);
    results[4] = sys_process_limit(victim, 1, 2);
    results[5] =
        sys_memory_map(actor->handles[2], victim, 0x70000000, 0, 1, RIGHT_READ);
    results[6] = sys_memory_unmap(victim, 1);
    results[7] = trapeze_registers_read(victim, 0, words);
    results[8] = sys_process_start(victim, 0, 0, 0, 0, 0);
    results[9] = sys_object_destroy(foreign);
    results[10] = sys_object_destroy(actor->handles[2]);
    results[11] = sys_object_destroy(victim);
    results[12] = trapeze_process_inspect(victim, 0, words);
    results[13] = sys_process_priority(0, 9);
    return 0;
}

static void test_intruder(void)
{
    static const long wanted[] = {E_RIGHTS, E_RIGHTS,     E_RIGHTS, E_RIGHTS, E_RIGHTS,
                                  E_RIGHTS, E_RIGHTS,     E_RIGHTS, E_RIGHTS, E_RIGHTS,
                                  E_RIGHTS, E_WRONG_TYPE, 0,        E_RIGHTS};
    struct trapeze_handle facts;

    SAY("killing, reading, changing what it does not control: E_RIGHTS");
    struct actor *victim =
        actor_make(intruder, &(struct actor_options){.stopped = true});
    const uint64_t inspects = duplicate(victim->process, RIGHT_INSPECT, 0);
    struct actor *actor = actor_make(
        intruder, &(struct actor_options){.give = {inspects, endpoint, memory}});
    actor_expect(actor, 0);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (!CHECK_EQUAL((long)actor->words[i], wanted[i]))
            printf("    attempt %zu\n", i);
    }
    CHECK_EQUAL(actor_state(victim), STATE_STOPPED);
    CHECK_EQUAL(trapeze_handle_inspect(endpoint, &facts), 0);
    CHECK_EQUAL(trapeze_handle_inspect(memory, &facts), 0);
    actor_kill(victim);
    CHECK_EQUAL(sys_handle_close(inspects), 0);
}

/* Tokens. */

static long caller(struct actor *actor)
{
    actor->message = (struct trapeze_message){.label = 1, .welcome = actor->words[0]};
    return trapeze_call(actor->handles[0], &actor->message);
}

/* Tries the token of somebody else's caller. */
static long thief(struct actor *actor)
{
    struct trapeze_message message = {.label = 666};

    actor->words[1] = (uint64_t)trapeze_reply(actor->words[0], &message);
    message.token = actor->words[0];
    message.deadline = PAST;
    actor->words[2] = (uint64_t)trapeze_reply_recv(actor->handles[0], &message);
    return 0;
}

static void test_tokens(void)
{
    struct trapeze_message message = {0};

    SAY("tokens of nobody, of others' callers, of earlier calls; replying twice");
    struct actor *victim =
        actor_make(caller, &(struct actor_options){.give = {endpoint}});
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
    const uint64_t token = message.token;
    struct actor *actor = actor_make(
        thief, &(struct actor_options){.give = {endpoint}, .words = {token}});
    actor_expect(actor, 0);
    CHECK_EQUAL((long)actor->words[1], E_BAD_TOKEN);
    CHECK_EQUAL((long)actor->words[2], E_BAD_TOKEN);

    message = (struct trapeze_message){.label = 2};
    const uint64_t wrong[] = {
        0,
        1,
        UINT64_MAX,
        1UL << 63,
        token + (1UL << INDEX_BITS),
        token | 1UL << 63,
        token | 0x1ffff,
        1UL << INDEX_BITS | 0x1ffff,
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CHECK_EQUAL(trapeze_reply(wrong[i], &message), E_BAD_TOKEN);
    CHECK_EQUAL(trapeze_reply(token - (1UL << INDEX_BITS), &message),
                token >> INDEX_BITS == 1 ? E_BAD_TOKEN : E_GONE);
    CHECK_EQUAL(actor_state(victim), STATE_AWAITING_REPLY);
    CHECK_EQUAL(trapeze_reply(token, &message), 0);
    CHECK_EQUAL(trapeze_reply(token, &message), E_GONE);
    actor_expect(victim, 0);
    CHECK_EQUAL(victim->message.label, 2);
    CHECK_EQUAL(trapeze_reply(token, &message), E_GONE);
}

static void test_grants(void)
{
    struct trapeze_message message = {0};

    SAY("granting what it does not have: E_BAD_HANDLE, or where it is not welcome: "
        "E_REFUSED");
    struct actor *victim =
        actor_make(caller, &(struct actor_options){.give = {endpoint}});
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
    const uint64_t token = message.token;
    message = (struct trapeze_message){.grant = UINT64_MAX};
    CHECK_EQUAL(trapeze_reply(token, &message), E_BAD_HANDLE);
    CHECK_EQUAL(trapeze_send(endpoint, &message), E_BAD_HANDLE);
    CHECK_EQUAL(trapeze_call(endpoint, &message), E_BAD_HANDLE);
    message.grant = endpoint;
    CHECK_EQUAL(trapeze_reply(token, &message), E_REFUSED);
    CHECK_EQUAL(sys_process_give(victim->process, UINT64_MAX), E_BAD_HANDLE);
    CHECK_EQUAL(trapeze_reply(token, &(struct trapeze_message){0}), 0);
    actor_expect(victim, 0);
    CHECK_EQUAL(victim->message.grant, 0);
}

/* A message whose words look like a fault and an end; and a handle with which it could
 * only signal. The kind is the kernel's alone. */
static long impostor(struct actor *actor)
{
    struct trapeze_message message = {
        .kind = KIND_FAULT, .label = 13, .words = {1, 2, 3, 4}, .badge = 99};

    trapeze_send(actor->handles[0], &message);
    message.kind = KIND_END;
    message.token = 77;
    trapeze_call(actor->handles[0], &message);
    actor->words[0] = (uint64_t)sys_signal(actor->handles[0]);
    return 0;
}

static void test_impostor(void)
{
    struct trapeze_message message = {0};
    const uint64_t badged = duplicate(endpoint, RIGHT_SEND, 5);

    SAY("posing as a fault, an end, an interrupt: it comes as a message, with its "
        "badge");
    struct actor *actor =
        actor_make(impostor, &(struct actor_options){.give = {badged}});
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
    CHECK_EQUAL(message.badge, 5);
    CHECK_EQUAL(message.token, 0);
    message = (struct trapeze_message){0};
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_MESSAGE);
    CHECK_EQUAL(message.badge, 5);
    CHECK(message.token != 77);
    CHECK_EQUAL(trapeze_reply(message.token, &message), 0);
    actor_expect(actor, 0);
    CHECK_EQUAL((long)actor->words[0], E_RIGHTS);
    CHECK_EQUAL(sys_handle_close(badged), 0);
}

/* Processes. */

static void test_processes(void)
{
    uint64_t words[4];

    SAY("numbers that a process cannot have: E_INVALID; more than it may give: "
        "E_RIGHTS, "
        "E_NO_MEMORY, E_NO_SLOT");
    CHECK_EQUAL(sys_process_create(0, 0, PROCESS_PAGES_MIN - 1, 8, 0, 0), E_INVALID);
    CHECK_EQUAL(sys_process_create(0, 0, 8, 8, PRIORITIES, 0), E_INVALID);
    CHECK_EQUAL(sys_process_create(0, 0, 8, 8, UINT64_MAX, 0), E_INVALID);
    CHECK_EQUAL(sys_process_create(0, 0, 8, 8, PRIORITIES - 1, 0), E_RIGHTS);
    CHECK_EQUAL(sys_process_create(0, 0, UINT64_MAX, 8, 0, 0), E_NO_MEMORY);
    CHECK_EQUAL(sys_process_create(0, 0, 1UL << 63, 8, 0, 0), E_NO_MEMORY);
    CHECK_EQUAL(sys_process_create(0, 0, 8, UINT64_MAX, 0, 0), E_NO_SLOT);
    CHECK_EQUAL(sys_process_create(0, 0, 8, 1UL << 63, 0, 0), E_NO_SLOT);
    CHECK_EQUAL(sys_process_priority(0, PRIORITIES), E_INVALID);
    CHECK_EQUAL(sys_process_priority(0, PRIORITIES - 1), E_RIGHTS);
    CHECK_EQUAL(sys_process_priority(0, UINT64_MAX), E_INVALID);
    CHECK_EQUAL(sys_process_limit(0, 2, 1), E_INVALID);
    CHECK_EQUAL(sys_process_limit(0, 0, 1), E_INVALID);
    CHECK_EQUAL(sys_process_limit(0, UINT64_MAX, UINT64_MAX), E_INVALID);
    CHECK_EQUAL(trapeze_process_inspect(0, 4, words), E_INVALID);
    CHECK_EQUAL(trapeze_process_inspect(0, UINT64_MAX, words), E_INVALID);

    SAY("the caller itself is neither stopped nor suspended: E_BAD_STATE");
    CHECK_EQUAL(sys_process_start(0, 0, 0, 0, 0, 0), E_BAD_STATE);
    CHECK_EQUAL(trapeze_registers_read(0, 0, words), E_BAD_STATE);
    CHECK_EQUAL(sys_registers_write(0, 0, 0, 0, 0, 0), E_BAD_STATE);
    CHECK_EQUAL(trapeze_registers_read(0, REGISTER_GROUPS, words), E_INVALID);
    CHECK_EQUAL(trapeze_registers_read(0, UINT64_MAX, words), E_INVALID);
}

/* A process cannot jump into the kernel. */
static void test_start_in_the_kernel(void)
{
    static const uint64_t places[] = {0xffffffff80200000, 0xffffffc000000000, 0,
                                      1UL << 38, UINT64_MAX - 3};

    SAY("starting in the kernel's half: a fault, instruction page fault");
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct trapeze_message message = {.deadline = in_us(HANG_US)};
        struct actor *actor =
            actor_make(intruder, &(struct actor_options){.stopped = true});
        CHECK_EQUAL(sys_process_start(actor->process, places[i], places[i], 0, 0, 0),
                    0);
        CHECK_EQUAL(trapeze_recv(actors_supervisor(), &message), KIND_FAULT);
        CHECK_EQUAL(message.label, SCAUSE_INSTRUCTION_PAGE_FAULT);
        CHECK_EQUAL(trapeze_reply(message.token,
                                  &(struct trapeze_message){.label = VERDICT_KILL}),
                    0);
        CHECK_EQUAL(actor_end(actor).label, END_FAULTED);
    }
}

/* Killing its supervisor: it has a handle to the endpoint at most. */
static long assassin(struct actor *actor)
{
    actor->words[0] = (uint64_t)sys_process_kill(actor->handles[0]);
    actor->words[1] = (uint64_t)sys_object_destroy(actor->handles[0]);
    actor->words[2] = (uint64_t)sys_process_kill(actor->handles[1]);
    return 0;
}

static void test_assassin(uint64_t own_process)
{
    SAY("killing its supervisor: E_WRONG_TYPE, E_RIGHTS");
    struct actor *actor = actor_make(
        assassin, &(struct actor_options){.give = {actors_supervisor(), own_process}});
    actor_expect(actor, 0);
    CHECK_EQUAL((long)actor->words[0], E_WRONG_TYPE);
    CHECK_EQUAL((long)actor->words[1], E_RIGHTS);
    CHECK_EQUAL((long)actor->words[2], E_WRONG_TYPE);
}

static void test_numbers(void)
{
    struct trapeze_registers registers;

    SAY("calls that there are not: E_NO_SYSCALL");
    static const uint64_t numbers[] = {
        0, 7, 11, 18, 47, 1000, UINT64_MAX, 1UL << 63, 1UL << 32 | SYS_yield};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        memset(&registers, 0, sizeof(registers));
        registers.a7 = numbers[i];
        trapeze_ecall(&registers);
        CHECK_EQUAL((long)registers.a0, E_NO_SYSCALL);
    }
}

int main(void)
{
    actors_begin();
    endpoint = must(sys_endpoint_create());
    memory = must(sys_memory_create(4, 0));
    const struct balance before = balance_now();
    test_forged_handles();
    test_wrong_types();
    test_rights();
    test_intruder();
    test_tokens();
    test_grants();
    test_impostor();
    test_processes();
    test_start_in_the_kernel();
    test_assassin(memory);
    test_numbers();
    balance_check(&before);
    return finish(PROGRAM);
}
