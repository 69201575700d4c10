/* SPDX-License-Identifier: MIT
 *
 * The shell's own commands, in one table.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze.h>

#include "init_client.h"
#include "jobs.h"
#include "shell.h"

#define STATUS_MAX 255
#define COLUMNS 76

/* A whole number in decimal. */
static bool read_number(const char *text, uint64_t *number)
{
    char *end;

    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

static int complain(const char *name, const char *what)
{
    printf("%s: %s\n", name, what);
    return 1;
}

static void print_programs(void)
{
    size_t column = 0;
    const char *name;

    printf(
        "\nPrograms (PROGRAM ARGUMENT..., and & to go on without waiting for it):\n");
    for (size_t i = 0; (name = programs_at(i)) != NULL; i++) {
        size_t width = strlen(name) + 2;
        if (column + width > COLUMNS) {
            printf("\n");
            column = 0;
        }
        printf("%s%s", column == 0 ? "  " : " ", name);
        column += width;
    }
    printf("\n");
}

static int run_help(struct shell *shell, int argc, char *argv[])
{
    const struct builtin *builtin;

    (void)shell;
    (void)argc;
    (void)argv;
    for (size_t i = 0; (builtin = builtins_at(i)) != NULL; i++)
        printf("  %-9s %-23s%s\n", builtin->name, builtin->arguments, builtin->summary);
    printf("\nKeys: ^C ends the program in the foreground, ^D is the end of its input; "
           "arrows,\nHome, End, ^A ^E ^K ^U ^W ^L and Tab edit the line.\n");
    print_programs();
    return 0;
}

static int run_echo(struct shell *shell, int argc, char *argv[])
{
    (void)shell;
    for (int i = 1; i < argc; i++)
        printf("%s%s", i > 1 ? " " : "", argv[i]);
    printf("\n");
    return 0;
}

static int run_jobs(struct shell *shell, int argc, char *argv[])
{
    (void)shell;
    (void)argc;
    (void)argv;
    for (unsigned i = 1; i <= JOBS_MAX; i++) {
        const struct job *job = jobs_find(i);
        if (job != NULL)
            printf("[%u] %s (process %" PRIu64 ")\n", i, job->name, job->number);
    }
    return 0;
}

/* "%3", or "3"; without an argument the newest. 0: none. */
static unsigned job_of(int argc, char *argv[])
{
    uint64_t number = 0;

    if (argc > 1)
        return read_number(argv[1] + (argv[1][0] == '%'), &number) &&
                       number <= JOBS_MAX && jobs_find((unsigned)number) != NULL
                   ? (unsigned)number
                   : 0;
    for (unsigned i = 1; i <= JOBS_MAX; i++)
        if (jobs_find(i) != NULL &&
            (number == 0 || jobs_find(i)->number > jobs_find((unsigned)number)->number))
            number = i;
    return (unsigned)number;
}

static int run_fg(struct shell *shell, int argc, char *argv[])
{
    unsigned number = job_of(argc, argv);

    (void)shell;
    if (number == 0)
        return complain("fg", "there is no such job");
    printf("%s\n", jobs_find(number)->name);
    return jobs_wait(jobs_find(number));
}

static struct job *job_with_process(uint64_t number)
{
    for (unsigned i = 1; i <= JOBS_MAX; i++)
        if (jobs_find(i) != NULL && jobs_find(i)->number == number)
            return jobs_find(i);
    return NULL;
}

/* The name of the server with this process, in a buffer of its own; NULL if none has.
 */
static const char *server_with_process(uint64_t number)
{
    static struct server server;
    uint64_t about[4];

    for (size_t i = 0; init_client_server(i, &server) == 0; i++) {
        bool found =
            server.process != 0 &&
            trapeze_process_inspect(server.process, INSPECT_OBJECTS, about) == 0 &&
            about[0] == number;
        if (server.process != 0)
            sys_handle_close(server.process);
        if (found)
            return server.name;
    }
    return NULL;
}

static int kill_server(const char *name)
{
    long error = init_client_kill(name);

    if (error == E_INVALID)
        return complain(name, "there is no such job, process or server");
    if (error == E_RIGHTS)
        return complain(name, "the shell may not end this server");
    if (error < 0)
        return complain(name, trapeze_error_meaning(error));
    return 0;
}

static int kill_one(char *word)
{
    uint64_t number;
    struct job *job = NULL;
    const char *name = word;

    if (word[0] == '%') {
        char *argv[] = {NULL, word};
        job = jobs_find(job_of(2, argv));
        if (job == NULL)
            return complain(word, "there is no such job");
    } else if (read_number(word, &number)) {
        job = job_with_process(number);
        name = server_with_process(number);
    }
    if (job != NULL && !job->ended && sys_process_kill(job->process) < 0)
        return complain(word, "it could not be ended");
    if (job != NULL)
        return 0;
    return name != NULL ? kill_server(name)
                        : complain(word, "there is no such process");
}

static int run_kill(struct shell *shell, int argc, char *argv[])
{
    int status = 0;

    (void)shell;
    if (argc < 2)
        return complain("kill", "say whom: %JOB, a process's number or a server");
    for (int i = 1; i < argc; i++)
        status |= kill_one(argv[i]);
    return status;
}

static bool read_status(int argc, char *argv[], uint64_t *status)
{
    return argc < 2 || (read_number(argv[1], status) && *status <= STATUS_MAX);
}

static int run_exit(struct shell *shell, int argc, char *argv[])
{
    uint64_t status = (uint64_t)shell->status;

    if (!read_status(argc, argv, &status))
        return complain("exit", "the status is a number from 0 to 255");
    shell->leaves = true;
    return (int)status;
}

static int run_poweroff(struct shell *shell, int argc, char *argv[])
{
    uint64_t status = 0;

    (void)shell;
    if (!read_status(argc, argv, &status))
        return complain("poweroff", "the status is a number from 0 to 255");
    fflush(stdout);
    return complain("poweroff", trapeze_error_meaning(init_client_power_off(status)));
}

static const struct builtin builtins[] = {
    {"help", "", "shows this", run_help},
    {"ps", "[SERVER]", "shows what servers and jobs do, or one server's last fault",
     ps_run},
    {"jobs", "", "lists the programs that run in the background", run_jobs},
    {"fg", "[%JOB]", "waits for a job, which gets the keyboard", run_fg},
    {"kill", "%JOB|NUMBER|SERVER...", "ends a job, a process or a server", run_kill},
    {"echo", "[WORD...]", "says it again", run_echo},
    {"exit", "[STATUS]", "ends the shell", run_exit},
    {"poweroff", "[STATUS]", "powers the machine off", run_poweroff},
};

#define BUILTIN_COUNT (sizeof(builtins) / sizeof(builtins[0]))

const struct builtin *builtins_at(size_t index)
{
    return index < BUILTIN_COUNT ? &builtins[index] : NULL;
}

const struct builtin *builtins_find(const char *name)
{
    for (size_t i = 0; i < BUILTIN_COUNT; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return &builtins[i];
    return NULL;
}
