/* SPDX-License-Identifier: MIT
 *
 * Every integer register survives preemption; those that a C function preserves survive
 * every system call, and the others hold nothing of anybody else's then; a new process
 * finds nothing in its registers that is not its own.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze/program.h>

#include "children.h"
#include "lost.h"
#include "spin.h"

#define PROGRAM "test-registers"
#define CHILDREN 3U
#define ROUNDS UINT64_C(20000000)
#define WORDS (sizeof(struct trapeze_registers) / sizeof(uint64_t))

static struct trapeze_registers pattern(uint64_t seed)
{
    uint64_t words[WORDS];
    struct trapeze_registers registers;

    for (size_t i = 0; i < WORDS; i++)
        words[i] = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) +
                   i * UINT64_C(0x0101010101010101);
    memcpy(&registers, words, sizeof(registers));
    return registers;
}

static void check_same(const struct trapeze_registers *actual,
                       const struct trapeze_registers *expected, const char *when)
{
    uint64_t a[WORDS], b[WORDS];

    memcpy(a, actual, sizeof(a));
    memcpy(b, expected, sizeof(b));
    for (size_t i = 0; i < WORDS; i++)
        if (!CHECK(a[i] == b[i]))
            printf("    x%zu is 0x%lx, was 0x%lx: %s\n", i + 1, a[i], b[i], when);
}

static int spinning_child(uint64_t seed)
{
    struct trapeze_registers before = pattern(seed), after;

    before.t6 = ROUNDS;
    after = before;
    spin_counting_t6(&after);
    before.t6 = 0;
    check_same(&after, &before, "preempted");

    before.ra = ROUNDS;
    after = before;
    spin_counting_ra(&after);
    before.ra = 0;
    check_same(&after, &before, "preempted");
    return check_failures > 0;
}

/* Again and again until enough slices have been timed: how many that are in a round
 * depends on the host where QEMU runs without icount. */
static void test_preemption(void)
{
    long timed = sys_kernel_info(INFO_TIMER_PROGRAMMINGS);
    bool preemptive = sys_kernel_info(INFO_FEATURES) & FEATURE_PREEMPT;

    do {
        for (unsigned i = 0; i < CHILDREN; i++)
            start_child(PROGRAM, "spin", i);
        for (unsigned i = 0; i < CHILDREN; i++)
            expect_exit(0, 0);
    } while (preemptive && check_failures == 0 &&
             sys_kernel_info(INFO_TIMER_PROGRAMMINGS) - timed < 10);
}

/* x5 to x7, x10 to x17, x28 to x31: a C function need not preserve it. */
static bool is_caller_saved(size_t x)
{
    return (x >= 5 && x <= 7) || (x >= 10 && x <= 17) || x >= 28;
}

/* Whether it is one of those that the spinning children hold. */
static bool is_a_childs(uint64_t value)
{
    for (uint64_t seed = 0; seed < CHILDREN; seed++) {
        const struct trapeze_registers held = pattern(seed);
        uint64_t words[WORDS];
        memcpy(words, &held, sizeof(words));
        for (size_t i = 0; i < WORDS; i++)
            if (words[i] == value)
                return true;
    }
    return false;
}

/* Makes the call; the registers from a0 to a[results - 1] are results. Gives a0. */
static long call(struct trapeze_registers registers, long number, int results,
                 const char *name)
{
    uint64_t before[WORDS], after[WORDS];

    registers.a7 = (uint64_t)number;
    memcpy(before, &registers, sizeof(before));
    trapeze_ecall(&registers);
    memcpy(after, &registers, sizeof(after));
    for (size_t i = 0; i < WORDS; i++) {
        const size_t x = i + 1;
        if (x >= 10 && x < 10 + (size_t)results)
            continue;
        const bool lost = after[i] != before[i];
        const bool allowed =
            is_caller_saved(x) && !is_kernels(after[i]) && !is_a_childs(after[i]);
        if (!CHECK(!lost || allowed))
            printf("    x%zu is 0x%lx, was 0x%lx: %s\n", x, after[i], before[i], name);
    }
    return (long)registers.a0;
}

/* What a call of the messages leaves where it receives nothing: 0 in all registers but
 * a0 and those that a C function preserves. */
static long message_call(struct trapeze_registers registers, long number,
                         const char *name)
{
    struct trapeze_registers expected = registers;

    expected.t0 = expected.t1 = expected.t2 = expected.t3 = 0;
    expected.t4 = expected.t5 = expected.t6 = 0;
    expected.a1 = expected.a2 = expected.a3 = expected.a4 = 0;
    expected.a5 = expected.a6 = expected.a7 = 0;
    registers.a7 = (uint64_t)number;
    trapeze_ecall(&registers);
    expected.a0 = registers.a0;
    check_same(&registers, &expected, name);
    return (long)registers.a0;
}

static struct trapeze_registers arguments(uint64_t a0, uint64_t a1, uint64_t a2,
                                          uint64_t t1)
{
    struct trapeze_registers registers = pattern(CHILDREN + a0); /* not a child's */

    registers.a0 = a0;
    registers.a1 = a1;
    registers.a2 = a2;
    registers.a3 = registers.a4 = registers.a5 = 0;
    registers.t1 = t1;
    return registers;
}

/* No grant, and none is welcome. */
static struct trapeze_registers message_to(uint64_t endpoint, uint64_t label,
                                           uint64_t deadline)
{
    struct trapeze_registers registers = arguments(endpoint, label, 0, deadline);

    registers.t0 = registers.t2 = registers.a6 = 0;
    return registers;
}

/* The children spin meanwhile, and have the CPU whenever this process yields. */
static void test_yields(void)
{
    for (unsigned i = 0; i < CHILDREN; i++)
        start_child(PROGRAM, "spin", i);
    for (unsigned i = 0; i < 4 * CHILDREN; i++)
        CHECK_EQUAL(call(arguments(1, 2, 3, 4), SYS_yield, 1, "yield"), 0);
    for (unsigned i = 0; i < CHILDREN; i++)
        expect_exit(0, 0);
}

static void test_system_calls(void)
{
    CHECK_EQUAL(call(arguments(1, 2, 3, 4), SYS_process_self, 1, "process_self"),
                sys_process_self());
    CHECK_EQUAL(call(arguments(1, 2, 3, 4), SYS_yield, 1, "yield"), 0);
    CHECK_EQUAL(
        call(arguments(INFO_ABI_VERSION, 2, 3, 4), SYS_kernel_info, 1, "kernel_info"),
        TRAPEZE_ABI_VERSION);
    CHECK_EQUAL(call(arguments(0, INSPECT_STATE, 3, 4), SYS_process_inspect, 5,
                     "process_inspect"),
                0);
    CHECK_EQUAL(call(arguments(0, 99, 3, 4), SYS_process_inspect, 1,
                     "process_inspect, of no group"),
                E_INVALID);

    long endpoint =
        call(arguments(1, 2, 3, 4), SYS_endpoint_create, 1, "endpoint_create");
    CHECK(endpoint > 0);
    long handle = call(arguments((uint64_t)endpoint, RIGHT_SIGNAL, 5, 4),
                       SYS_handle_duplicate, 1, "handle_duplicate");
    CHECK(handle > 0);
    CHECK_EQUAL(call(arguments((uint64_t)handle, 2, 3, 4), SYS_handle_inspect, 5,
                     "handle_inspect"),
                0);
    CHECK_EQUAL(call(arguments((uint64_t)handle, 2, 3, 4), SYS_signal, 1, "signal"), 0);
    CHECK_EQUAL(
        call(arguments((uint64_t)handle, 2, 3, 4), SYS_handle_close, 1, "handle_close"),
        0);
    long memory = call(arguments(3, 0, 3, 4), SYS_memory_create, 1, "memory_create");
    CHECK(memory > 0);
    CHECK_EQUAL(call(arguments((uint64_t)memory, 2, 3, 4), SYS_object_destroy, 1,
                     "object_destroy"),
                0);
    CHECK_EQUAL(call(arguments(0, 0, 0, 0), 0, 1, "no system call"), E_NO_SYSCALL);
}

static void test_messages(void)
{
    const uint64_t past = 1, soon = trapeze_time() + 20000;
    const uint64_t endpoint = (uint64_t)sys_endpoint_create();

    CHECK_EQUAL(message_call(message_to(0, 0, soon), SYS_recv, "recv, to sleep"),
                E_TIMEOUT);
    CHECK(trapeze_time() >= soon);
    CHECK_EQUAL(message_call(message_to(endpoint, 0, past), SYS_recv, "recv"),
                E_TIMEOUT);
    CHECK_EQUAL(message_call(message_to(endpoint, 0, past), SYS_send, "send"),
                E_TIMEOUT);
    CHECK_EQUAL(
        message_call(message_to(endpoint, 0, trapeze_time() + 20000), SYS_call, "call"),
        E_TIMEOUT);
    CHECK_EQUAL(message_call(message_to(0, 0, 0), SYS_reply, "reply"), E_BAD_TOKEN);
    CHECK_EQUAL(
        message_call(message_to(endpoint, 0, past), SYS_reply_recv, "reply_recv"),
        E_TIMEOUT);
}

/* fresh.S has stored them: sp and a0 tell where the startup block is, the rest is 0. */
static void test_fresh(void)
{
    for (size_t i = 0; i < sizeof(fresh_registers) / sizeof(fresh_registers[0]); i++)
        if (i != 2 - 1 && i != 10 - 1 && !CHECK(fresh_registers[i] == 0))
            printf("    word %zu of spin.h's fresh_registers is 0x%lx\n", i,
                   fresh_registers[i]);
    CHECK_EQUAL(fresh_registers[2 - 1], USER_STARTUP);
    CHECK_EQUAL(fresh_registers[10 - 1], USER_STARTUP);
}

int main(int argc, char *argv[])
{
    test_fresh();
    if (argc == 3)
        return spinning_child(strtoul(argv[2], NULL, 10));
    test_preemption();
    test_yields();
    test_system_calls();
    test_messages();
    return check_end(PROGRAM);
}
