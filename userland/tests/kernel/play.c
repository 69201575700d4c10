/* SPDX-License-Identifier: MIT
 *
 * A player: makes one move after the other, and learns from what comes of it.
 */
#include <string.h>

#include "play.h"

/* To be closed before the next move. */
static void forget(struct player *player, uint64_t handle)
{
    if (handle != 0 && player->stale_count < STALE_MAX)
        player->stale[player->stale_count++] = handle;
}

static void close_stale(struct player *player)
{
    while (player->stale_count > 0) {
        player->last_closed = player->stale[--player->stale_count];
        play_add((uint64_t)sys_handle_close(player->last_closed));
    }
}

/* The endpoint of this place has ended: there is a new one. */
static void take_new(struct player *player, uint64_t place)
{
    play_count(CASE_CALL_GONE);
    if (player->new_send[place] == 0)
        return;
    forget(player, player->send[place]);
    forget(player, player->receive[place]);
    player->send[place] = player->new_send[place];
    player->receive[place] = player->new_receive[place];
    player->new_send[place] = player->new_receive[place] = 0;
}

static void drop_token(struct player *player, uint64_t token)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < player->token_count; i++) {
        if (player->tokens[i].token != token)
            player->tokens[kept++] = player->tokens[i];
    }
    player->token_count = kept;
    player->last_token = token;
}

/* Where the faulter is to go on: behind the instruction. */
static void forgive(const struct player *player, uint64_t faulter)
{
    uint64_t words[4];
    long error = trapeze_registers_read(player->peers[faulter], 0, words);
    if (error == 0)
        error = sys_registers_write(player->peers[faulter], 0, words[0] + 4, words[1],
                                    words[2], words[3]);
    play_add((uint64_t)error);
    if (error == 0)
        play_count(CASE_FAULTED);
    for (uint64_t i = 1; i < 4; i++) /* ra, sp, gp: in registers of the judge now */
        if ((words[i] & GARBAGE_MASK) == GARBAGE)
            play_provenance(words[i] >> 8 & UINT32_MAX)->hearer =
                (uint16_t)player->serial;
}

static void take_message(struct player *player, const struct trapeze_registers *after)
{
    const bool fault = after->a0 == KIND_FAULT;

    play_hear(player, after);
    if (fault)
        forgive(player, after->a7 - 1);
    if (after->a6 != 0) {
        if (player->token_count == TOKENS)
            drop_token(player, player->tokens[0].token);
        player->tokens[player->token_count++] = (struct held_token){after->a6, fault};
    }
    if (after->t0 != 0) {
        play_count(CASE_GRANTED);
        forget(player, player->granted);
        player->granted = after->t0;
    }
}

static void learn_message(struct player *player)
{
    const struct trapeze_registers *before = &player->frame.before;
    const struct trapeze_registers *after = &player->frame.after;
    const long result = (long)after->a0;

    if (before->a7 == SYS_reply || before->a7 == SYS_reply_recv) {
        if (result != E_INVALID && result != E_BAD_TOKEN && result != E_BAD_HANDLE &&
            result != E_REFUSED && result != E_RIGHTS && result != E_WRONG_TYPE)
            drop_token(player, before->a6);
        if (result == E_BAD_TOKEN)
            play_count(CASE_REPLY_FORGED);
    }
    if (before->a7 == SYS_reply_recv && result == KIND_SIGNAL &&
        player->role < SENTRY_LOW)
        play_count(CASE_REPLY_SIGNAL);
    if (result == E_PEER)
        play_count(CASE_CALL_PEER);
    if (result == E_TIMEOUT && before->a7 == SYS_call && before->t1 > 1)
        play_count(CASE_CALL_LATE);
    if (result == E_REFUSED)
        play_count(CASE_REFUSED);
    if (result == E_BAD_HANDLE && before->a7 == SYS_call)
        play_count(CASE_CALL_CLOSED);
    if (result >= 0)
        take_message(player, after);
    if (result != E_GONE)
        return;
    for (uint64_t i = 0; i < PLACES; i++) {
        if (before->a0 == player->send[i] || before->a0 == player->receive[i])
            take_new(player, i);
    }
    if (before->a0 == player->granted) {
        forget(player, player->granted);
        player->granted = 0;
    }
}

static void learn(struct player *player)
{
    const struct trapeze_registers *before = &player->frame.before;
    const long result = (long)player->frame.after.a0;

    if (play_learn_memory(player))
        return;
    if (before->a7 >= SYS_call && before->a7 <= SYS_reply) {
        learn_message(player);
    } else if (before->a7 == SYS_handle_duplicate && result > 0) {
        for (uint64_t i = 0; i < PLACES; i++) {
            if (player->send[i] == before->a0)
                player->send[i] = (uint64_t)result;
            if (player->receive[i] == before->a0)
                player->receive[i] = (uint64_t)result;
        }
        forget(player, before->a0);
        player->renewed = true;
    } else if (before->a7 == SYS_handle_close && result == 0) {
        player->last_closed = before->a0;
        player->granted = 0;
    } else if (before->a7 == SYS_endpoint_create && result > 0) {
        player->own = (uint64_t)result;
    } else if (before->a7 == SYS_irq_ack && result == 0) {
        WORLD->masked = WORLD->raised; /* the one that was pending has come */
        WORLD->raised = false;
    } else if (before->a7 == SYS_object_destroy && result == 0 &&
               before->a0 == player->own) {
        forget(player, player->own);
        player->own = 0;
    }
}

static void write_floats(struct player *player)
{
    for (uint64_t i = 0; i < FLOATS - 1; i++)
        player->floats[i] = play_random(UINT64_MAX);
    player->floats[FLOATS - 1] = play_random(5) << 5 | play_random(32);
    play_floats_load(player->floats);
    player->floats_fresh = true;
}

static void look_at_floats(const struct player *player)
{
    uint64_t floats[FLOATS];

    play_floats_store(floats);
    play_count(CASE_FLOATS_SEEN);
    for (uint64_t i = 0; i < FLOATS; i++) {
        if (floats[i] != player->floats[i])
            play_wrong(REGISTER_FLOATS + i, floats[i], player->floats[i]);
        play_add(floats[i]);
    }
}

static void make_move(struct player *player)
{
    static void (*const moves[2][2])(struct frame *) = {
        {play_ecall_by_tp, play_ecall_by_s0}, {play_store_by_tp, play_store_by_s0}};
    static void (*const faults[FAULTS])(struct frame *) = {
        play_fault_ebreak, play_fault_load, play_fault_illegal};
    struct frame *frame = &player->frame;
    const uint64_t variant = play_random(2);

    if (play_one_in(12))
        write_floats(player);
    play_classify(player);
    WORLD->leaver = player;
    if (frame->before.a7 == MOVE_FAULT) {
        const uint64_t fault = play_random(FAULTS);
        if (fault == 1)
            frame->before.s0 = (uintptr_t)frame;
        else
            frame->before.tp = (uintptr_t)frame;
        faults[fault](frame);
    } else {
        *(variant == 0 ? &frame->before.tp : &frame->before.s0) = (uintptr_t)frame;
        moves[frame->before.a7 == MOVE_INTERRUPT][variant](frame);
    }
    if (frame->before.a7 == SYS_call)
        player->last_sent_by = frame->before.a0;
    if (frame->before.a7 == SYS_signal)
        player->last_signalled = frame->before.a0;
    player->floats_fresh = false;
    play_record(player, variant);
}

long play_role(struct actor *actor)
{
    struct player *player = &WORLD->players[actor->words[0]];
    volatile uint64_t mine = player->index; /* where everybody has a page of its own */

    WORLD->move++;
    while (WORLD->move < WORLD->move_limit) {
        close_stale(player);
        play_choose(player);
        make_move(player);
        if (mine != player->index)
            play_wrong(REGISTER_NONE, mine, player->index);
        WORLD->move++;
        learn(player);
        if (play_one_in(player->frame.before.a7 == SYS_yield ? 2 : 10))
            look_at_floats(player);
    }
    if (!WORLD->over) {
        WORLD->over = true;
        sys_signal(player->bell);
    }
    return 0;
}
