/* SPDX-License-Identifier: MIT
 *
 * Deadlines: a sleeper wakes at its deadline and not before, several wake in the order
 * of their deadlines and not of their start, a wait times out, and the hart idles
 * meanwhile.
 */
#include <stdint.h>
#include <stdlib.h>

#include "children.h"

#define PROGRAM "test-sleep"

static uint64_t hz;

/* Punctuality is a promise only where time stands still while QEMU waits: with -icount,
 * where one instruction is one step of instret. */
static bool time_is_exact(void)
{
    uint64_t first = trapeze_instret();
    uint64_t second = trapeze_instret();

    return second - first == 1;
}

static uint64_t milliseconds(unsigned count) { return count * hz / 1000; }

static void test_punctual(void)
{
    long waits = sys_kernel_info(INFO_IDLE_WAITS);

    for (unsigned i = 1; i <= 10; i++) {
        uint64_t deadline = trapeze_time() + milliseconds(i);
        CHECK_EQUAL(trapeze_sleep_until(deadline), 0);
        uint64_t now = trapeze_time();
        CHECK(now >= deadline);
        CHECK(now - deadline < hz / 1000 || !time_is_exact());
    }
    CHECK(sys_kernel_info(INFO_IDLE_WAITS) >= waits + 10 || !time_is_exact());
}

static void test_order(void)
{
    static const unsigned delays[] = {60, 20, 50, 10, 40, 30};
    enum { COUNT = sizeof(delays) / sizeof(delays[0]) };
    unsigned last = 0;

    for (size_t i = 0; i < COUNT; i++)
        start_child(PROGRAM, "sleep", delays[i]);
    for (size_t i = 0; i < COUNT; i++) {
        struct trapeze_child end;
        CHECK(trapeze_wait(0, TRAPEZE_NEVER, &end) > 0);
        CHECK_EQUAL(end.kind, END_EXITED);
        CHECK(end.status > last || !time_is_exact());
        last = (unsigned)end.status;
    }
}

static void test_wait_with_deadline(void)
{
    struct trapeze_child end;

    long child = start_child(PROGRAM, "sleep", 200);
    uint64_t deadline = trapeze_time() + milliseconds(5);
    CHECK_EQUAL(trapeze_wait(child, deadline, &end), E_TIMEOUT);
    CHECK(trapeze_time() >= deadline);
    CHECK(trapeze_time() < deadline + milliseconds(1) || !time_is_exact());
    CHECK_EQUAL(trapeze_wait(child, deadline + milliseconds(10000), &end), child);
    CHECK_EQUAL(end.status, 200);
}

/* Sleepers wake although somebody spins, and those that are killed asleep leave no
 * trace. */
static void test_beside_others(void)
{
    long spinner = start_child(PROGRAM, "spin", 0);
    long sleeper = start_child(PROGRAM, "sleep", 255);
    uint64_t deadline = trapeze_time() + milliseconds(30);
    CHECK_EQUAL(trapeze_sleep_until(deadline), 0);
    CHECK(trapeze_time() >= deadline);
    kill_child(sleeper);
    kill_child(spinner);
    CHECK_EQUAL(trapeze_sleep_until(trapeze_time() + milliseconds(300)), 0);
}

int main(int argc, char *argv[])
{
    hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    if (argc == 3) {
        unsigned delay = (unsigned)strtoul(argv[2], NULL, 10);
        while (delay == 0)
            __asm__ volatile("");
        trapeze_sleep_until(trapeze_time() + milliseconds(delay));
        return (int)delay;
    }
    test_punctual();
    test_order();
    test_wait_with_deadline();
    test_beside_others();
    return check_end(PROGRAM);
}
