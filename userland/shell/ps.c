/* SPDX-License-Identifier: MIT
 *
 * ps: what the servers and the jobs are doing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <trapeze.h>

#include "init_client.h"
#include "jobs.h"
#include "shell.h"

#define ROWS_MAX 64
#define END_TEXT_BYTES 80
#define NAME_BYTES 48

struct row {
    char name[NAME_BYTES];
    bool is_up;          /* what follows, up to handles, is known */
    const char *summary; /* in place of the state where it is not */
    uint64_t number;
    uint64_t state;
    uint64_t waits_for; /* the number of an endpoint or a process */
    uint64_t cycles;
    uint64_t pages;
    uint64_t pages_max;
    uint64_t handles;
    uint64_t hart; /* that it runs on, or ran on last */
    uint64_t restarts;
    char last_end[END_TEXT_BYTES];
};

static struct row rows[ROWS_MAX];
static size_t row_count;

static struct row *add_row(const char *name)
{
    struct row *row = &rows[row_count++];

    *row = (struct row){0};
    snprintf(row->name, sizeof(row->name), "%s", name);
    return row;
}

static void inspect(struct row *row, uint64_t process)
{
    uint64_t state[4];
    uint64_t budget[4];
    uint64_t objects[4];

    if (process == 0 || trapeze_process_inspect(process, INSPECT_STATE, state) < 0 ||
        trapeze_process_inspect(process, INSPECT_BUDGET, budget) < 0 ||
        trapeze_process_inspect(process, INSPECT_OBJECTS, objects) < 0)
        return;
    row->is_up = true;
    row->state = state[0];
    row->waits_for = state[1];
    row->cycles = state[2];
    row->pages = budget[0];
    row->pages_max = budget[1];
    row->number = objects[0];
    row->handles = objects[1];
    row->hart = objects[3];
}

static void describe_end(const struct server *server, char text[END_TEXT_BYTES])
{
    struct trapeze_child end = {
        .scause = server->words[0], .pc = server->words[1], .value = server->words[2]};

    if (server->end == INIT_END_UNRESPONSIVE) {
        snprintf(text, END_TEXT_BYTES, "did not answer");
    } else if (server->end != 0) {
        end.kind = (int64_t)server->end - 1;
        trapeze_describe(&end, text, END_TEXT_BYTES);
    }
}

/* Where init gave no handle. */
static const char *summarize(uint64_t state)
{
    switch (state) {
    case INIT_SERVER_UP:
        return "(runs)"; /* init itself */
    case INIT_SERVER_WAITS:
        return "(to be started)";
    default:
        return "(finished)";
    }
}

static void collect_servers(void)
{
    struct server server;

    for (size_t i = 0; i < ROWS_MAX - JOBS_MAX; i++) {
        if (init_client_server(i, &server) < 0)
            return;
        struct row *row = add_row(server.name);
        row->restarts = server.restarts;
        row->summary = summarize(server.state);
        describe_end(&server, row->last_end);
        inspect(row, server.process);
        if (server.process != 0)
            sys_handle_close(server.process);
    }
}

static void collect_jobs(void)
{
    char name[NAME_BYTES];

    for (unsigned i = 1; i <= JOBS_MAX; i++) {
        const struct job *job = jobs_find(i);
        if (job == NULL)
            continue;
        snprintf(name, sizeof(name), "%%%u %s", i, job->name);
        struct row *row = add_row(name);
        row->summary = "(finished)";
        inspect(row, job->ended ? 0 : job->process);
    }
}

/* A process's name, or that of an endpoint which the shell knows, or the number. The
 * shell knows some by several handles: "console" is the name, "console.child" is not.
 */
static void name_of(uint64_t number, char text[NAME_BYTES])
{
    const struct trapeze_startup *startup = trapeze_startup();
    struct trapeze_handle about;

    snprintf(text, NAME_BYTES, "#%" PRIu64, number);
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].is_up && rows[i].number == number)
            memcpy(text, rows[i].name, NAME_BYTES);
    for (uint32_t i = 0; startup != NULL && i < startup->handle_count; i++) {
        const char *name = startup->handles[i].name;
        if (memchr(name, '.', TRAPEZE_NAME_BYTES) == NULL &&
            trapeze_handle_inspect(startup->handles[i].handle, &about) >= 0 &&
            about.type == OBJECT_ENDPOINT && about.number == number)
            snprintf(text, NAME_BYTES, "%.*s", TRAPEZE_NAME_BYTES, name);
    }
}

/* Of the time since boot, in tenths of a percent. */
static uint64_t share_of(uint64_t cycles)
{
    uint64_t total = (uint64_t)sys_kernel_info(INFO_IDLE_CYCLES);

    for (size_t i = 0; i < row_count; i++)
        total += rows[i].cycles;
    return total < 1000 ? 0 : cycles / (total / 1000);
}

static void print_row(const struct row *row)
{
    char waits_for[NAME_BYTES] = "-";
    char share[32];
    char pages[48];
    uint64_t tenths = share_of(row->cycles);

    if (!row->is_up) {
        printf("%-12s %6s %-17s %-10s %4s %6s %11s %7s %8" PRIu64 "  %s\n", row->name,
               "-", row->summary, "-", "-", "-", "-", "-", row->restarts,
               row->last_end);
        return;
    }
    if (row->waits_for != 0)
        name_of(row->waits_for, waits_for);
    snprintf(share, sizeof(share), "%" PRIu64 ".%" PRIu64 "%%", tenths / 10,
             tenths % 10);
    snprintf(pages, sizeof(pages), "%" PRIu64 "/%" PRIu64, row->pages, row->pages_max);
    printf("%-12s %6" PRIu64 " %-17s %-10s %4" PRIu64 " %6s %11s %7" PRIu64 " %8" PRIu64
           "  %s\n",
           row->name, row->number, trapeze_state_name(row->state), waits_for, row->hart,
           share, pages, row->handles, row->restarts, row->last_end);
}

static int print_all(void)
{
    printf("%-12s %6s %-17s %-10s %4s %6s %11s %7s %8s  %s\n", "NAME", "NUMBER",
           "STATE", "WAITS FOR", "HART", "CPU", "PAGES", "HANDLES", "RESTARTS",
           "LAST END");
    for (size_t i = 0; i < row_count; i++)
        print_row(&rows[i]);
    return 0;
}

/* Word 4 * group + i of the registers. */
static void print_registers(size_t index)
{
    uint64_t words[4];

    for (uint64_t group = 0; group < REGISTER_FLOAT_GROUP; group++) {
        if (init_client_registers(index, group, words) < 0)
            return;
        for (unsigned i = 0; i < 4; i++) {
            char name[8] = "pc";
            if (group != 0 || i != 0)
                snprintf(name, sizeof(name), "x%u", (unsigned)group * 4 + i);
            printf("%4s %016" PRIx64 "%s", name, words[i], i == 3 ? "\n" : " ");
        }
    }
}

static int print_one(const char *name)
{
    for (size_t i = 0; i < row_count; i++) {
        const struct row *row = &rows[i];
        if (strcmp(row->name, name) != 0)
            continue;
        printf("%s %s\n", row->name,
               row->is_up ? trapeze_state_meaning(row->state) : row->summary);
        printf("restarts: %" PRIu64 "\nlast end: %s\n", row->restarts,
               row->last_end[0] != '\0' ? row->last_end : "none");
        print_registers(i);
        return 0;
    }
    printf("ps: there is no server '%s'\n", name);
    return 1;
}

int ps_run(struct shell *shell, int argc, char *argv[])
{
    (void)shell;
    row_count = 0;
    collect_servers();
    if (argc > 1)
        return print_one(argv[1]);
    collect_jobs();
    return print_all();
}
