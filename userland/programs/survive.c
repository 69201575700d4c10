/* SPDX-License-Identifier: MIT
 *
 * The survivors of `restricted`: odd things that are not forbidden.
 */
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include <trapeze.h>

#include "survive.h"

#define REGISTERS (sizeof(struct trapeze_registers) / sizeof(uint64_t))
#define FIRST_FREE_NUMBER 64 /* beyond every system call that there is */

static struct trapeze_registers fill(uint64_t pattern, uint64_t step)
{
    struct trapeze_registers registers;
    uint64_t words[REGISTERS];

    for (size_t i = 0; i < REGISTERS; i++)
        words[i] = pattern + i * step;
    memcpy(&registers, words, sizeof(registers));
    return registers;
}

/* Makes the call; true if it returned and changed no register but a0. */
static bool keeps_registers(struct trapeze_registers *registers)
{
    struct trapeze_registers before = *registers;

    trapeze_ecall(registers);
    before.a0 = registers->a0;
    return memcmp(&before, registers, sizeof(before)) == 0;
}

bool survive_unknown_calls(void)
{
    static const uint64_t numbers[] = {
        0, 1, 7, FIRST_FREE_NUMBER, INT_MAX, UINT32_MAX, UINT64_C(1) << 63, UINT64_MAX};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct trapeze_registers registers = fill(1, 1);
        registers.a7 = numbers[i];
        if (!keeps_registers(&registers) || (int64_t)registers.a0 != E_NO_SYSCALL)
            return false;
    }
    return true;
}

bool survive_division(void)
{
    volatile int64_t one = 1, zero = 0;
    volatile uint64_t unsigned_one = 1, unsigned_zero = 0;
    volatile double real_one = 1.0, real_zero = 0.0;

    return one / zero == -1 && one % zero == 1 &&
           unsigned_one / unsigned_zero == UINT64_MAX &&
           real_one / real_zero == __builtin_inf();
}

bool survive_garbage(void)
{
    static const struct {
        uint64_t pattern, step;
    } garbage[] = {{0, 0},
                   {UINT64_MAX, 0},
                   {0xdeadbeefcafef00d, 0x9e3779b97f4a7c15},
                   {0xffffffff80000000, 8},
                   {0x8000000000000000, 0},
                   {0xffffffc080200000, 4096}};

    for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
        for (uint64_t number = 0; number < FIRST_FREE_NUMBER; number++) {
            struct trapeze_registers registers =
                fill(garbage[i].pattern, garbage[i].step);
            if (number == SYS_process_exit) /* does not return */
                continue;
            registers.a7 = number;
            registers.t1 =
                1; /* a deadline: garbage there may mean to sleep for years */
            if (!keeps_registers(&registers))
                return false;
        }
    return true;
}

static bool survive_sp(uint64_t sp)
{
    struct trapeze_registers registers = fill(1, 1);

    registers.sp = sp;
    registers.a7 = SYS_process_self;
    return keeps_registers(&registers) && (long)registers.a0 == sys_process_self();
}

bool survive_null_sp(void)
{
    return survive_sp(0);
}

bool survive_kernel_sp(void)
{
    return survive_sp(0xffffffff80000000) && survive_sp(0xfffffff000002000) &&
           survive_sp(0xffffffc081000000);
}
