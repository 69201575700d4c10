/* SPDX-License-Identifier: MIT
 *
 * The driver: makes one random call after the other, counts what comes of each, and
 * checks what a call may not change whatever it is.
 */
#include <string.h>

#include "fuzz.h"

#define PUPPETS 3

static bool is_message(uint64_t number)
{
    return number >= SYS_call && number <= SYS_reply;
}

/* Callee-saved registers, ra, sp, gp and tp survive every call; all but a0 to a4
 * survive one that is no message; a message leaves nothing in what it does not use. */
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
    if (is_message(before->a7))
        return (after->t1 | after->t2 | after->t3 | after->t4 | after->t5 |
                after->t6) == 0;
    return before->a5 == after->a5 && before->a6 == after->a6 &&
           before->a7 == after->a7 &&
           memcmp(&before->t0, &after->t0, 3 * sizeof(uint64_t)) == 0 &&
           memcmp(&before->t3, &after->t3, 4 * sizeof(uint64_t)) == 0;
}

static void count(struct fuzz_state *state, const struct trapeze_registers *after)
{
    const struct trapeze_registers *before = &state->registers;
    const int64_t result = (int64_t)after->a0;

    if (!is_as_promised(before, after)) {
        if (state->strange++ == 0) {
            state->strange_before = *before;
            state->strange_after = *after;
        }
        return;
    }
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
