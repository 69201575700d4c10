/* SPDX-License-Identifier: MIT
 *
 * The survivors of `restricted`: what is refused with an error, and odd things that are
 * not forbidden.
 */
#include <limits.h>
#include <stdint.h>
#include <string.h>

#include <trapeze.h>

#include "survive.h"

#define REGISTERS (sizeof(struct trapeze_registers) / sizeof(uint64_t))
#define FIRST_FREE_NUMBER 64 /* beyond every system call that there is */
#define IN_THE_PAST 1

static struct trapeze_registers fill(uint64_t pattern, uint64_t step)
{
    struct trapeze_registers registers;
    uint64_t words[REGISTERS];

    for (size_t i = 0; i < REGISTERS; i++)
        words[i] = pattern + i * step;
    memcpy(&registers, words, sizeof(registers));
    return registers;
}

/* What a system call need not leave alone. */
static void take_caller_saved(struct trapeze_registers *to,
                              const struct trapeze_registers *from)
{
    to->t0 = from->t0, to->t1 = from->t1, to->t2 = from->t2, to->t3 = from->t3;
    to->t4 = from->t4, to->t5 = from->t5, to->t6 = from->t6;
    to->a1 = from->a1, to->a2 = from->a2, to->a3 = from->a3, to->a4 = from->a4;
    to->a5 = from->a5, to->a6 = from->a6, to->a7 = from->a7;
}

/* Makes the call; true if it returned and changed no register that a C function
 * preserves. */
static bool keeps_registers(struct trapeze_registers *registers)
{
    struct trapeze_registers before = *registers;

    trapeze_ecall(registers);
    take_caller_saved(&before, registers);
    before.a0 = registers->a0;
    return memcmp(&before, registers, sizeof(before)) == 0;
}

bool survive_unknown_calls(void)
{
    static const uint64_t numbers[] = {
        0,         7, 11, 18, FIRST_FREE_NUMBER, INT_MAX, UINT32_MAX, UINT64_C(1) << 63,
        UINT64_MAX};

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

/* Those that end the caller: process_kill takes 0 for it. */
static bool does_not_return(const struct trapeze_registers *registers)
{
    return registers->a7 == SYS_process_exit ||
           (registers->a7 == SYS_process_kill && registers->a0 == 0);
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
            registers.a7 = number;
            registers.t1 = IN_THE_PAST; /* garbage may mean to wait for years */
            if (!does_not_return(&registers) && !keeps_registers(&registers))
                return false;
        }
    return true;
}

static bool is_own(uint64_t handle)
{
    const struct trapeze_startup *block = trapeze_startup();

    for (uint32_t i = 0; i < block->handle_count; i++)
        if (block->handles[i].handle == handle)
            return true;
    return false;
}

/* None of these handles is the caller's, and so none of them does anything. */
bool survive_guessed_handles(void)
{
    enum { PLACES = 64, GENERATIONS = 4, INDEX_BITS = 17 };

    for (uint64_t place = 0; place < PLACES; place++)
        for (uint64_t generation = 0; generation < GENERATIONS; generation++) {
            const uint64_t handle = generation << INDEX_BITS | place;
            if (handle == 0 || is_own(handle))
                continue;
            if (sys_process_kill(handle) != E_BAD_HANDLE ||
                sys_machine_off(handle, 0) != E_BAD_HANDLE ||
                sys_device_create(handle, 0x10000000, 1) != E_BAD_HANDLE ||
                sys_memory_map(handle, 0, 0x40000000, 0, 1, RIGHT_READ) != E_BAD_HANDLE)
                return false;
        }
    return true;
}

bool survive_narrow_handles(void)
{
    const uint64_t archive = trapeze_inherited("archive");
    const uint64_t console = trapeze_inherited("console");
    struct trapeze_message message = {.deadline = IN_THE_PAST};

    return archive != 0 && console != 0 &&
           sys_memory_map(archive, 0, 0x40000000, 0, 1, RIGHT_READ | RIGHT_WRITE) ==
               E_RIGHTS &&
           sys_handle_duplicate(archive, RIGHT_WRITE, 0) == E_RIGHTS &&
           sys_memory_physical(archive, 0) == E_RIGHTS &&
           sys_object_destroy(archive) == E_RIGHTS &&
           trapeze_recv(console, &message) == E_RIGHTS &&
           sys_signal(console) == E_RIGHTS && sys_object_destroy(console) == E_RIGHTS;
}

bool survive_second_badge(void)
{
    const uint64_t console = trapeze_inherited("console");

    return console != 0 && sys_handle_duplicate(console, RIGHT_SEND, 1) == E_BADGE;
}

bool survive_kernel_mapping(void)
{
    static const uintptr_t places[] = {USER_TOP, 0x8000000000, 0xffffffc080200000,
                                       0xffffffff80000000, 0xfffffffffffff000};
    const long memory = sys_memory_create(1, 0);

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (memory < 0 || sys_memory_map((uint64_t)memory, 0, places[i], 0, 1,
                                         RIGHT_READ | RIGHT_WRITE) != E_INVALID)
            return false;
    return true;
}

bool survive_urgency(void)
{
    uint64_t schedule[4] = {0}; /* own priority, ... */

    return trapeze_process_inspect(0, INSPECT_SCHEDULE, schedule) == 0 &&
           schedule[0] < PRIORITIES - 1 &&
           sys_process_priority(0, schedule[0] + 1) == E_RIGHTS &&
           sys_process_priority(0, PRIORITIES - 1) == E_RIGHTS &&
           sys_process_priority(0, PRIORITIES) == E_INVALID &&
           sys_process_create(0, 0, PROCESS_PAGES_MIN, 0, PRIORITIES - 1, 0) ==
               E_RIGHTS;
}

static bool survive_sp(uint64_t sp)
{
    struct trapeze_registers registers = fill(1, 1);

    registers.sp = sp;
    registers.a7 = SYS_process_self;
    return keeps_registers(&registers) && (long)registers.a0 == sys_process_self();
}

bool survive_null_sp(void) { return survive_sp(0); }

bool survive_kernel_sp(void)
{
    return survive_sp(0xffffffff80000000) && survive_sp(0xfffffff000002000) &&
           survive_sp(0xffffffc081000000);
}
