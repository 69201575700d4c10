/* SPDX-License-Identifier: MIT
 *
 * What a player does next. Every register that a move does not need has garbage in it.
 */
#include "play.h"

#define REGISTERS 31
#define PRIORITY_MIN 2
#define PRIORITY_MAX 7
#define LIMIT_US \
    60000000 /* all of the longest period: it is there, and never used up */

typedef void move_maker(struct player *player, struct trapeze_registers *registers);

struct choice {
    uint64_t weight;
    move_maker *make;
};

static void choose_among(const struct choice *choices, struct player *player,
                         struct trapeze_registers *registers)
{
    uint64_t sum = 0;
    for (const struct choice *choice = choices; choice->make != NULL; choice++)
        sum += choice->weight;
    uint64_t drawn = play_random(sum);
    for (; choices->make != NULL; choices++) {
        if (drawn < choices->weight) {
            choices->make(player, registers);
            return;
        }
        drawn -= choices->weight;
    }
}

static uint64_t server_handle(const struct player *player)
{
    return player->send[play_random(POOL + 1)];
}

/* Something to grant: mostly a handle. */
static uint64_t a_grant(const struct player *player)
{
    const uint64_t choices[] = {player->own, player->send[SERVER_A], player->granted,
                                player->last_closed};
    const uint64_t handle = choices[play_random(4)];
    return handle != 0 ? handle : player->send[SERVER_B];
}

/* Clients, and servers that call on. A server calls no one before it in the order of
 * places, or two could wait for each other. */

static void call(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = SYS_call;
    registers->a0 = server_handle(player);
    if (player->role < POOL)
        registers->a0 = player->send[POOL];
    else if (player->role != CLIENT)
        registers->a7 = SYS_process_self;
}

static void call_again(struct player *player, struct trapeze_registers *registers)
{
    call(player, registers);
    if (player->role == CLIENT)
        registers->a0 = player->send[player->index % 2 == 0 ? SERVER_A : SERVER_B];
}

static void call_with_deadline(struct player *player,
                               struct trapeze_registers *registers)
{
    call(player, registers);
    registers->t1 = play_one_in(3) ? 1 : play_deadline();
}

static void call_with_grant(struct player *player, struct trapeze_registers *registers)
{
    call(player, registers);
    registers->t0 = a_grant(player);
    registers->t2 = play_random(2);
}

static void call_and_welcome(struct player *player, struct trapeze_registers *registers)
{
    call(player, registers);
    registers->t2 = play_one_in(3) ? 2 : 1;
}

static void call_badly(struct player *player, struct trapeze_registers *registers)
{
    const uint64_t handles[] = {0,
                                player->last_closed,
                                player->muted,
                                player->peers[0],
                                player->receive[SERVER_B],
                                registers->a0};
    call(player, registers);
    registers->a0 = handles[play_random(6)];
}

static void call_granted(struct player *player, struct trapeze_registers *registers)
{
    call(player, registers);
    registers->a0 = player->granted;
    registers->t1 = play_one_in(2) ? 1 : play_deadline();
}

static void send(struct player *player, struct trapeze_registers *registers)
{
    call(player, registers);
    if (registers->a7 == SYS_call)
        registers->a7 = SYS_send;
    if (play_one_in(4))
        registers->t1 = play_one_in(2) ? 1 : play_deadline();
}

static void signal(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = SYS_signal;
    registers->a0 = player->send[play_random(PLACES)];
    if (play_one_in(8))
        registers->a0 = player->silent;
    if (play_one_in(16))
        registers->a0 = player->last_closed;
}

/* The same again and again, as one that has just been looked up. */
static void signal_again(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = SYS_signal;
    registers->a0 = player->send[player->index % 2 == 0 ? POOL : MIDDLE];
}

static void signal_sentry(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = SYS_signal;
    registers->a0 = player->last_signalled;
    if (registers->a0 == 0 || play_one_in(3))
        registers->a0 = player->send[SENTRY_LOW + play_random(DRIVER - SENTRY_LOW + 1)];
}

static void signal_judge(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = SYS_signal;
    registers->a0 = player->send[JUDGE];
}

static void yield(struct player *player, struct trapeze_registers *registers)
{
    (void)player;
    registers->a7 = SYS_yield;
}

static void self(struct player *player, struct trapeze_registers *registers)
{
    (void)player;
    registers->a7 = SYS_process_self;
}

static void ring(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = SYS_signal;
    registers->a0 = player->bell;
}

static void begin_siesta(struct player *player, struct trapeze_registers *registers)
{
    WORLD->siesta = true;
    yield(player, registers);
}

static void set_priority(struct player *player, struct trapeze_registers *registers)
{
    const uint64_t who = play_one_in(2) ? player->index : play_random(PLAYERS);
    registers->a7 = SYS_process_priority;
    registers->a0 = who == player->index ? 0 : player->peers[who];
    registers->a1 = play_priority(WORLD->players[who].role) + play_random(2);
    if (play_one_in(4))
        registers->a1 = PRIORITY_MIN + play_random(PRIORITY_MAX - PRIORITY_MIN + 1);
}

static void set_limit(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = SYS_process_limit;
    registers->a0 = player->peers[play_random(PLAYERS)];
    registers->a1 = registers->a2 = play_one_in(8) ? LIMIT_US : 0;
}

static void kill(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = SYS_process_kill;
    registers->a0 = player->peers[play_random(PLAYERS)];
}

static void leave(struct player *player, struct trapeze_registers *registers)
{
    (void)player;
    registers->a7 = SYS_process_exit;
}

static void fault(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = MOVE_FAULT;
    if (player->role == JUDGE && !play_one_in(16)) /* nobody would hear of it */
        self(player, registers);
}

static void interrupt(struct player *player, struct trapeze_registers *registers)
{
    call_again(player, registers);
    if (!WORLD->device || (WORLD->masked && !play_one_in(4)))
        return;
    registers->a7 = MOVE_INTERRUPT;
    registers->a0 = RTC_WINDOW + RTC_IRQ_ENABLED;
    registers->a1 = 1;
}

/* Another handle for the one that it uses most; the old one is closed. */
static void renew(struct player *player, struct trapeze_registers *registers)
{
    const bool serves = player->role != CLIENT;
    registers->a7 = SYS_handle_duplicate;
    registers->a0 = serves ? player->receive[player->role]
                           : player->send[player->index % 2 == 0 ? SERVER_A : SERVER_B];
    registers->a1 = serves ? RIGHT_RECEIVE : RIGHT_SEND | RIGHT_SIGNAL;
    registers->a2 = 0;
}

static void close_one(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = SYS_handle_close;
    registers->a0 = player->granted != 0 ? player->granted : player->last_closed;
}

/* An endpoint of its own, to grant, to receive from, and to end. */
static void make_or_end(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = player->own == 0 ? SYS_endpoint_create : SYS_object_destroy;
    registers->a0 = player->own;
}

static void sleep(struct player *player, struct trapeze_registers *registers)
{
    (void)player;
    registers->a7 = SYS_recv;
    registers->a0 = 0;
    registers->t1 = play_deadline();
}

/* Elsewhere than at its own place: the server of that one is another from now on. */
static void receive_elsewhere(struct player *player,
                              struct trapeze_registers *registers)
{
    registers->a7 = play_one_in(2) ? SYS_recv : SYS_reply_recv;
    registers->a0 = player->own != 0 && play_one_in(2)
                        ? player->own
                        : player->receive[play_random(POOL + 1)];
    registers->a6 = 0;
    registers->t1 = play_one_in(2) ? 1 : play_deadline();
    registers->t2 = play_random(2);
}

static const struct choice client_choices[] = {
    {340, call_again},
    {60, call},
    {12, call_with_deadline},
    {16, call_with_grant},
    {14, call_and_welcome},
    {18, call_badly},
    {3, call_granted},
    {8, send},
    {10, signal},
    {8, signal_judge},
    {20, signal_again},
    {110, signal_sentry},
    {60, interrupt},
    {50, yield},
    {10, self},
    {5, ring},
    {1, begin_siesta},
    {5, set_priority},
    {6, set_limit},
    {1, kill},
    {1, leave},
    {32, play_map},
    {28, play_map_oddly},
    {30, play_unmap},
    {3, play_protect},
    {4, play_end_memory},
    {50, fault},
    {6, renew},
    {4, close_one},
    {4, make_or_end},
    {1, sleep},
    {2, receive_elsewhere},
    {0, NULL},
};

/* Servers. */

static struct held_token newest(const struct player *player)
{
    return player->token_count == 0 ? (struct held_token){0}
                                    : player->tokens[player->token_count - 1];
}

static void reply_recv(struct player *player, struct trapeze_registers *registers)
{
    const struct held_token held = newest(player);
    registers->a7 = SYS_reply_recv;
    registers->a0 = player->receive[player->role];
    registers->a6 = held.token;
    if (play_one_in(3))
        registers->a1 = VERDICT_RESUME; /* not that it were one */
    if (held.fault)
        registers->a1 = play_one_in(12) ? play_random(3) : VERDICT_RESUME;
}

static void reply_recv_with_deadline(struct player *player,
                                     struct trapeze_registers *registers)
{
    reply_recv(player, registers);
    registers->t1 = play_one_in(2) ? 1 : play_deadline();
}

static void reply_recv_with_grant(struct player *player,
                                  struct trapeze_registers *registers)
{
    reply_recv(player, registers);
    registers->t0 = a_grant(player);
}

static void reply_recv_and_welcome(struct player *player,
                                   struct trapeze_registers *registers)
{
    reply_recv(player, registers);
    registers->t2 = play_one_in(8) ? 2 : 1;
}

static void reply_recv_forged(struct player *player,
                              struct trapeze_registers *registers)
{
    const struct held_token held = newest(player);
    const uint64_t tokens[] = {held.token + (1UL << 17), held.token + 1,
                               held.token ^ (1UL << 16), player->last_token,
                               held.token - (1UL << 17), registers->a6};
    reply_recv(player, registers);
    registers->a6 = tokens[play_random(6)];
}

static void reply_recv_badly(struct player *player, struct trapeze_registers *registers)
{
    const uint64_t handles[] = {0, player->last_closed, player->send[player->role],
                                player->peers[0], registers->a0};
    reply_recv(player, registers);
    registers->a0 = handles[play_random(5)];
}

static void reply_recv_elsewhere(struct player *player,
                                 struct trapeze_registers *registers)
{
    reply_recv(player, registers);
    registers->a0 = player->receive[play_random(POOL + 1)];
    registers->t1 = 1;
}

/* Keeps the token for later, if there is room for one more. */
static void recv(struct player *player, struct trapeze_registers *registers)
{
    reply_recv(player, registers);
    if (player->token_count < TOKENS) {
        registers->a7 = play_one_in(2) ? SYS_recv : SYS_reply_recv;
        registers->a6 = 0;
        registers->t2 = play_random(2);
    }
}

static void reply(struct player *player, struct trapeze_registers *registers)
{
    reply_recv(player, registers);
    registers->a7 = SYS_reply;
    registers->a0 = play_one_in(16) ? 1 : 0;
    if (play_one_in(8))
        registers->t0 = a_grant(player);
}

static void reply_first(struct player *player, struct trapeze_registers *registers)
{
    reply_recv(player, registers);
    if (player->token_count > 0) {
        registers->a6 = player->tokens[0].token;
        registers->a1 = VERDICT_RESUME;
    }
}

static const struct choice server_choices[] = {
    {300, reply_recv},
    {6, reply_recv_with_deadline},
    {14, reply_recv_with_grant},
    {40, reply_recv_and_welcome},
    {6, reply_recv_forged},
    {3, reply_recv_badly},
    {2, reply_recv_elsewhere},
    {6, recv},
    {10, reply},
    {30, reply_first},
    {8, signal},
    {12, signal_sentry},
    {8, interrupt},
    {6, yield},
    {3, self},
    {1, ring},
    {3, set_priority},
    {2, set_limit},
    {8, play_map},
    {8, play_map_oddly},
    {8, play_unmap},
    {1, play_end_memory},
    {3, fault},
    {6, renew},
    {3, close_one},
    {2, make_or_end},
    {1, leave},
    {0, NULL},
};

/* Whether somebody waits for its reply who will not wait for ever. */
static bool is_urged(const struct player *player)
{
    const uint64_t number = (uint64_t)sys_process_self();
    bool urged = false;

    for (uint64_t i = 0; i < PLAYERS; i++)
        urged |= WORLD->reports[i].result == 0 &&
                 WORLD->reports[i].state == STATE_AWAITING_REPLY &&
                 WORLD->reports[i].awaited == number &&
                 WORLD->players[i].frame.before.t1 > 1;
    return player->token_count > 0 && urged;
}

static const struct choice middle_choices[] = {
    {30, call}, {2, call_with_deadline}, {2, call_with_grant}, {0, NULL}};

/* Sentries. */

static void wait(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = play_one_in(2) ? SYS_recv : SYS_reply_recv;
    registers->a0 = player->receive[player->role];
    registers->a6 = 0;
}

static void wait_with_deadline(struct player *player,
                               struct trapeze_registers *registers)
{
    wait(player, registers);
    registers->t1 = play_deadline();
}

static void acknowledge(struct player *player, struct trapeze_registers *registers)
{
    wait(player, registers);
    if (player->irq == 0)
        return;
    registers->a7 = SYS_irq_ack;
    registers->a0 = player->irq;
}

static const struct choice sentry_choices[] = {
    {60, wait},        {20, wait_with_deadline},
    {40, acknowledge}, {30, signal_sentry},
    {10, signal},      {5, yield},
    {12, fault},       {3, self},
    {10, interrupt},   {3, renew},
    {3, set_priority}, {3, set_limit},
    {2, leave},        {0, NULL},
};

static void choose_by_role(struct player *player, struct trapeze_registers *registers)
{
    if (player->role == CLIENT)
        choose_among(client_choices, player, registers);
    else if (player->role >= SENTRY_LOW)
        choose_among(sentry_choices, player, registers);
    else if (play_one_in(4) && is_urged(player))
        sleep(player, registers);
    else if (player->role == MIDDLE && play_one_in(3))
        choose_among(middle_choices, player, registers);
    else
        choose_among(server_choices, player, registers);
}

void play_choose(struct player *player)
{
    struct trapeze_registers *registers = &player->frame.before;
    uint64_t *words = (uint64_t *)registers;
    bool serves = player->role != CLIENT;

    for (uint64_t i = 0; i < REGISTERS; i++)
        words[i] = play_garbage(WORLD->move, i);
    *play_provenance(WORLD->move) = (struct provenance){(uint16_t)player->serial, 0};
    registers->t0 = registers->t1 = registers->t2 = 0;
    if (player->renewed) {
        player->renewed = false;
        (serves ? reply_recv : call)(player, registers);
        registers->a0 = player->last_closed;
    } else if (WORLD->siesta && !serves)
        sleep(player, registers);
    else if (player->irq != 0 && WORLD->masked && play_one_in(2))
        acknowledge(player, registers);
    else
        choose_by_role(player, registers);
}
