/* SPDX-License-Identifier: MIT
 *
 * The first process.
 */
#include "boot/first_process.h"

#include <stdbool.h>
#include <trapeze/abi.h>

#include "base/panic.h"
#include "base/printk.h"
#include "base/string.h"
#include "boot/command_line.h"
#include "object/elf.h"
#include "object/process.h"
#include "platform/console.h"
#include "platform/power.h"

static _Noreturn void give_up(const char *name, const char *reason)
{
    printk("trapeze: cannot run '%s': %s\n", name, reason);
    console_flush();
    power_off(STATUS_NOT_RUN);
}

static struct process *create(const char *name)
{
    struct process *process = NULL;
    uint32_t elf_error = ELF_OK;
    enum trapeze_error error = process_create(NULL, name, &process, &elf_error);
    if (error == E_BAD_PROGRAM)
        give_up(name, elf_error_text(elf_error));
    if (error == E_NO_PROGRAM)
        give_up(name, "the boot archive has no such program");
    if (error != E_OK)
        give_up(name, "too little memory");
    enum process_step step;
    while ((step = process_load(process)) == STEP_MORE)
        ; /* nothing else is there yet to be let in */
    if (step != STEP_DONE)
        give_up(name, "too little memory");
    return process;
}

void first_process_start(const char *run, size_t length)
{
    static char word[MAX_ARGUMENT_BYTES];
    static char name[PROGRAM_NAME_BYTES + 1];
    struct process *process = NULL;
    enum word_result result;
    while ((result = command_line_next_word(&run, &length, word, sizeof word)) !=
           WORD_END) {
        if (result == WORD_TOO_LONG)
            give_up(name, "an argument is too long");
        size_t word_length = strlen(word);
        if (process == NULL) {
            if (word_length > PROGRAM_NAME_BYTES)
                give_up(word, "the boot archive has no such program");
            memcpy(name, word, word_length + 1);
            process = create(name);
        }
        if (process_add_argument(process, word, word_length + 1) != E_OK)
            give_up(name, "the arguments are too long");
    }
    if (process == NULL)
        give_up("", "no program is named");
    process_start(process);
}

uint8_t first_process_status(void)
{
    const struct process_end *end = process_first_end();
    if (end == NULL) {
        printk("trapeze: every process waits, and nothing can wake any of them\n");
        console_flush();
        return STATUS_STUCK;
    }
    return (uint8_t)(end->status + (end->kind == END_FAULTED ? STATUS_FAULT_BASE : 0));
}
