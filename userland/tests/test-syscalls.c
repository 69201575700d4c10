/* SPDX-License-Identifier: MIT
 *
 * Every system call that a program without special handles can make: what it gives, and
 * its simple errors.
 */
#include <stdint.h>
#include <string.h>

#include <trapeze.h>
#include <trapeze/program.h>

#include "children.h"

#define PROGRAM "test-syscalls"
#define IN_THE_PAST 1U
#define NO_HANDLE UINT64_C(0x123456789)
#define PLACE UINT64_C(0x1000000000) /* an address with nothing near it */
#define READ_WRITE (RIGHT_READ | RIGHT_WRITE)

static uint64_t endpoint; /* handles that most tests use */
static uint64_t memory;   /* of four pages */

static uint64_t duplicate(uint64_t handle, uint64_t rights, uint64_t badge)
{
    const long made = sys_handle_duplicate(handle, rights, badge);

    CHECK(made > 0);
    return (uint64_t)made;
}

static void test_self_and_info(void)
{
    CHECK(sys_process_self() > 1); /* that is init */
    CHECK_EQUAL(sys_yield(), 0);
    CHECK_EQUAL(sys_kernel_info(INFO_ABI_VERSION), TRAPEZE_ABI_VERSION);
#define INFO(item, name, meaning) CHECK(sys_kernel_info(name) >= 0);
#include <trapeze/info.def>
#undef INFO
    CHECK(sys_kernel_info(INFO_MEMORY_BYTES) >= 32 << 20);
    CHECK(sys_kernel_info(INFO_FREE_PAGES) * (long)PAGE_BYTES <
          sys_kernel_info(INFO_MEMORY_BYTES));
    CHECK(sys_kernel_info(INFO_LARGEST_RUN_PAGES) <= sys_kernel_info(INFO_FREE_PAGES));
    CHECK(sys_kernel_info(INFO_HART) < 64);
    CHECK(sys_kernel_info(INFO_TIMEBASE_HZ) > 0);
    CHECK(sys_kernel_info(INFO_PROCESSES) > 1);
    CHECK(sys_kernel_info(INFO_SCHEDULER) <= SCHEDULER_STRIDE);
    CHECK_EQUAL(sys_kernel_info(INFO_IDLE_CYCLES + 1000), E_INVALID);
    CHECK_EQUAL(sys_kernel_info(-1), E_INVALID);
    CHECK_EQUAL(sys_kernel_info(INT64_MIN), E_INVALID);
}

static void test_handles(void)
{
    struct trapeze_handle facts;
    const uint64_t badged = duplicate(endpoint, RIGHT_SEND | RIGHT_SIGNAL, 6);

    CHECK_EQUAL(trapeze_handle_inspect(badged, &facts), 0);
    CHECK_EQUAL(facts.type, OBJECT_ENDPOINT);
    CHECK_EQUAL(facts.rights, RIGHT_SEND | RIGHT_SIGNAL);
    CHECK_EQUAL(facts.badge, 6);
    CHECK_EQUAL(trapeze_handle_inspect(memory, &facts), 0);
    CHECK_EQUAL(facts.type, OBJECT_MEMORY);
    CHECK_EQUAL(facts.number, 4);
    CHECK_EQUAL(trapeze_handle_inspect(NO_HANDLE, &facts), E_BAD_HANDLE);
    CHECK_EQUAL(trapeze_handle_inspect(0, &facts), E_BAD_HANDLE);

    CHECK_EQUAL(sys_handle_duplicate(badged, RIGHT_RECEIVE, 0), E_RIGHTS);
    CHECK_EQUAL(sys_handle_duplicate(badged, RIGHT_SEND, 7), E_BADGE);
    CHECK_EQUAL(sys_handle_duplicate(NO_HANDLE, 0, 0), E_BAD_HANDLE);
    const uint64_t again = duplicate(badged, RIGHT_SEND, 0);
    CHECK_EQUAL(trapeze_handle_inspect(again, &facts), 0);
    CHECK_EQUAL(facts.badge, 6);

    CHECK_EQUAL(sys_handle_close(again), 0);
    CHECK_EQUAL(sys_handle_close(again), E_BAD_HANDLE);
    CHECK_EQUAL(sys_signal(again), E_BAD_HANDLE);
    CHECK(duplicate(badged, RIGHT_SEND, 0) != again); /* the same place in the table */
    CHECK_EQUAL(sys_handle_close(badged), 0);
}

static void test_destroy(void)
{
    const uint64_t mine = (uint64_t)sys_endpoint_create();
    const uint64_t other = duplicate(mine, RIGHT_SEND, 1);

    CHECK_EQUAL(sys_object_destroy(NO_HANDLE), E_BAD_HANDLE);
    CHECK_EQUAL(sys_object_destroy(trapeze_inherited("console")), E_RIGHTS);
    CHECK_EQUAL(sys_object_destroy(mine), 0);
    CHECK_EQUAL(sys_object_destroy(mine), E_GONE);
    CHECK_EQUAL(sys_signal(other), E_GONE);
    CHECK_EQUAL(sys_handle_duplicate(other, RIGHT_SEND, 0), E_GONE);
    CHECK_EQUAL(sys_handle_close(other), 0);
    CHECK_EQUAL(sys_handle_close(mine), 0);
}

/* Messages: those of which no other process is needed. */
static void test_messages(void)
{
    struct trapeze_message message = {.deadline = IN_THE_PAST};
    const uint64_t bits = duplicate(endpoint, RIGHT_SIGNAL, 5);

    CHECK_EQUAL(trapeze_recv(0, &(struct trapeze_message){0}), E_INVALID);
    CHECK_EQUAL(trapeze_recv(0, &message), E_TIMEOUT);
    CHECK_EQUAL(trapeze_recv(endpoint, &message), E_TIMEOUT);
    CHECK_EQUAL(trapeze_recv(NO_HANDLE, &message), E_BAD_HANDLE);
    CHECK_EQUAL(trapeze_recv(memory, &message), E_WRONG_TYPE);
    CHECK_EQUAL(trapeze_recv(bits, &message), E_RIGHTS);
    CHECK_EQUAL(trapeze_send(endpoint, &message), E_TIMEOUT);
    CHECK_EQUAL(trapeze_send(bits, &message), E_RIGHTS);
    CHECK_EQUAL(trapeze_call(endpoint, &message), E_TIMEOUT);
    CHECK_EQUAL(trapeze_call(0, &message), E_BAD_HANDLE);
    CHECK_EQUAL(trapeze_reply(0, &message), E_BAD_TOKEN);
    CHECK_EQUAL(trapeze_reply(NO_HANDLE, &message), E_BAD_TOKEN);
    message.token = UINT64_MAX;
    CHECK_EQUAL(trapeze_reply_recv(endpoint, &message), E_BAD_TOKEN);

    CHECK_EQUAL(sys_signal(endpoint), 0); /* no badge: no bits */
    CHECK_EQUAL(trapeze_recv(endpoint, &message), E_TIMEOUT);
    CHECK_EQUAL(sys_signal(bits), 0);
    CHECK_EQUAL(sys_signal(bits), 0);
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_SIGNAL);
    CHECK_EQUAL(message.label, 5);
    CHECK_EQUAL(message.token, 0);
    CHECK_EQUAL(trapeze_recv(endpoint, &message), E_TIMEOUT);
    CHECK_EQUAL(sys_signal(memory), E_WRONG_TYPE);
    CHECK_EQUAL(sys_handle_close(bits), 0);

    const uint64_t deadline = trapeze_time() + 50000;
    CHECK_EQUAL(trapeze_recv(endpoint, &(struct trapeze_message){.deadline = deadline}),
                E_TIMEOUT);
    CHECK(trapeze_time() >= deadline);
    CHECK_EQUAL(trapeze_sleep_until(TRAPEZE_NEVER), E_INVALID);
    CHECK_EQUAL(trapeze_sleep_until(IN_THE_PAST), 0);
}

/* A child's side of test_conversation(). */
static int converse(void)
{
    const uint64_t server = trapeze_inherited("server");
    struct trapeze_message message = {.label = 10, .words = {1, 2, 3, 4}};

    if (trapeze_send(server, &message) != 0)
        return 1;
    message.grant = (uint64_t)sys_endpoint_create();
    if (trapeze_call(server, &message) != KIND_MESSAGE || message.label != 20 ||
        message.words[3] != 8)
        return 2;
    message = (struct trapeze_message){.label = 11};
    if (trapeze_call(server, &message) !=
        KIND_MESSAGE) /* the endpoint is gone by then */
        return 3;
    return trapeze_call(server, &message) == E_GONE ? 5 : 4;
}

static long spawn_role(const char *role, const char *name, uint64_t handle)
{
    const struct trapeze_spawn_handle handles[] = {{name, handle}, {NULL, 0}};
    const struct trapeze_spawn_options options = {.priority = -1, .handles = handles};

    return trapeze_spawn_with(2, (char *[]){PROGRAM, (char *)role, NULL}, &options);
}

static void test_conversation(void)
{
    const uint64_t server = (uint64_t)sys_endpoint_create();
    const uint64_t client = duplicate(server, RIGHT_SEND, 9);
    struct trapeze_message message = {.welcome = 1};
    struct trapeze_handle facts;

    const long child = spawn_role("converse", "server", client);
    CHECK(child > 0);
    CHECK_EQUAL(trapeze_recv(server, &message), KIND_MESSAGE); /* its send */
    CHECK_EQUAL(message.label, 10);
    CHECK_EQUAL(message.words[3], 4);
    CHECK_EQUAL(message.badge, 9);
    CHECK_EQUAL(message.token, 0);

    CHECK_EQUAL(trapeze_recv(server, &message), KIND_MESSAGE); /* its first call */
    const uint64_t token = message.token;
    CHECK(token != 0 && message.grant != 0);
    CHECK_EQUAL(trapeze_handle_inspect(message.grant, &facts), 0);
    CHECK_EQUAL(facts.type, OBJECT_ENDPOINT);
    message = (struct trapeze_message){.label = 20, .words = {5, 6, 7, 8}};
    CHECK_EQUAL(trapeze_reply(token, &message), 0);
    CHECK_EQUAL(trapeze_reply(token, &message), E_GONE);

    CHECK_EQUAL(trapeze_recv(server, &message), KIND_MESSAGE); /* and its second */
    CHECK_EQUAL(message.label, 11);
    CHECK_EQUAL(sys_object_destroy(server), 0);
    CHECK_EQUAL(trapeze_reply(message.token, &message), 0);
    expect_exit(child, 5);
    CHECK_EQUAL(sys_handle_close(client), 0);
}

static void test_memory(void)
{
    static const size_t counts[] = {0, MEMORY_PAGES_MAX + 1, (size_t)1 << 52, SIZE_MAX};

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        CHECK_EQUAL(sys_memory_create(counts[i], 0), E_INVALID);
    CHECK_EQUAL(sys_memory_create(1, 2), E_INVALID);
    CHECK_EQUAL(sys_memory_create(MEMORY_PAGES_MAX, 0), E_NO_MEMORY);

    const long first = sys_memory_map(memory, 0, PLACE, 0, 4, READ_WRITE);
    CHECK(first > 0);
    unsigned char *bytes = (unsigned char *)PLACE, sum = 0;
    for (size_t i = 0; i < 4 * PAGE_BYTES; i++)
        sum |= bytes[i];
    CHECK_EQUAL(sum, 0);
    bytes[4 * PAGE_BYTES - 1] = 0xa5;
    CHECK_EQUAL(sys_memory_map(memory, 0, PLACE + 3 * PAGE_BYTES, 0, 1, RIGHT_READ),
                E_OVERLAP);
    const long second =
        sys_memory_map(memory, 0, PLACE + 8 * PAGE_BYTES, 3, 1, RIGHT_READ);
    CHECK(second > 0);
    CHECK_EQUAL(bytes[9 * PAGE_BYTES - 1], 0xa5);

    CHECK_EQUAL(sys_memory_protect(0, (uint64_t)first, RIGHT_READ), 0);
    CHECK_EQUAL(sys_memory_protect(0, (uint64_t)first, RIGHT_WRITE | RIGHT_EXECUTE),
                E_INVALID);
    CHECK_EQUAL(sys_memory_protect(0, (uint64_t)second, READ_WRITE), 0);
    CHECK_EQUAL(sys_memory_unmap(0, (uint64_t)first), 0);
    CHECK_EQUAL(sys_memory_unmap(0, (uint64_t)first), E_INVALID);
    CHECK_EQUAL(sys_memory_protect(0, (uint64_t)first, RIGHT_READ), E_INVALID);
    CHECK_EQUAL(sys_memory_unmap(0, (uint64_t)second), 0);

    const long physical = sys_memory_physical(memory, 3);
    CHECK(physical > 0 && physical % (long)PAGE_BYTES == 0);
    CHECK_EQUAL(sys_memory_physical(memory, 4), E_INVALID);
}

static void test_map_errors(void)
{
    static const struct {
        uint64_t address, first_page, page_count, rights;
    } bad[] = {
        {PLACE + 1, 0, 1, RIGHT_READ},
        {0, 0, 1, RIGHT_READ},
        {USER_TOP, 0, 1, RIGHT_READ},
        {USER_TOP - PAGE_BYTES, 0, 2, RIGHT_READ},
        {UINT64_C(0xffffffff80000000), 0, 1, RIGHT_READ},
        {PLACE, 0, 0, RIGHT_READ},
        {PLACE, 0, 5, RIGHT_READ},
        {PLACE, 4, 1, RIGHT_READ},
        {PLACE, UINT64_MAX, 2, RIGHT_READ},
        {PLACE, 0, MAP_PAGES_MAX + 1, RIGHT_READ},
        {PLACE, 0, 1, RIGHT_SEND},
        {PLACE, 0, 1, RIGHT_WRITE | RIGHT_EXECUTE},
    };
    const uint64_t readable = duplicate(memory, RIGHT_READ, 0);

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (!CHECK_EQUAL(sys_memory_map(memory, 0, bad[i].address, bad[i].first_page,
                                        bad[i].page_count, bad[i].rights),
                         E_INVALID))
            printf("    row %zu\n", i);
    CHECK_EQUAL(sys_memory_map(readable, 0, PLACE, 0, 1, READ_WRITE), E_RIGHTS);
    CHECK_EQUAL(sys_memory_map(endpoint, 0, PLACE, 0, 1, RIGHT_READ), E_WRONG_TYPE);
    CHECK_EQUAL(sys_memory_map(memory, endpoint, PLACE, 0, 1, RIGHT_READ),
                E_WRONG_TYPE);
    CHECK_EQUAL(sys_memory_map(NO_HANDLE, 0, PLACE, 0, 1, RIGHT_READ), E_BAD_HANDLE);
    CHECK_EQUAL(sys_memory_physical(readable, 0), E_RIGHTS);
    CHECK_EQUAL(sys_handle_close(readable), 0);
}

static void test_create(void)
{
    CHECK_EQUAL(sys_process_create(0, 0, PROCESS_PAGES_MIN - 1, 0, 0, 0), E_INVALID);
    CHECK_EQUAL(sys_process_create(0, 0, PROCESS_PAGES_MIN, 0, PRIORITIES, 0),
                E_INVALID);
    CHECK_EQUAL(sys_process_create(0, 0, PROCESS_PAGES_MIN, 0, PRIORITIES - 1, 0),
                E_RIGHTS);
    CHECK_EQUAL(sys_process_create(0, 0, UINT64_MAX, 0, 0, 0), E_NO_MEMORY);
    CHECK_EQUAL(sys_process_create(0, 0, PROCESS_PAGES_MIN, UINT64_MAX, 0, 0),
                E_NO_SLOT);
    CHECK_EQUAL(sys_process_create(NO_HANDLE, 0, PROCESS_PAGES_MIN, 0, 0, 0),
                E_BAD_HANDLE);
    CHECK_EQUAL(sys_process_create(memory, 0, PROCESS_PAGES_MIN, 0, 0, 0),
                E_WRONG_TYPE);
    const uint64_t badged = duplicate(endpoint, RIGHT_SEND, 3);
    CHECK_EQUAL(sys_process_create(badged, 4, PROCESS_PAGES_MIN, 0, 0, 0), E_BADGE);
    CHECK_EQUAL(sys_handle_close(badged), 0);
}

/* An empty process, which runs into a fault at once, and then is ended. */
static void test_process(void)
{
    uint64_t words[4];
    struct trapeze_message message = {.deadline = TRAPEZE_NEVER};
    const long made = sys_process_create(endpoint, 77, 16, 4, 1, 'x');
    const uint64_t process = (uint64_t)made;

    CHECK(made > 0);
    CHECK_EQUAL(trapeze_process_inspect(process, INSPECT_STATE, words), 0);
    CHECK_EQUAL(words[0], STATE_STOPPED);
    CHECK_EQUAL(words[3], 'x');
    CHECK_EQUAL(trapeze_process_inspect(process, INSPECT_BUDGET, words), 0);
    CHECK_EQUAL(words[1], 16);
    CHECK_EQUAL(words[3], 4);
    CHECK_EQUAL(trapeze_process_inspect(process, INSPECT_OBJECTS + 1, words),
                E_INVALID);

    CHECK_EQUAL(sys_registers_write(process, 1, 11, 12, 13, 14), 0);
    CHECK_EQUAL(trapeze_registers_read(process, 1, words), 0);
    CHECK_EQUAL(words[3], 14);
    CHECK_EQUAL(trapeze_registers_read(process, REGISTER_GROUPS, words), E_INVALID);
    CHECK(sys_process_give(process, memory) > 0);
    CHECK_EQUAL(sys_process_give(process, NO_HANDLE), E_BAD_HANDLE);
    CHECK_EQUAL(sys_object_destroy(process), E_WRONG_TYPE);

    CHECK_EQUAL(sys_process_start(process, PLACE, 0, 0, 0, 0), 0);
    CHECK_EQUAL(sys_process_start(process, PLACE, 0, 0, 0, 0), E_BAD_STATE);
    CHECK_EQUAL(trapeze_registers_read(process, 1, words), E_BAD_STATE);
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_FAULT);
    CHECK_EQUAL(message.badge, 77);
    CHECK_EQUAL(message.label, SCAUSE_INSTRUCTION_PAGE_FAULT);
    CHECK_EQUAL(message.words[0], PLACE);
    CHECK_EQUAL(message.words[1], PLACE);
    CHECK_EQUAL(trapeze_registers_read(process, 0, words), 0);
    CHECK_EQUAL(words[0], PLACE);
    const struct trapeze_message verdict = {.label = VERDICT_KILL + 1};
    CHECK_EQUAL(trapeze_reply(message.token, &verdict), E_INVALID);

    CHECK_EQUAL(sys_process_kill(process), 0);
    CHECK_EQUAL(trapeze_recv(endpoint, &message), KIND_END);
    CHECK_EQUAL(message.badge, 77);
    CHECK_EQUAL(message.label, END_KILLED);
    CHECK_EQUAL(sys_process_kill(process), E_GONE);
    CHECK_EQUAL(sys_handle_close(process), 0);
}

static void test_priority_and_limit(void)
{
    uint64_t words[4];
    const long child = make_child(PROGRAM, "child", 0);
    const uint64_t process = (uint64_t)child;

    CHECK_EQUAL(trapeze_process_inspect(0, INSPECT_SCHEDULE, words), 0);
    const uint64_t own = words[0];
    CHECK_EQUAL(sys_process_priority(process, own + 1), E_RIGHTS);
    CHECK_EQUAL(sys_process_priority(process, PRIORITIES), E_INVALID);
    CHECK_EQUAL(sys_process_priority(process, own - 1), 0);
    CHECK_EQUAL(sys_process_limit(process, 2, 1), E_INVALID);
    CHECK_EQUAL(sys_process_limit(process, 0, 1000), E_INVALID);
    CHECK_EQUAL(sys_process_limit(process, 5000, 10000), 0);
    CHECK_EQUAL(trapeze_process_inspect(process, INSPECT_SCHEDULE, words), 0);
    CHECK_EQUAL(words[0], own - 1);
    CHECK_EQUAL(words[2], 5000);
    CHECK_EQUAL(words[3], 10000);
    CHECK_EQUAL(sys_process_limit(process, 0, 0), 0);
    CHECK_EQUAL(sys_process_limit(endpoint, 0, 0), E_WRONG_TYPE);
    CHECK_EQUAL(sys_process_pin(process, 1000), E_INVALID);
    CHECK_EQUAL(sys_process_pin(process, (uint64_t)sys_kernel_info(INFO_HART)), 0);
    CHECK_EQUAL(sys_process_pin(process, HART_ANY), 0);
    CHECK_EQUAL(sys_process_pin(endpoint, HART_ANY), E_WRONG_TYPE);
    CHECK_EQUAL(sys_process_pin(NO_HANDLE, HART_ANY), E_BAD_HANDLE);
    CHECK_EQUAL(sys_process_priority(NO_HANDLE, 0), E_BAD_HANDLE);
    kill_child(child);
}

/* Whoever has no handle to the machine has no power over it. */
static void test_machine(void)
{
    CHECK_EQUAL(sys_machine_off(endpoint, 0), E_WRONG_TYPE);
    CHECK_EQUAL(sys_machine_off(NO_HANDLE, 0), E_BAD_HANDLE);
    CHECK_EQUAL(sys_device_create(memory, 0x10000000, 1), E_WRONG_TYPE);
    CHECK_EQUAL(sys_irq_create(0, 10), E_BAD_HANDLE);
    CHECK_EQUAL(sys_irq_bind(endpoint, endpoint), E_WRONG_TYPE);
    CHECK_EQUAL(sys_irq_ack(NO_HANDLE), E_BAD_HANDLE);
    CHECK_EQUAL(sys_log_write(memory, 1, 0, 0, 0, 0, 0), E_WRONG_TYPE);
    CHECK_EQUAL(sys_log_claim(NO_HANDLE, 1), E_BAD_HANDLE);
}

static void test_wait(void)
{
    const uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    struct trapeze_child end;

    CHECK_EQUAL(trapeze_wait(0, TRAPEZE_NEVER, &end), E_BAD_HANDLE);
    CHECK_EQUAL(trapeze_wait(-1, IN_THE_PAST, &end), E_BAD_HANDLE);
    CHECK_EQUAL(trapeze_wait((long)endpoint, IN_THE_PAST, &end), E_BAD_HANDLE);

    const long child = make_child(PROGRAM, "child", 0);
    CHECK_EQUAL(trapeze_wait(child, IN_THE_PAST, &end), E_TIMEOUT);
    CHECK_EQUAL(trapeze_wait(0, trapeze_time() + hz / 100, &end), E_TIMEOUT);
    CHECK_EQUAL(trapeze_start_spawned(child), 0);
    CHECK_EQUAL(trapeze_wait(0, trapeze_time() + 10 * hz, &end), child);
    CHECK_EQUAL(end.process, child);
    CHECK_EQUAL(end.kind, END_EXITED);
    CHECK_EQUAL(end.status, 5);
    CHECK_EQUAL(trapeze_wait(child, IN_THE_PAST, &end), E_BAD_HANDLE);

    const long first = start_child(PROGRAM, "child", 0);
    const long second = start_child(PROGRAM, "fault", 0);
    CHECK_EQUAL(trapeze_wait(second, TRAPEZE_NEVER, &end), second);
    CHECK_EQUAL(end.kind, END_FAULTED);
    CHECK_EQUAL(end.scause, SCAUSE_LOAD_PAGE_FAULT);
    CHECK_EQUAL(end.value, 8);
    CHECK_EQUAL(trapeze_wait(0, TRAPEZE_NEVER, &end), first);
}

static void test_kill(void)
{
    static const char *const roles[] = {"spin", "sleep", "yield"};

    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        const long child = start_child(PROGRAM, roles[i], 0);
        trapeze_sleep_until(trapeze_time() + 100000);
        kill_child(child);
        CHECK_EQUAL(trapeze_kill(child), E_BAD_HANDLE);
    }
}

static void test_spawn(void)
{
    static char long_argument[TRAPEZE_STARTUP_BYTES];

    memset(long_argument, 'x', sizeof(long_argument) - 1);
    CHECK_EQUAL(trapeze_spawn(0, NULL), E_INVALID);
    CHECK_EQUAL(trapeze_spawn(1, (char *[]){"no-such-program", NULL}),
                SPAWN_NO_PROGRAM);
    CHECK_EQUAL(trapeze_spawn(1, (char *[]){"test-bad-elf", NULL}),
                SPAWN_BAD_PROGRAM - ELF_STACK_TOO_LARGE);
    CHECK_EQUAL(trapeze_spawn(2, (char *[]){PROGRAM, long_argument, NULL}),
                SPAWN_TOO_LONG);
    const struct trapeze_spawn_options hungry = {.pages = UINT64_C(1) << 40,
                                                 .priority = -1};
    CHECK_EQUAL(trapeze_spawn_with(1, (char *[]){"trivial", NULL}, &hungry),
                E_NO_MEMORY);
    CHECK_EQUAL(trapeze_start_spawned((long)endpoint), E_BAD_HANDLE);
    CHECK_EQUAL(trapeze_collect((long)endpoint), E_BAD_HANDLE);
}

static volatile char *volatile bad_address = (volatile char *)8;

static int child(const char *role)
{
    if (strcmp(role, "fault") == 0)
        return *bad_address;
    if (strcmp(role, "converse") == 0)
        return converse();
    while (strcmp(role, "spin") == 0)
        __asm__ volatile("");
    while (strcmp(role, "yield") == 0)
        sys_yield();
    while (strcmp(role, "sleep") == 0)
        trapeze_sleep_until(UINT64_MAX);
    return 5;
}

int main(int argc, char *argv[])
{
    if (argc > 1)
        return child(argv[1]);
    endpoint = (uint64_t)sys_endpoint_create();
    memory = (uint64_t)sys_memory_create(4, 0);
    test_self_and_info();
    test_handles();
    test_destroy();
    test_messages();
    test_conversation();
    test_memory();
    test_map_errors();
    test_create();
    test_process();
    test_priority_and_limit();
    test_machine();
    test_wait();
    test_kill();
    test_spawn();
    return check_end(PROGRAM);
}
