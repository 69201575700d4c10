/* SPDX-License-Identifier: MIT
 *
 * Nobody outlives its parent: when a process ends, however it does, its descendants
 * have ended before, whatever they were doing, and every page is back: the second time,
 * since the tables of handles and of children keep the pages by which they grow.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "children.h"

#define PROGRAM "test-orphans"
#define DEPTH 30U
#define DESCENDANTS (DEPTH + 10U) /* of any family here, and some room */

/* Lets the others run: as many slices as there are processes that want the CPU will do.
 */
static void sleep_for_slices(uint64_t count)
{
    trapeze_sleep_until(trapeze_time() +
                        count * (uint64_t)sys_kernel_info(INFO_SLICE_TICKS));
}

/* One child in each state that a process can be in. */
static void start_all_kinds(void)
{
    make_child(PROGRAM, "spin", 0); /* stopped */
    start_child(PROGRAM, "spin", 0);
    start_child(PROGRAM, "yield", 0);
    start_child(PROGRAM, "sleep", 0);
    start_child(PROGRAM, "receive", 0);
    start_child(PROGRAM, "send", 0);
    start_child(PROGRAM, "call", 0);
    start_child(PROGRAM, "fault", 0); /* and nobody hears of it */
    start_family(PROGRAM, "wait", 0, 1);
    start_child(PROGRAM, "exit", 0); /* ended, and nobody waits for it */
    sleep_for_slices(6);
}

static int child(const char *role, unsigned number)
{
    const uint64_t endpoint = (uint64_t)sys_endpoint_create();
    struct trapeze_message message = {.deadline = TRAPEZE_NEVER};
    struct trapeze_child end;

    if (strcmp(role, "spin-chain") == 0 && number > 0)
        start_family(PROGRAM, "spin-chain", number - 1, number - 1);
    while (strncmp(role, "spin", 4) == 0)
        __asm__ volatile("");
    while (strcmp(role, "yield") == 0)
        sys_yield();
    while (strcmp(role, "sleep") == 0)
        trapeze_sleep_until(UINT64_MAX);
    if (strcmp(role, "receive") == 0)
        trapeze_recv(endpoint, &message);
    if (strcmp(role, "send") == 0)
        trapeze_send(endpoint, &message);
    if (strcmp(role, "call") == 0)
        trapeze_call(endpoint, &message);
    if (strcmp(role, "chain") == 0 && number > 0)
        trapeze_wait(start_family(PROGRAM, "chain", number - 1, number), TRAPEZE_NEVER,
                     &end);
    if (strcmp(role, "wait") == 0 || strcmp(role, "chain") == 0)
        trapeze_wait(start_child(PROGRAM, "sleep", 0), TRAPEZE_NEVER, &end);
    if (strncmp(role, "family", 6) == 0)
        start_all_kinds();
    if (strcmp(role, "family-fault") == 0 || strcmp(role, "fault") == 0)
        __builtin_trap();
    if (strcmp(role, "family-stay") == 0)
        trapeze_sleep_until(UINT64_MAX);
    return 3;
}

/* Gives the pages that are free afterwards. */
static long end_family(const char *role, unsigned number, bool kill,
                       enum trapeze_end kind)
{
    long processes = sys_kernel_info(INFO_PROCESSES);
    struct trapeze_child end;

    long child = start_family(PROGRAM, role, number, DESCENDANTS);
    if (kill) {
        sleep_for_slices(20);
        CHECK(sys_kernel_info(INFO_PROCESSES) > processes + 4);
        CHECK_EQUAL(trapeze_kill(child), 0);
    }
    CHECK_EQUAL(trapeze_wait(child, TRAPEZE_NEVER, &end), child);
    CHECK_EQUAL(end.kind, kind);
    CHECK_EQUAL(sys_kernel_info(INFO_PROCESSES), processes);
    return sys_kernel_info(INFO_FREE_PAGES);
}

static void test(const char *role, unsigned number, bool kill, enum trapeze_end kind)
{
    long free_pages = end_family(role, number, kill, kind);

    CHECK_EQUAL(end_family(role, number, kill, kind), free_pages);
}

/* All of them want the CPU, and none gets a slice more: a kill takes effect at once. */
static void test_that_a_kill_is_quick(void)
{
    const long processes = sys_kernel_info(INFO_PROCESSES);

    long child = start_family(PROGRAM, "spin-chain", DEPTH, DEPTH);
    while (sys_kernel_info(INFO_PROCESSES) < processes + (long)DEPTH + 1)
        sleep_for_slices(1);
    uint64_t start = trapeze_time();
    kill_child(child);
    CHECK(trapeze_time() - start < (uint64_t)sys_kernel_info(INFO_SLICE_TICKS));
}

int main(int argc, char *argv[])
{
    if (argc == 3)
        return child(argv[1], (unsigned)strtoul(argv[2], NULL, 10));
    test("family-exit", 0, false, END_EXITED);
    test("family-fault", 0, false, END_FAULTED);
    test("family-stay", 0, true, END_KILLED);
    test("chain", DEPTH, true, END_KILLED);
    test_that_a_kill_is_quick();
    return check_end(PROGRAM);
}
