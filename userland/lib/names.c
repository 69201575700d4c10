/* SPDX-License-Identifier: MIT
 *
 * Names for numbers: errors, what is wrong with a program, exceptions, states, how a
 * child ended.
 */
#include <inttypes.h>
#include <stdio.h>

#include <trapeze.h>
#include <trapeze/program.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SPAWN_CODE(error) (-(error)-100) /* -100 is 0 */

struct name {
    const char *name;
    const char *meaning;
};

static const struct name errors[] = {
    [0] = {"E_OK", "no error"},
#define ERROR(code, name, meaning) [code] = {#name, meaning},
#include <trapeze/errors.def>
#undef ERROR
};

static const struct name spawn_errors[] = {
    [SPAWN_CODE(SPAWN_NO_PROGRAM)] = {"SPAWN_NO_PROGRAM",
                                      "the boot archive has no such program"},
    [SPAWN_CODE(SPAWN_BAD_ARCHIVE)] = {"SPAWN_BAD_ARCHIVE",
                                       "the boot archive is broken or missing"},
    [SPAWN_CODE(SPAWN_TOO_LONG)] = {"SPAWN_TOO_LONG",
                                    "the arguments and the environment are too long"},
#define ELF_ERROR(code, name, meaning) \
    [SPAWN_CODE(SPAWN_BAD_PROGRAM - (code))] = {#name, meaning},
#include <elf_errors.def>
#undef ELF_ERROR
};

static const struct name states[] = {
#define STATE(number, name, meaning) [number] = {#name, meaning},
#include <trapeze/states.def>
#undef STATE
};

/* Privileged 1.12, table 4.2. */
static const char *const causes[] = {
#define CAUSE(code, name, meaning) [code] = meaning,
#include <trapeze/causes.def>
#undef CAUSE
};

static const struct name unknown = {"unknown", "unknown"};

static const struct name *find(const struct name *names, size_t count, uint64_t number)
{
    return number < count && names[number].name != NULL ? &names[number] : &unknown;
}

static const struct name *find_error(long error)
{
    return error <= SPAWN_NO_PROGRAM
               ? find(spawn_errors, COUNT(spawn_errors), (uint64_t)SPAWN_CODE(error))
               : find(errors, COUNT(errors), -(uint64_t)error);
}

const char *trapeze_error_name(long error) { return find_error(error)->name; }

const char *trapeze_error_meaning(long error) { return find_error(error)->meaning; }

const char *trapeze_state_name(uint64_t state)
{
    return find(states, COUNT(states), state)->name;
}

const char *trapeze_state_meaning(uint64_t state)
{
    return find(states, COUNT(states), state)->meaning;
}

const char *trapeze_cause_name(uint64_t scause)
{
    if (scause < COUNT(causes) && causes[scause] != NULL)
        return causes[scause];
    return "reserved exception";
}

char *trapeze_describe(const struct trapeze_child *child, char *buffer, size_t capacity)
{
    switch ((enum trapeze_end)child->kind) {
    case END_EXITED:
        snprintf(buffer, capacity, "exited with status %" PRId64, child->status);
        break;
    case END_FAULTED:
        snprintf(buffer, capacity, "was ended: %s, pc 0x%" PRIx64 ", value 0x%" PRIx64,
                 trapeze_cause_name(child->scause), child->pc, child->value);
        break;
    case END_KILLED:
        snprintf(buffer, capacity, "was killed");
        break;
    }
    return buffer;
}
