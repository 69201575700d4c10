/* SPDX-License-Identifier: MIT
 *
 * Processes compute with floating point beside each other, preempted and yielding, each
 * with other contents in all 32 registers and in fcsr; none ever sees another's, and a
 * new process sees zeros.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "children.h"
#include "spin.h"

#define PROGRAM "test-fpu"
#define CHILDREN 4U
#define ROUNDS UINT64_C(15000000)
#define YIELDS UINT64_C(300)
#define FCSR_BITS \
    0x9f /* of five rounding modes and five flags, those that suit any process */

static int fpu_child(unsigned seed, uint64_t rounds, int yields)
{
    struct fpu_registers before, after;

    for (unsigned i = 0; i < 32; i++)
        before.f[i] = (seed + 1) * UINT64_C(0x0123456789abcdef) + i;
    before.fcsr = (seed * 0x25 + 1) & FCSR_BITS;
    after = before;
    spin_with_fpu(&after, rounds, yields);
    for (unsigned i = 0; i < 32; i++)
        if (!CHECK(after.f[i] == before.f[i]))
            printf("    process %u: f%u is 0x%lx, was 0x%lx\n", seed, i, after.f[i],
                   before.f[i]);
    CHECK_EQUAL(after.fcsr, before.fcsr);
    return check_failures > 0;
}

/* Uses no floating point: the FPU stays with whoever had it. */
static int integer_child(void)
{
    for (unsigned i = 0; i < YIELDS; i++)
        sys_yield();
    return 0;
}

static int fresh_child(void)
{
    for (size_t i = 31; i < sizeof(fresh_registers) / sizeof(fresh_registers[0]); i++)
        if (!CHECK(fresh_registers[i] == 0))
            printf("    word %zu of spin.h's fresh_registers is 0x%lx\n", i,
                   fresh_registers[i]);
    return check_failures > 0;
}

static int child(const char *role, unsigned number)
{
    if (strcmp(role, "preempted") == 0)
        return fpu_child(number, ROUNDS, 0);
    if (strcmp(role, "yielding") == 0)
        return fpu_child(number, YIELDS, 1);
    if (strcmp(role, "integer") == 0)
        return integer_child();
    return fresh_child();
}

int main(int argc, char *argv[])
{
    volatile double mine = 1.0 / 3.0;
    unsigned started = 0;

    if (argc == 3)
        return child(argv[1], (unsigned)strtoul(argv[2], NULL, 10));
    for (unsigned i = 0; i < CHILDREN; i++, started += 4) {
        start_child(PROGRAM, "preempted", i);
        start_child(PROGRAM, "yielding", i + CHILDREN);
        start_child(PROGRAM, "integer", i);
        start_child(PROGRAM, "fresh", i);
    }
    for (unsigned i = 0; i < started; i++)
        expect_exit(0, 0);
    expect_exit(start_child(PROGRAM, "fresh", 0), 0);
    CHECK(mine * 3.0 == 1.0);
    return check_end(PROGRAM);
}
