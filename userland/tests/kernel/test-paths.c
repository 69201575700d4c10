/* SPDX-License-Identifier: MIT
 *
 * The conductor of a play (play.h): test-paths SEED MOVES [FROM TO]. Its output is the
 * same for every kernel that keeps the same rules, but for the lines that begin with
 * "count". With FROM and TO it shows these moves.
 */
#include <stdlib.h>
#include <string.h>

#include "play.h"

#define PROGRAM "test-paths"
#define PLAYER_PAGES 44
#define PLAYER_SLOTS 13
#define WAIT_US 1000
#define RTC_ADDRESS 0x101000UL
#define RTC_SOURCE 11
#define IRQ_BADGE (1UL << 50)

static const enum place roles[PLAYERS] = {
    CLIENT, CLIENT, CLIENT, CLIENT, CLIENT,     JUDGE,       SERVER_A, SERVER_B,
    MIDDLE, POOL,   POOL,   POOL,   SENTRY_LOW, SENTRY_HIGH, DRIVER};

#define JUDGE_INDEX 5

static const char *const case_texts[] = {
#define CASE(name, text) text,
    CASES(CASE)
#undef CASE
};

static uint64_t memory, bell;
static uint64_t device, irq; /* 0: the manifest does not give the machine */
static uint64_t places[PLACES];
static struct actor *actors[PLAYERS];

/* A copy of a handle in the player's table; 0 if that, or what it names, is ending. */
static uint64_t give(uint64_t player, uint64_t handle, uint64_t rights, uint64_t badge)
{
    const long made = sys_handle_duplicate(handle, rights, badge);
    const long given =
        made < 0 ? 0 : sys_process_give(actors[player]->process, (uint64_t)made);

    if (made >= 0)
        CHECK_EQUAL(sys_handle_close((uint64_t)made), 0);
    return given > 0 ? (uint64_t)given : 0;
}

static uint64_t give_send(uint64_t player, uint64_t place)
{
    return give(player, places[place], RIGHT_SEND | RIGHT_SIGNAL,
                1UL << (player + 16 * place % 48));
}

static void give_places(struct player *player)
{
    const uint64_t index = player->index;

    for (uint64_t i = 0; i < PLACES; i++) {
        player->send[i] = give_send(index, i);
        player->receive[i] = give(index, places[i], RIGHT_RECEIVE, 0);
    }
    player->muted = give(index, places[SERVER_A], RIGHT_SIGNAL, 1UL << 63);
    player->silent = give(index, places[SERVER_B], RIGHT_SEND | RIGHT_SIGNAL, 0);
    if (irq != 0 && player->role == DRIVER)
        player->irq = give(index, irq, RIGHT_BIND, 0);
    player->bell = give(index, bell, RIGHT_SIGNAL, 1UL << index);
}

/* The new player knows the others, and they the new one. */
static void introduce(uint64_t index)
{
    const uint64_t rights = RIGHT_CONTROL | RIGHT_INSPECT;

    for (uint64_t i = 0; i < PLAYERS; i++) {
        struct player *other = &WORLD->players[i];
        if (i == index || actors[i] == NULL)
            continue;
        WORLD->players[index].peers[i] = give(index, actors[i]->process, rights, 0);
        if (other->peers[index] != 0 && other->stale_count < STALE_MAX)
            other->stale[other->stale_count++] = other->peers[index];
        other->peers[index] = give(i, actors[index]->process, rights, 0);
    }
}

static void make_player(uint64_t index)
{
    struct player *player = &WORLD->players[index];

    memset(player, 0, sizeof(*player));
    player->index = index;
    player->serial = ++WORLD->serials;
    player->role = roles[index];
    const uint64_t least = play_priority(player->role);
    player->making = NO_MEMORY;
    actors[index] = actor_make(play_role, &(struct actor_options){
                                              .priority = (int)(least + play_random(2)),
                                              .pages = PLAYER_PAGES,
                                              .slots = PLAYER_SLOTS,
                                              .supervisor = places[JUDGE],
                                              .badge = index + 1,
                                              .stopped = true,
                                              .words = {index},
                                          });
    must(sys_memory_map(memory, actors[index]->process, WORLD_ADDRESS, 0, WORLD_PAGES,
                        RIGHT_READ | RIGHT_WRITE));
    if (device != 0)
        must(sys_memory_map(device, actors[index]->process, RTC_WINDOW, 0, 1,
                            RIGHT_READ | RIGHT_WRITE));
    give_places(player);
    introduce(index);
    actor_run(actors[index]);
}

static bool has_ended(uint64_t index)
{
    uint64_t words[4];

    return trapeze_process_inspect(actors[index]->process, INSPECT_STATE, words) ==
           E_GONE;
}

static void bury(uint64_t index)
{
    CHECK_EQUAL(sys_handle_close(actors[index]->process), 0);
    actors[index]->process = 0;
    actors[index] = NULL;
}

static void replace_players(void)
{
    for (uint64_t i = 0; i < PLAYERS; i++) {
        if (!has_ended(i))
            continue;
        bury(i);
        make_player(i);
        play_count(CASE_KILLED);
    }
}

static uint64_t number_of(uint64_t endpoint)
{
    struct trapeze_handle facts;

    must(trapeze_handle_inspect(endpoint, &facts) + 1);
    return facts.number;
}

static void make_place(uint64_t place)
{
    places[place] = must(sys_endpoint_create());
    WORLD->numbers[place] = number_of(places[place]);
}

static void bind_driver(void)
{
    const uint64_t handle = duplicate(places[DRIVER], RIGHT_SIGNAL, IRQ_BADGE);

    if (irq != 0) {
        CHECK_EQUAL(sys_irq_bind(irq, handle), 0);
        WORLD->masked = WORLD->raised;
        WORLD->raised = false;
        WORLD->bound = true;
    }
    CHECK_EQUAL(sys_handle_close(handle), 0);
}

/* The players find out when they use it next, and for the device nobody does. */
static void replace_place(uint64_t place)
{
    CHECK_EQUAL(sys_object_destroy(places[place]), 0);
    CHECK_EQUAL(sys_handle_close(places[place]), 0);
    make_place(place);
    play_count(CASE_REPLACED);
    WORLD->bound &= place != DRIVER;
    for (uint64_t i = 0; i < PLAYERS; i++) {
        struct player *player = &WORLD->players[i];
        if (player->new_send[place] != 0 && player->stale_count + 2 <= STALE_MAX) {
            player->stale[player->stale_count++] = player->new_send[place];
            player->stale[player->stale_count++] = player->new_receive[place];
        }
        player->new_send[place] = give_send(i, place);
        player->new_receive[place] = give(i, places[place], RIGHT_RECEIVE, 0);
    }
}

/* Whoever waits to receive wakes up: one of them by each signal. */
static void signal_all(void)
{
    for (uint64_t i = 0; i < PLAYERS; i++) {
        if (roles[i] == CLIENT)
            continue;
        const uint64_t handle = duplicate(places[roles[i]], RIGHT_SIGNAL, 1UL << 40);
        CHECK_EQUAL(sys_signal(handle), 0);
        CHECK_EQUAL(sys_handle_close(handle), 0);
    }
}

/* Nobody else hears of it. */
static bool judge_has_faulted(void)
{
    return actor_state(actors[JUDGE_INDEX]) == STATE_FAULTING;
}

/* Something for those who wait. */
static void stir(bool idle)
{
    const uint64_t drawn = play_random(idle ? 12 : 6);

    if (judge_has_faulted())
        sys_process_kill(actors[JUDGE_INDEX]->process);
    if (drawn == 0)
        replace_place(play_one_in(4) ? DRIVER
                                     : (JUDGE + 1 + play_random(PLACES - 1)) % PLACES);
    else if (drawn == 1)
        sys_process_kill(actors[play_random(PLAYERS)]->process);
    else if (drawn == 2)
        bind_driver();
    else if (idle && drawn < 5)
        return; /* the next deadline passes */
    else if (idle)
        signal_all();
}

static void conduct(void)
{
    while (!WORLD->over) {
        struct trapeze_message message = {.deadline = play_deadline() + 1};
        const long kind = trapeze_recv(bell, &message);
        if (kind == E_TIMEOUT) {
            play_count(CASE_IDLE);
            WORLD->siesta = false;
            WORLD->move++; /* time goes on */
        }
        replace_players();
        stir(kind == E_TIMEOUT);
    }
}

/* The clock's alarm is in the past from now on. */
static void take_device(void)
{
    const uint64_t machine = trapeze_inherited("machine");

    if (machine == 0)
        return;
    device = must(sys_device_create(machine, RTC_ADDRESS, 1));
    irq = must(sys_irq_create(machine, RTC_SOURCE));
    must(sys_memory_map(device, 0, RTC_WINDOW, 0, 1, RIGHT_READ | RIGHT_WRITE));
    *(volatile uint32_t *)(RTC_WINDOW + RTC_ALARM_HIGH) = 0;
    *(volatile uint32_t *)(RTC_WINDOW + RTC_ALARM_LOW) = 1;
    WORLD->device = true;
}

static void end_play(void)
{
    for (uint64_t i = 0; i < PLAYERS; i++)
        sys_process_kill(actors[i]->process);
    for (uint64_t i = 0; i < PLAYERS; i++) {
        while (!has_ended(i))
            pause_us(WAIT_US);
        bury(i);
    }
    for (uint64_t i = 0; i < PLACES; i++) {
        CHECK_EQUAL(sys_object_destroy(places[i]), 0);
        CHECK_EQUAL(sys_handle_close(places[i]), 0);
    }
}

static void show_registers(const char *what, const struct trapeze_registers *registers)
{
    const uint64_t *words = (const uint64_t *)registers;

    printf("    %s", what);
    for (size_t i = 0; i < sizeof(*registers) / sizeof(*words); i++)
        printf(" x%zu=%lx", i + 1, (unsigned long)words[i]);
    putchar('\n');
}

static void show_move(const struct log_entry *entry)
{
    printf("  move %lu: player %lu, call %lu, a0 0x%lx -> %ld, sum %016lx\n",
           (unsigned long)entry->move, (unsigned long)entry->player,
           (unsigned long)entry->before.a7, (unsigned long)entry->before.a0,
           (long)entry->after.a0, (unsigned long)entry->sum);
    show_registers("before", &entry->before);
    show_registers("after ", &entry->after);
    for (uint64_t i = 0; i < PLAYERS; i++) {
        const struct report *report = &entry->reports[i];
        printf("    player %lu: %s %s, awaits %lu, priority %lu (%lu), %lu pages, "
               "%lu slots, %lu handles\n",
               (unsigned long)i, trapeze_error_name(report->result),
               trapeze_state_name(report->state), (unsigned long)report->awaited,
               (unsigned long)report->own_priority, (unsigned long)report->priority,
               (unsigned long)report->pages, (unsigned long)report->slots,
               (unsigned long)report->handles);
    }
}

static void show(void)
{
    for (uint64_t i = WORLD->log_from; i < WORLD->log_to && i < WORLD->move; i++) {
        if (WORLD->log[i - WORLD->log_from].move == i)
            show_move(&WORLD->log[i - WORLD->log_from]);
    }
    for (uint64_t i = 0; i < WORLD->move_limit / CHECKPOINT; i++)
        printf("sum before move %lu: %016lx\n", (unsigned long)((i + 1) * CHECKPOINT),
               (unsigned long)WORLD->checkpoints[i]);
    printf("sum at the end, %lu: %016lx\n", (unsigned long)WORLD->move,
           (unsigned long)WORLD->sum);
    for (int i = 0; i < CASE_END; i++)
        printf("%s %s: %lu\n", i < CASE_CALL_NOBODY ? "path" : "case", case_texts[i],
               (unsigned long)WORLD->counts[i]);
    if (WORLD->wrong > 0)
        printf("FAILED: %lu registers are wrong; the first is number %lu at move %lu: "
               "0x%lx instead of 0x%lx\n",
               (unsigned long)WORLD->wrong, (unsigned long)WORLD->wrong_register + 1,
               (unsigned long)WORLD->wrong_move, (unsigned long)WORLD->wrong_value,
               (unsigned long)WORLD->wrong_wanted);
    check_failures += WORLD->wrong > 0;
}

int main(int argc, char *argv[])
{
    if (argc < 3) {
        printf("usage: " PROGRAM " SEED MOVES [FROM TO]\n");
        return 2;
    }
    actors_begin();
    memory = must(sys_memory_create(WORLD_PAGES, 0));
    must(sys_memory_map(memory, 0, WORLD_ADDRESS, 0, WORLD_PAGES,
                        RIGHT_READ | RIGHT_WRITE));
    WORLD->random = strtoul(argv[1], NULL, 0);
    WORLD->move_limit = strtoul(argv[2], NULL, 0);
    WORLD->log_from = argc > 4 ? strtoul(argv[3], NULL, 0) : 0;
    WORLD->log_to = argc > 4 ? strtoul(argv[4], NULL, 0) : 0;
    if (WORLD->move_limit > MOVES_MAX || WORLD->log_to - WORLD->log_from > LOG_MOVES) {
        printf("at most %d moves, and %d of them shown\n", MOVES_MAX, LOG_MOVES);
        return 2;
    }
    take_device();
    bell = must(sys_endpoint_create());
    for (uint64_t i = 0; i < PLACES; i++)
        make_place(i);
    bind_driver();
    printf("a play of %lu moves, seed %lu\n", (unsigned long)WORLD->move_limit,
           (unsigned long)WORLD->random);
    const struct balance before = balance_now();
    for (uint64_t i = 0; i < PLAYERS; i++)
        make_player(i);
    conduct();
    end_play();
    (void)before;
    show();

    return finish(PROGRAM);
}
