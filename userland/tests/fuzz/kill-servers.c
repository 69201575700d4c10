/* SPDX-License-Identifier: MIT
 *
 * kill-servers KILLS SEED: has init kill each server so many times, at random moments,
 * while clients use it. No client may hang or be told anything but what the protocols
 * allow; in the end all of it works.
 *
 * kill-servers typing: kills the console, and reads a line that is typed while it is
 * dead.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze/console.h>
#include <trapeze/init_protocol.h>

#include "../check.h"
#include "kill-servers.h"

#define PROGRAM "kill-servers"
#define CLIENT_PRIORITY 8
#define POLL_US 500
#define LIFE_US 4000 /* a server lives up to so long before it is killed again */
#define RESTART_MS                                                                     \
    3000                 /* after its end it has to be up again, with its delay of 1 s \
                          */
#define PROGRESS_MS 3000 /* a client that does nothing for so long hangs */
#define PROGRESS 3       /* requests */
#define TYPING_KILLS 9   /* until the delay is a second, nearly */
#define LINE_BYTES 80

static const char *const servers[] = {"console", "names"};
#define SERVERS (sizeof(servers) / sizeof(servers[0]))

static const char *const client_names[CLIENT_END] = {"writer", "writer-2", "reader",
                                                     "looker", "registrar"};

static uint64_t ticks_of_us(uint64_t microseconds)
{
    return microseconds * (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ) / 1000000;
}

static void pause_for(uint64_t microseconds)
{
    trapeze_sleep_until(trapeze_time() + ticks_of_us(microseconds));
}

static long ask_init(uint64_t label, uint64_t word0, uint64_t word1,
                     struct trapeze_message *message)
{
    *message =
        (struct trapeze_message){.label = label, .words = {word0, word1}, .welcome = 1};
    const long error = trapeze_call(trapeze_inherited("init"), message);
    if (error == 0 && message->grant != 0)
        sys_handle_close(message->grant);
    return error < 0 ? error : (long)message->label;
}

/* How often a server was started again, -1 if it is not up now. */
static int64_t restarts_of(const char *name)
{
    struct trapeze_message message;

    for (uint64_t place = 0; ask_init(INIT_LIST, place, 0, &message) == 0; place++) {
        if (strncmp((const char *)message.words, name, INIT_NAME_BYTES) == 0)
            return message.words[3] == INIT_SERVER_UP ? (int64_t)message.words[2] : -1;
    }
    return -1;
}

/* False: it does not come up. */
static bool wait_for_server(const char *name, int64_t restarts)
{
    const uint64_t end = trapeze_time() + ticks_of_us(RESTART_MS * 1000);

    while (restarts_of(name) < restarts) {
        if (trapeze_time() > end)
            return false;
        pause_for(POLL_US);
    }
    return true;
}

static bool kill_server(const char *name)
{
    uint64_t words[2] = {0};
    struct trapeze_message message;

    memcpy(words, name, strlen(name));
    return CHECK_EQUAL(ask_init(INIT_KILL, words[0], words[1], &message), E_OK);
}

static long start_client(enum client client, uint64_t memory)
{
    char number[4];
    const struct trapeze_spawn_handle handles[] = {{"state", memory}, {NULL, 0}};
    const struct trapeze_spawn_options options = {.priority = CLIENT_PRIORITY,
                                                  .handles = handles};

    snprintf(number, sizeof(number), "%d", (int)client);
    const long process =
        trapeze_spawn_with(3, (char *[]){PROGRAM, "client", number, NULL}, &options);
    CHECK(process > 0);
    return process;
}

/* Whether a client gets on; the reader has nothing to read. */
static bool gets_on(const struct kill_state *state, enum client client)
{
    const volatile struct client_state *own = &state->clients[client];
    const uint64_t before = own->requests;
    const uint64_t end = trapeze_time() + ticks_of_us(PROGRESS_MS * 1000);

    while (own->requests < before + PROGRESS && trapeze_time() < end)
        pause_for(POLL_US);
    return client == CLIENT_READER || own->requests >= before + PROGRESS;
}

static void judge(const struct kill_state *state, uint64_t kills)
{
    for (enum client client = 0; client < CLIENT_END; client++) {
        const struct client_state *own = &state->clients[client];
        printf("%s: %s: %" PRIu64 " requests, %" PRIu64 " succeeded, %" PRIu64
               " let down, %" PRIu64 " names unknown\n",
               PROGRAM, client_names[client], own->requests, own->succeeded,
               own->let_down, own->unknown);
        if (!CHECK_EQUAL(own->wrong, 0))
            printf("    %s: %s\n", client_names[client],
                   trapeze_error_name(own->wrong_result));
        CHECK(own->requests > 0);
    }
    /* It waits in the console each time that the console dies; others are hit now and
     * then. */
    CHECK(state->clients[CLIENT_READER].let_down >= kills / 2);
    CHECK(state->clients[CLIENT_LOOKER].let_down +
              state->clients[CLIENT_REGISTRAR].let_down >
          0);
}

static void kill_all_servers(uint64_t kills, uint64_t random)
{
    int64_t before[SERVERS];

    for (uint64_t i = 0; i < kills; i++) {
        for (size_t server = 0; server < SERVERS; server++)
            before[server] = restarts_of(servers[server]);
        for (size_t server = 0; server < SERVERS; server++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            pause_for((random >> 33) % LIFE_US);
            if (!CHECK(before[server] >= 0) || !kill_server(servers[server]))
                return;
        }
        for (size_t server = 0; server < SERVERS; server++) {
            if (!CHECK(wait_for_server(servers[server], before[server] + 1)))
                return;
        }
    }
}

/* Writers end by themselves, the others are ended. */
static void end_clients(struct kill_state *state, const long processes[CLIENT_END])
{
    struct trapeze_child end;

    state->finish = 1;
    for (enum client client = 0; client < CLIENT_END; client++) {
        if (client > CLIENT_WRITER_2)
            trapeze_kill(processes[client]);
        trapeze_wait(processes[client], TRAPEZE_NEVER, &end);
        CHECK_EQUAL(end.kind, client > CLIENT_WRITER_2 ? END_KILLED : END_EXITED);
    }
}

static int kill_and_judge(uint64_t kills, uint64_t seed)
{
    long processes[CLIENT_END];
    const long memory = sys_memory_create(1, 0);
    struct kill_state *state =
        trapeze_map((uint64_t)memory, 1, RIGHT_READ | RIGHT_WRITE, NULL);

    printf("%s: %" PRIu64 " kills of each server, seed %" PRIu64 "\n", PROGRAM, kills,
           seed);
    for (enum client client = 0; client < CLIENT_END; client++)
        processes[client] = start_client(client, (uint64_t)memory);
    kill_all_servers(kills, seed);
    bool fine = true;
    for (enum client client = 0; client < CLIENT_END; client++)
        fine &= gets_on(state, client);
    end_clients(state, processes);
    CHECK(fine);
    judge(state, kills);
    for (size_t server = 0; server < SERVERS; server++)
        CHECK(restarts_of(servers[server]) >= (int64_t)kills);
    CHECK(trapeze_lookup("console") > 0);
    return check_end(PROGRAM);
}

/* Each end makes the next delay longer, so that there is time to type in the last one.
 */
static int read_typing(void)
{
    char line[LINE_BYTES] = "";

    for (int i = 0; i < TYPING_KILLS; i++) {
        kill_server("console");
        if (!CHECK(wait_for_server("console", i + 1)))
            return 1;
    }
    printf("type now\n");
    trapeze_console_simple(CONSOLE_DRAIN, 0);
    const uint64_t start = trapeze_time();
    kill_server("console");
    CHECK(wait_for_server("console", TYPING_KILLS + 1));
    CHECK(trapeze_time() - start > ticks_of_us(500000));
    CHECK(fgets(line, sizeof(line), stdin) != NULL);
    line[strcspn(line, "\n")] = '\0';
    printf("typed: '%s'\n", line);
    return check_end(PROGRAM);
}

static int start_as_client(const char *number)
{
    struct kill_state *state =
        trapeze_map(trapeze_inherited("state"), 1, RIGHT_READ | RIGHT_WRITE, NULL);

    return state == NULL ? 2 : client_main((enum client)atoi(number), state);
}

int main(int argc, char *argv[])
{
    if (argc == 3 && strcmp(argv[1], "client") == 0)
        return start_as_client(argv[2]);
    if (argc == 2 && strcmp(argv[1], "typing") == 0)
        return read_typing();
    if (argc != 3) {
        printf("usage: " PROGRAM " KILLS SEED, or " PROGRAM " typing\n");
        return 2;
    }
    return kill_and_judge(strtoull(argv[1], NULL, 0), strtoull(argv[2], NULL, 0));
}
