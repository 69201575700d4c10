/* SPDX-License-Identifier: MIT
 *
 * Every system call: what it gives, and each of its errors.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze.h>

#include "check.h"

#define PROGRAM "test-syscalls"
#define IN_THE_PAST 1

static const long no_child[] = {-1, 0, INT64_MAX, INT64_MIN, 1000000};

static long make_child(const char *role)
{
    return trapeze_create(2, (char *[]){PROGRAM, (char *)role, NULL}, NULL);
}

static void test_self_and_info(void)
{
    CHECK(sys_process_self() > 0);
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
    CHECK_EQUAL(sys_kernel_info(INFO_LARGEST_RUN_PAGES + 1000), E_INVALID);
    CHECK_EQUAL(sys_kernel_info(-1), E_INVALID);
    CHECK_EQUAL(sys_kernel_info(INT64_MIN), E_INVALID);
}

static void test_create(void)
{
    long elf_error = 0;
    struct trapeze_child end;

    CHECK_EQUAL(sys_process_create(0, 0, 0, 0, 0), E_INVALID);
    CHECK_EQUAL(sys_process_create('?', 0, 0, 0, 0), E_NO_PROGRAM);
    CHECK_EQUAL(
        sys_process_create(UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX),
        E_NO_PROGRAM);
    CHECK_EQUAL(trapeze_create(1, (char *[]){"test-bad-elf", NULL}, &elf_error),
                E_BAD_PROGRAM);
    CHECK_EQUAL(elf_error, ELF_STACK_TOO_LARGE);

    long child = make_child("child");
    CHECK(child > sys_process_self());
    CHECK_EQUAL(sys_process_kill(child), 0);
    CHECK_EQUAL(trapeze_wait(child, TRAPEZE_NEVER, &end), child);
    CHECK_EQUAL(end.kind, END_KILLED);
}

static void test_argument(void)
{
    long child = make_child("child");
    struct trapeze_child end;

    for (size_t i = 0; i < sizeof(no_child) / sizeof(no_child[0]); i++)
        CHECK_EQUAL(sys_process_argument(no_child[i], 1, 0, 0, 0, 0), E_NO_PROCESS);
    CHECK_EQUAL(sys_process_argument(sys_process_self(), 1, 0, 0, 0, 0), E_NO_PROCESS);
    CHECK_EQUAL(sys_process_argument(child, 0, 0, 0, 0, 0), E_INVALID);
    CHECK_EQUAL(sys_process_argument(child, 33, 0, 0, 0, 0), E_INVALID);
    CHECK_EQUAL(sys_process_argument(child, SIZE_MAX, 0, 0, 0, 0), E_INVALID);

    size_t length = strlen(PROGRAM) + 1 + strlen("child") + 1;
    for (; length + 32 <= MAX_ARGUMENT_BYTES; length += 32)
        CHECK_EQUAL(sys_process_argument(child, 32, 0, 0, 0, 0), 0);
    CHECK_EQUAL(sys_process_argument(child, 32, 0, 0, 0, 0), E_TOO_LONG);
    CHECK_EQUAL(sys_process_argument(child, MAX_ARGUMENT_BYTES - length, 0, 0, 0, 0),
                0);
    CHECK_EQUAL(sys_process_argument(child, 1, 0, 0, 0, 0), E_TOO_LONG);
    CHECK_EQUAL(sys_process_start(child), 0);
    CHECK_EQUAL(sys_process_argument(child, 1, 0, 0, 0, 0), E_BAD_STATE);
    CHECK_EQUAL(trapeze_wait(child, TRAPEZE_NEVER, &end), child);
    CHECK_EQUAL(end.kind, END_EXITED);
    CHECK_EQUAL(end.status, 5);
}

static void test_start(void)
{
    long child = make_child("child");
    struct trapeze_child end;

    for (size_t i = 0; i < sizeof(no_child) / sizeof(no_child[0]); i++)
        CHECK_EQUAL(sys_process_start(no_child[i]), E_NO_PROCESS);
    CHECK_EQUAL(sys_process_argument(child, 1, 'x', 0, 0, 0), 0);
    CHECK_EQUAL(sys_process_start(child), E_INVALID);
    CHECK_EQUAL(sys_process_argument(child, 1, 0, 0, 0, 0), 0);
    CHECK_EQUAL(sys_process_start(child), 0);
    CHECK_EQUAL(sys_process_start(child), E_BAD_STATE);
    CHECK_EQUAL(trapeze_wait(child, TRAPEZE_NEVER, &end), child);
    CHECK_EQUAL(sys_process_start(child), E_NO_PROCESS);
}

static void test_wait(void)
{
    uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    struct trapeze_child end;

    CHECK_EQUAL(trapeze_wait(0, TRAPEZE_NEVER, &end), E_NO_PROCESS);
    CHECK_EQUAL(trapeze_wait(sys_process_self(), TRAPEZE_NEVER, &end), E_NO_PROCESS);
    CHECK_EQUAL(trapeze_wait(-1, IN_THE_PAST, &end), E_NO_PROCESS);

    long child = make_child("child");
    CHECK_EQUAL(trapeze_wait(child, IN_THE_PAST, &end), E_TIMEOUT);
    CHECK_EQUAL(trapeze_wait(0, IN_THE_PAST, &end), E_TIMEOUT);
    uint64_t deadline = trapeze_time() + hz / 100;
    CHECK_EQUAL(trapeze_wait(child, deadline, &end), E_TIMEOUT);
    CHECK(trapeze_time() >= deadline);
    CHECK_EQUAL(sys_process_start(child), 0);
    CHECK_EQUAL(trapeze_wait(0, trapeze_time() + 10 * hz, &end), child);
    CHECK_EQUAL(end.process, child);
    CHECK_EQUAL(end.kind, END_EXITED);
    CHECK_EQUAL(end.status, 5);
    CHECK_EQUAL(trapeze_wait(child, IN_THE_PAST, &end), E_NO_PROCESS);

    long first = make_child("child"), second = make_child("fault");
    sys_process_start(first);
    sys_process_start(second);
    CHECK_EQUAL(trapeze_wait(second, TRAPEZE_NEVER, &end), second);
    CHECK_EQUAL(end.kind, END_FAULTED);
    CHECK_EQUAL(end.scause, 13);
    CHECK_EQUAL(end.value, 8);
    CHECK_EQUAL(trapeze_wait(0, TRAPEZE_NEVER, &end), first);
}

static void test_kill(void)
{
    struct trapeze_child end;
    char parent[24];

    for (size_t i = 0; i < sizeof(no_child) / sizeof(no_child[0]); i++)
        CHECK_EQUAL(sys_process_kill(no_child[i]), E_NO_PROCESS);
    CHECK_EQUAL(sys_process_kill(sys_process_self()), E_NO_PROCESS);

    static const char *const roles[] = {"spin", "sleep", "yield"};
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        long child = make_child(roles[i]);
        sys_process_start(child);
        trapeze_sleep_until(trapeze_time() + 100000);
        CHECK_EQUAL(sys_process_kill(child), 0);
        CHECK_EQUAL(trapeze_wait(child, TRAPEZE_NEVER, &end), child);
        CHECK_EQUAL(end.kind, END_KILLED);
        CHECK_EQUAL(sys_process_kill(child), E_NO_PROCESS);
    }

    /* A child has no power over its parent. */
    snprintf(parent, sizeof(parent), "%ld", sys_process_self());
    long child = trapeze_spawn(3, (char *[]){PROGRAM, "attack", parent, NULL});
    CHECK_EQUAL(trapeze_wait(child, TRAPEZE_NEVER, &end), child);
    CHECK_EQUAL(end.kind, END_EXITED);
    CHECK_EQUAL(end.status, 0);
}

static void test_sleep(void)
{
    CHECK_EQUAL(trapeze_sleep_until(TRAPEZE_NEVER), E_INVALID);
    CHECK_EQUAL(trapeze_sleep_until(IN_THE_PAST), 0);
    uint64_t deadline = trapeze_time() + 50000;
    CHECK_EQUAL(trapeze_sleep_until(deadline), 0);
    CHECK(trapeze_time() >= deadline);
}

static void test_memory(void)
{
    static const size_t too_many[] = {(size_t)1 << 26, (size_t)1 << 52, (size_t)1 << 63,
                                      SIZE_MAX};
    long end = sys_memory_extend(0);

    CHECK_EQUAL(end % (long)PAGE_BYTES, 0);
    for (size_t i = 0; i < sizeof(too_many) / sizeof(too_many[0]); i++)
        CHECK_EQUAL(sys_memory_extend(too_many[i]), E_NO_MEMORY);
    CHECK_EQUAL(sys_memory_extend((size_t)sys_kernel_info(INFO_FREE_PAGES) + 1),
                E_NO_MEMORY);
    CHECK_EQUAL(sys_memory_extend(0), end); /* a call that fails has done nothing */
    CHECK_EQUAL(sys_memory_extend(3), end);
    CHECK_EQUAL(sys_memory_extend(0), end + 3 * (long)PAGE_BYTES);
    unsigned char *pages = (unsigned char *)end, sum = 0;
    for (size_t i = 0; i < 3 * PAGE_BYTES; i++)
        sum |= pages[i];
    CHECK_EQUAL(sum, 0);
    memset(pages, 0xa5, 3 * PAGE_BYTES);
    CHECK_EQUAL(pages[3 * PAGE_BYTES - 1], 0xa5);
}

static void test_debug_write(void)
{
    CHECK_EQUAL(sys_debug_write(0, 0, 0, 0, 0, 0), E_INVALID);
    CHECK_EQUAL(sys_debug_write(41, 0, 0, 0, 0, 0), E_INVALID);
    CHECK_EQUAL(sys_debug_write(SIZE_MAX, 0, 0, 0, 0, 0), E_INVALID);
    static const char line[] = PROGRAM ": exactly forty characters\n";
    trapeze_console_write(line, sizeof(line) - 1);
}

static volatile char *volatile bad_address = (volatile char *)8;

static int child(int argc, char *argv[])
{
    const char *role = argv[1];

    if (strcmp(role, "fault") == 0)
        return *bad_address;
    if (strcmp(role, "attack") == 0) {
        long parent = strtol(argv[argc - 1], NULL, 10);
        struct trapeze_child end;
        return sys_process_kill(parent) != E_NO_PROCESS ||
               sys_process_start(parent) != E_NO_PROCESS ||
               trapeze_wait(parent, IN_THE_PAST, &end) != E_NO_PROCESS;
    }
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
        return child(argc, argv);
    test_self_and_info();
    test_create();
    test_argument();
    test_start();
    test_wait();
    test_kill();
    test_sleep();
    test_memory();
    test_debug_write();
    return check_end(PROGRAM);
}
