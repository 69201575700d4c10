/* SPDX-License-Identifier: MIT
 *
 * Names for numbers: errors, what is wrong with an ELF file, exceptions, how a child
 * ended.
 */
#include <inttypes.h>
#include <stdio.h>

#include <trapeze.h>

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

static const char *const elf_errors[] = {
#define ELF_ERROR(code, name, text) [code] = text,
#include <trapeze/elf_errors.def>
#undef ELF_ERROR
};

/* Privileged 1.12, table 4.2. */
static const char *const causes[] = {
#define CAUSE(code, name, meaning) [code] = meaning,
#include <trapeze/causes.def>
#undef CAUSE
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct name find_error(long error)
{
    unsigned long code = -(unsigned long)error;

    if (code < COUNT(errors) && errors[code].name != NULL)
        return errors[code];
    return (struct name){"(no error of trapeze/errors.def)", "unknown"};
}

const char *trapeze_error_name(long error)
{
    return find_error(error).name;
}

const char *trapeze_error_meaning(long error)
{
    return find_error(error).meaning;
}

const char *trapeze_elf_error_text(long elf_error)
{
    unsigned long code = (unsigned long)elf_error;

    if (code < COUNT(elf_errors) && elf_errors[code] != NULL)
        return elf_errors[code];
    return "unknown ELF error";
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
