/* SPDX-License-Identifier: MIT
 *
 * The programs that the shell has started. The badge of a supervisor's message is the
 * job's number; a signal is a ^C.
 */
#include "jobs.h"

#include <stdio.h>
#include <string.h>

#include "terminal.h"

#define SIGNAL_INTERRUPT 1
#define STATUS_KILLED 137 /* as other shells say it: 128 + SIGKILL */
#define PASSED 1          /* a deadline in the past: only what is there already */

static struct job jobs[JOBS_MAX];
static uint64_t endpoint;
static uint64_t interrupt;

long jobs_init(void)
{
    long created = sys_endpoint_create();
    long signal;

    if (created < 0)
        return created;
    signal = sys_handle_duplicate((uint64_t)created, RIGHT_SIGNAL, SIGNAL_INTERRUPT);
    if (signal < 0)
        return signal;
    endpoint = (uint64_t)created;
    interrupt = (uint64_t)signal;
    return 0;
}

struct job *jobs_find(unsigned number)
{
    if (number < 1 || number > JOBS_MAX || jobs[number - 1].process == 0)
        return NULL;
    return &jobs[number - 1];
}

static unsigned find_free(void)
{
    for (unsigned i = 0; i < JOBS_MAX; i++)
        if (jobs[i].process == 0)
            return i + 1;
    return 0;
}

/* What children get: nothing with which they could pose as the shell. */
static void list_handles(struct trapeze_spawn_handle handles[4])
{
    const struct trapeze_spawn_handle all[] = {
        {"console", terminal_for_children()},
        {"names", trapeze_inherited("names.child")},
        {"archive", trapeze_inherited("archive")},
    };
    size_t count = 0;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (all[i].handle != 0)
            handles[count++] = all[i];
    handles[count] = (struct trapeze_spawn_handle){0};
}

static long spawn(struct command *command, unsigned number)
{
    struct trapeze_spawn_handle handles[4];
    const struct trapeze_spawn_options options = {
        .priority = -1,
        .supervisor = endpoint,
        .badge = number,
        .handles = handles,
        .bare = true,
        .stopped = true,
    };

    list_handles(handles);
    return trapeze_spawn_with(command->argc, command->argv, &options);
}

long jobs_start(struct command *command, bool foreground)
{
    unsigned number = find_free();
    uint64_t about[4] = {0};
    struct job *job;
    long process;
    long error;

    if (number == 0)
        return E_NO_SLOT;
    process = spawn(command, number);
    if (process < 0)
        return process;
    job = &jobs[number - 1];
    *job = (struct job){.process = (uint64_t)process};
    snprintf(job->name, sizeof(job->name), "%s", command->argv[0]);
    trapeze_process_inspect(job->process, INSPECT_OBJECTS, about);
    job->number = about[0];
    if (foreground)
        terminal_give(job->number, interrupt);
    error = trapeze_start_spawned(process);
    if (error < 0) {
        sys_process_kill(job->process);
        return error;
    }
    return number;
}

static void note_end(const struct trapeze_message *message)
{
    struct job *job = jobs_find((unsigned)message->badge);

    if (job == NULL || job->ended || job->number != message->words[3])
        return; /* of one that could not be started */
    job->ended = true;
    job->end = (struct trapeze_child){.kind = (int64_t)message->label,
                                      .scause = message->words[0],
                                      .pc = message->words[1],
                                      .value = message->words[2]};
    trapeze_collect((long)job->process);
    terminal_forget(job->number);
}

/* Waits for the next event. False: the deadline passed. */
static bool receive(uint64_t deadline, struct job *foreground)
{
    const struct trapeze_message verdict = {.label = VERDICT_KILL};
    struct trapeze_message message = {.deadline = deadline};

    switch (trapeze_recv(endpoint, &message)) {
    case KIND_SIGNAL:
        if (foreground != NULL && !foreground->ended)
            sys_process_kill(foreground->process);
        return true;
    case KIND_FAULT:
        trapeze_reply(message.token, &verdict);
        return true;
    case KIND_END:
        note_end(&message);
        return true;
    default:
        return false;
    }
}

static int status_of(const struct trapeze_child *end)
{
    if (end->kind == END_EXITED)
        return (int)end->status;
    return end->kind == END_FAULTED ? STATUS_FAULT_BASE + (int)end->scause
                                    : STATUS_KILLED;
}

int jobs_wait(struct job *job)
{
    uint64_t second = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    char text[96];
    int status;

    fflush(stdout);
    terminal_give(job->number, interrupt);
    while (!job->ended)
        if (!receive(trapeze_time() + second, job))
            terminal_give(job->number, interrupt);
    terminal_take();
    status = status_of(&job->end);
    if (status != 0)
        printf("%s: %s\n", job->name, trapeze_describe(&job->end, text, sizeof(text)));
    job->process = 0;
    return status;
}

void jobs_report(void)
{
    char text[96];

    while (receive(PASSED, NULL))
        continue;
    for (unsigned i = 0; i < JOBS_MAX; i++) {
        if (jobs[i].process == 0 || !jobs[i].ended)
            continue;
        printf("[%u] %s: %s\n", i + 1, jobs[i].name,
               trapeze_describe(&jobs[i].end, text, sizeof(text)));
        jobs[i].process = 0;
    }
}
