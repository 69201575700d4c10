/* SPDX-License-Identifier: MIT
 *
 * The driver: makes one random call after the other, counts what comes of each, and
 * checks what a call may not change whatever it is.
 */
#include <string.h>

#include "fuzz.h"
#include "lost.h"

#define PUPPETS 3

#define REGISTERS (sizeof(struct trapeze_registers) / sizeof(uint64_t))
#define POISON UINT64_C(0x6c65616b) /* poison.S has it, too */

/* What only the kernel or another process has, so that a driver may find it in its
 * registers only if it, or a message, has put it there: such values are noted by a hash
 * of 16 bits, which hides one leak in some thousands. */
static uint64_t noted[(1 << 16) / 64];

static bool is_foreign(uint64_t value)
{
    return is_kernels(value) || value >> 32 == POISON;
}

static uint64_t hash_of(uint64_t value)
{
    return value * UINT64_C(0x9e3779b97f4a7c15) >> 48;
}

static void note(const struct trapeze_registers *registers)
{
    const uint64_t *words = &registers->ra;

    for (size_t i = 0; i < REGISTERS; i++) {
        const uint64_t hash = hash_of(words[i]);
        if (is_foreign(words[i]))
            noted[hash / 64] |= UINT64_C(1) << hash % 64;
    }
}

static bool is_leak(uint64_t value)
{
    const uint64_t hash = hash_of(value);
    return is_foreign(value) && !(noted[hash / 64] >> hash % 64 & 1);
}

static bool is_message(uint64_t number)
{
    return number >= SYS_call && number <= SYS_reply;
}

/* Label and words of a message that has come, and a puppet's registers, are another's.
 */
static bool is_word(const struct trapeze_registers *before,
                    const struct trapeze_registers *after, size_t i)
{
    const uint64_t *word = &after->ra + i;
    return (is_message(before->a7) || before->a7 == SYS_registers_read) &&
           (int64_t)after->a0 >= 0 && word >= &after->a1 && word <= &after->a5;
}

/* Callee-saved registers, ra, sp, gp and tp survive every call. The others have 0,
 * results, or what the driver itself had there at some time. */
static bool is_as_promised(const struct trapeze_registers *before,
                           const struct trapeze_registers *after)
{
    const int64_t result = (int64_t)after->a0;

    if (result < 0 && (result <= -ERROR_END || result == -4 || result == -5 ||
                       result == -6 || result == -9))
        return false;
    if (before->ra != after->ra || before->sp != after->sp || before->gp != after->gp ||
        before->tp != after->tp || before->s0 != after->s0 || before->s1 != after->s1 ||
        memcmp(&before->s2, &after->s2, 10 * sizeof(uint64_t)) != 0)
        return false;
    for (size_t i = 0; i < REGISTERS; i++)
        if (is_leak((&after->ra)[i]) && !is_word(before, after, i))
            return false;
    return true;
}

static void count(struct fuzz_state *state, const struct trapeze_registers *after)
{
    const struct trapeze_registers *before = &state->registers;
    const int64_t result = (int64_t)after->a0;

    note(before);
    if (!is_as_promised(before, after)) {
        if (state->strange++ == 0) {
            state->strange_before = *before;
            state->strange_after = *after;
        }
        return;
    }
    note(after);
    if (result < 0)
        state->errors[-result]++;
    if (before->a7 >= SYSCALL_END)
        return;
    if (result < 0)
        state->failed[before->a7][-result]++;
    else
        state->succeeded[before->a7]++;
}

static void take_handles(void)
{
    static const enum pool pools[] = {
        [OBJECT_PROCESS] = POOL_PROCESS, [OBJECT_ENDPOINT] = POOL_ENDPOINT,
        [OBJECT_MEMORY] = POOL_MEMORY,   [OBJECT_IRQ] = POOL_IRQ,
        [OBJECT_MACHINE] = POOL_MACHINE,
    };
    const struct trapeze_startup *startup = trapeze_startup();
    struct trapeze_handle facts;

    for (uint32_t i = 0; i < startup->handle_count; i++) {
        const uint64_t handle = startup->handles[i].handle;
        if (trapeze_handle_inspect(handle, &facts) == 0)
            values_add(pools[facts.type], handle);
    }
}

int driver_main(void)
{
    static struct trapeze_registers registers;
    const uint64_t memory = trapeze_inherited("state");
    struct fuzz_state *state =
        trapeze_map(memory, STATE_PAGES, RIGHT_READ | RIGHT_WRITE, NULL);

    if (state == NULL)
        return 1;
    sys_handle_close(memory);
    values_init(&state->random);
    take_handles();
    for (int i = 0; i < PUPPETS; i++) {
        const uint64_t puppet = puppets_start(trapeze_inherited("code"),
                                              trapeze_inherited("e2"), &state->random);
        if (puppet != 0)
            values_add(POOL_PROCESS, puppet);
    }
    while (state->calls < state->call_limit) {
        values_choose(&state->registers);
        state->calls++;
        if (state->registers.a7 < SYSCALL_END)
            state->made[state->registers.a7]++;
        registers = state->registers;
        state->in_flight = 1;
        trapeze_ecall(&registers);
        state->in_flight = 0;
        count(state, &registers);
        values_learn(&state->registers, &registers);
    }
    return STATUS_ALL_MADE;
}
