/* SPDX-License-Identifier: MIT
 *
 * The table at the end. A fuzzer that is refused everything finds nothing: every call
 * has to succeed, and every error to occur.
 */
#include <inttypes.h>
#include <stdio.h>

#include "fuzz.h"

#define CALLS_FOR_FLOOR 1000000U
#define FLOOR 1000U
#define CALLS_FOR_ERRORS 50000U

static const char *const names[SYSCALL_END] = {
#define SYSCALL(number, name, arity, arguments, summary) [number] = #name,
#include <trapeze/syscalls.def>
#undef SYSCALL
};

static void print_line(const struct fuzz_state *state, uint64_t number)
{
    printf("  %-16s %8" PRIu64 " %8" PRIu64, names[number], state->made[number],
           state->succeeded[number]);
    for (int error = 1; error < ERROR_END; error++) {
        if (state->failed[number][error] != 0)
            printf(" %s %" PRIu64, trapeze_error_name(-error) + 2,
                   state->failed[number][error]);
    }
    putchar('\n');
}

/* machine_off could succeed only once. */
static bool is_low(const struct fuzz_state *state, uint64_t number)
{
    const uint64_t calls =
        state->calls < CALLS_FOR_FLOOR ? state->calls : CALLS_FOR_FLOOR;

    return number != SYS_machine_off &&
           state->succeeded[number] < calls * FLOOR / CALLS_FOR_FLOOR;
}

bool counts_report(const struct fuzz_state *state)
{
    static const int errors[] = {
#define ERROR(code, name, meaning) (code),
#include <trapeze/errors.def>
#undef ERROR
    };
    bool good = true;

    printf("  %-16s %8s %8s errors\n", "system call", "made", "success");
    for (uint64_t number = 0; number < SYSCALL_END; number++) {
        if (names[number] != NULL)
            print_line(state, number);
    }
    printf("  %-34s", "errors");
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        printf(" %s %" PRIu64, trapeze_error_name(-errors[i]) + 2,
               state->errors[errors[i]]);
    putchar('\n');
    for (uint64_t number = 0; number < SYSCALL_END; number++) {
        if (names[number] == NULL || !is_low(state, number))
            continue;
        printf("fuzz: %s has succeeded too rarely\n", names[number]);
        good = false;
    }
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if (state->errors[errors[i]] != 0 || state->calls < CALLS_FOR_ERRORS)
            continue;
        printf("fuzz: nothing has returned %s\n", trapeze_error_name(-errors[i]));
        good = false;
    }
    return good;
}
