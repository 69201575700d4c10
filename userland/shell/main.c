/* SPDX-License-Identifier: MIT
 *
 * The shell: reads a line, runs what it says. It starts with the handles "console" (as
 * an owner of the keyboard), "console.child" and "names.child" (what its children get
 * as "console" and "names"), "names", "archive" and "init" (trapeze/init_protocol.h).
 */
#include <stdio.h>
#include <string.h>

#include <trapeze.h>
#include <trapeze/console.h>

#include "editor.h"
#include "jobs.h"
#include "parser.h"
#include "shell.h"
#include "terminal.h"

#define PROMPT "trapeze> "
#define STATUS_NOT_FOUND 127 /* as other shells have it */
#define STATUS_NOT_STARTED 126
#define STATUS_INTERRUPTED 130
#define STATUS_SYNTAX 2

static void show(const char *text, size_t length) { fwrite(text, 1, length, stdout); }

static const char *match(const char *name, const char *start, size_t length,
                         size_t *index)
{
    if (strncmp(name, start, length) != 0)
        return NULL;
    return (*index)-- == 0 ? name : NULL;
}

/* Commands are the shell's own and the archive's programs. */
static const char *complete(const char *start, size_t length, size_t index)
{
    const struct builtin *builtin;
    const char *name;

    for (size_t i = 0; (builtin = builtins_at(i)) != NULL; i++)
        if (match(builtin->name, start, length, &index) != NULL)
            return builtin->name;
    for (size_t i = 0; (name = programs_at(i)) != NULL; i++)
        if (match(name, start, length, &index) != NULL)
            return name;
    return NULL;
}

static struct editor editor = {.prompt = PROMPT, .show = show, .complete = complete};

/* A line of input in editor.text. */
static enum editor_result read_line(void)
{
    enum editor_result result = EDITOR_MORE;

    terminal_take();
    editor_start(&editor);
    while (result == EDITOR_MORE) {
        int byte = terminal_read();
        if (byte < 0)
            return EDITOR_END;
        if (byte == CONSOLE_REDRAW)
            editor_redraw(&editor);
        else
            result = editor_feed(&editor, (char)byte);
    }
    return result;
}

static int run_program(struct command *command)
{
    long number = jobs_start(command, !command->background);

    if (number == SPAWN_NO_PROGRAM) {
        printf("%s: there is no such program; help lists them\n", command->argv[0]);
        return STATUS_NOT_FOUND;
    }
    if (number < 0) {
        printf("%s: %s\n", command->argv[0], trapeze_error_meaning(number));
        return STATUS_NOT_STARTED;
    }
    if (!command->background)
        return jobs_wait(jobs_find((unsigned)number));
    printf("[%ld] process %llu\n", number,
           (unsigned long long)jobs_find((unsigned)number)->number);
    return 0;
}

static void run_line(struct shell *shell)
{
    static struct command command;
    const struct builtin *builtin;
    const char *error;

    if (!parser_parse(editor.text, &command, &error)) {
        printf("shell: %s\n", error);
        shell->status = STATUS_SYNTAX;
        return;
    }
    if (command.argc == 0)
        return;
    builtin = builtins_find(command.argv[0]);
    if (builtin != NULL)
        shell->status = builtin->run(shell, command.argc, command.argv);
    else
        shell->status = run_program(&command);
}

int main(void)
{
    struct shell shell = {0};
    long error = jobs_init();

    if (error < 0) {
        printf("shell: no endpoint: %s\n", trapeze_error_meaning(error));
        return 1;
    }
    printf("Trapeze %s. Type help for the commands.\n", TRAPEZE_VERSION);
    while (!shell.leaves) {
        jobs_report();
        switch (read_line()) {
        case EDITOR_LINE:
            run_line(&shell);
            break;
        case EDITOR_INTERRUPT:
            shell.status = STATUS_INTERRUPTED;
            break;
        default:
            printf("exit\n");
            return shell.status;
        }
    }
    return shell.status;
}
