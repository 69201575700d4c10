/* SPDX-License-Identifier: MIT
 *
 * What a move shows: its registers, and how everybody is doing afterwards.
 */
#include <string.h>

#include "lost.h"
#include "play.h"

#define REGISTERS 31

uint64_t play_deadline(void)
{
    const uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    return (START_SECONDS + WORLD->move * MOVE_SECONDS) * hz;
}

void play_wrong(uint64_t what, uint64_t value, uint64_t wanted)
{
    if (WORLD->wrong++ > 0)
        return;
    WORLD->wrong_move = WORLD->move;
    WORLD->wrong_register = what;
    WORLD->wrong_value = value;
    WORLD->wrong_wanted = wanted;
}

/* Cases. */

static void count_if(bool holds, enum play_case what)
{
    if (holds)
        play_count(what);
}

static const struct report *report_of(uint64_t player)
{
    return &WORLD->reports[player];
}

/* The place where a handle of the player's leads to; PLACES: elsewhere. */
static uint64_t place_of(const uint64_t handles[PLACES], uint64_t handle)
{
    uint64_t place = 0;
    while (place < PLACES && handles[place] != handle)
        place++;
    return place;
}

/* Whether a server that waits will have replies to give beside the one that it gives
 * with its call. */
static bool owes(const struct player *server)
{
    const struct trapeze_registers *registers = &server->frame.before;
    uint64_t count = server->token_count;

    for (uint64_t i = 0; i < server->token_count; i++)
        count -=
            registers->a7 == SYS_reply_recv && registers->a6 == server->tokens[i].token;
    return count > 0;
}

/* How many receive there; `receiver` is one of them. */
static uint64_t count_receivers(uint64_t place, uint64_t *receiver)
{
    uint64_t count = 0;

    for (uint64_t i = 0; i < PLAYERS; i++) {
        if (report_of(i)->result == 0 && report_of(i)->state == STATE_RECEIVING &&
            report_of(i)->awaited == WORLD->numbers[place]) {
            count++;
            *receiver = i;
        }
    }
    return count;
}

static void classify_call(const struct player *player)
{
    const struct trapeze_registers *registers = &player->frame.before;
    const uint64_t place = place_of(player->send, registers->a0);
    const struct report *me = report_of(player->index);
    count_if(me->limit != 0, CASE_CALL_LIMITED);
    count_if(registers->t0 != 0, CASE_CALL_GRANT);
    count_if(registers->t1 == 1, CASE_CALL_PAST);
    count_if(registers->t1 > 1, CASE_CALL_DEADLINE);
    count_if(registers->t2 == 1, CASE_CALL_WELCOME);
    count_if(registers->t2 > 1, CASE_CALL_ODD);
    count_if(registers->a0 == player->muted, CASE_CALL_RIGHT);
    count_if(registers->a0 != player->last_sent_by, CASE_CALL_OTHER);
    if (place == PLACES || (registers->t0 | registers->t1 | registers->t2) != 0)
        return;
    uint64_t receiver = 0, receivers = count_receivers(place, &receiver);
    count_if(receivers == 0, CASE_CALL_NOBODY);
    count_if(receivers > 1, CASE_CALL_SEVERAL);
    if (receivers != 1)
        return;
    const struct report *it = report_of(receiver);
    count_if(it->priority < me->priority, CASE_CALL_LOWER);
    count_if(it->priority > me->priority, CASE_CALL_HIGHER);
    count_if(it->priority != it->own_priority, CASE_CALL_LENT);
    count_if(owes(&WORLD->players[receiver]), CASE_CALL_BUSY);
    count_if(player->floats_fresh, CASE_CALL_FLOATS);
}

static void classify_reply(const struct player *player)
{
    const struct trapeze_registers *registers = &player->frame.before;
    const struct report *me = report_of(player->index);

    count_if(registers->a6 == 0, CASE_REPLY_NOBODY);
    count_if(registers->t0 != 0, CASE_REPLY_GRANT);
    count_if(registers->t1 != 0, CASE_REPLY_DEADLINE);
    count_if(registers->t2 == 1, CASE_REPLY_WELCOME);
    count_if(place_of(player->receive, registers->a0) != player->role,
             CASE_REPLY_OTHER);
    count_if(registers->a6 != 0 && registers->a6 == player->last_token,
             CASE_REPLY_STALE);
    if (player->token_count == 0 || registers->a6 == 0)
        return;
    const struct held_token last = player->tokens[player->token_count - 1];
    count_if(last.fault && last.token == registers->a6, CASE_REPLY_VERDICT);
    count_if(player->token_count > 1 && registers->a6 == player->tokens[0].token,
             CASE_REPLY_OLDER);
    count_if(me->priority != me->own_priority, CASE_REPLY_LENT);
    count_if(player->floats_fresh, CASE_REPLY_FLOATS);
    const uint64_t self = (uint64_t)sys_process_self();
    bool lower = false, queued = false;
    for (uint64_t i = 0; i < PLAYERS; i++) {
        const struct report *it = report_of(i);
        lower |= it->result == 0 && it->state == STATE_AWAITING_REPLY &&
                 it->awaited == self && it->priority < me->priority;
        queued |= it->result == 0 &&
                  (it->state == STATE_CALLING || it->state == STATE_SENDING) &&
                  it->awaited == WORLD->numbers[player->role];
    }
    count_if(lower, CASE_REPLY_LOWER);
    count_if(queued, CASE_REPLY_QUEUED);
}

static bool has_deadline(uint64_t player)
{
    return WORLD->players[player].frame.before.t1 != 0;
}

static void classify_signal(const struct player *player, uint64_t place)
{
    const struct report *me = report_of(player->index);
    uint64_t receiver = 0, receivers = count_receivers(place, &receiver);
    const struct report *it = report_of(receiver);

    count_if(receivers == 0, CASE_SIGNAL_NOBODY);
    count_if(receivers > 1, CASE_SIGNAL_SEVERAL);
    count_if(me->priority != me->own_priority, CASE_SIGNAL_LENT);
    if (receivers != 1)
        return;
    const bool higher = it->priority > me->priority;
    const bool lower = it->priority < me->priority;
    count_if(higher, CASE_SIGNAL_HIGHER);
    count_if(lower, CASE_SIGNAL_LOWER);
    count_if(!higher && !lower, CASE_SIGNAL_EQUAL);
    count_if(higher && has_deadline(receiver), CASE_SIGNAL_DEADLINE);
    count_if(higher && it->limit != 0, CASE_SIGNAL_LIMITED);
    count_if(lower && player->frame.after.a0 == KIND_SIGNAL, CASE_SIGNAL_PASSED_ON);
}

static void classify_interrupt(const struct player *player)
{
    const struct report *me = report_of(player->index);
    uint64_t receiver = 0, receivers = count_receivers(DRIVER, &receiver);
    const struct report *it = report_of(receiver);

    count_if(WORLD->masked, CASE_INTERRUPT_MASKED);
    WORLD->raised = WORLD->masked;
    if (WORLD->masked)
        return;
    WORLD->masked = true;
    count_if(!WORLD->bound, CASE_INTERRUPT_UNBOUND);
    if (!WORLD->bound)
        return;
    count_if(receivers == 0, CASE_INTERRUPT_NOBODY);
    if (receivers != 1)
        return;
    const bool higher = it->priority > me->priority;
    count_if(higher, CASE_INTERRUPT_HIGHER);
    count_if(!higher, CASE_INTERRUPT_NOT_HIGHER);
    count_if(higher && has_deadline(receiver), CASE_INTERRUPT_DEADLINE);
}

static void classify_fault(const struct player *player)
{
    uint64_t receiver = 0, receivers = count_receivers(JUDGE, &receiver);

    count_if(receivers == 1 &&
                 report_of(receiver)->priority < report_of(player->index)->priority,
             CASE_FAULT_LOWER);
}

void play_classify(const struct player *player)
{
    const uint64_t call = player->frame.before.a7;
    bool others = false, waited_for = false;

    if (call == SYS_call)
        classify_call(player);
    else if (call == SYS_reply_recv)
        classify_reply(player);
    const uint64_t place = place_of(player->send, player->frame.before.a0);
    for (uint64_t i = 0; i < PLAYERS; i++) {
        const struct report *it = report_of(i);
        others |= it->result == 0 && it->state == STATE_READY;
        waited_for |= it->result == 0 && it->state == STATE_RECEIVING &&
                      place != PLACES && it->awaited == WORLD->numbers[place];
    }
    if (call == SYS_signal && place != PLACES && player->frame.before.a0 != 0)
        classify_signal(player, place);
    if (call == MOVE_INTERRUPT)
        classify_interrupt(player);
    if (call == MOVE_FAULT)
        classify_fault(player);
    count_if(call == SYS_irq_ack && WORLD->raised, CASE_INTERRUPT_LATE);
    count_if(call == SYS_yield && others, CASE_YIELD_OTHERS);
    count_if(call == SYS_signal && waited_for, CASE_SIGNAL_WAKES);
    count_if(call == SYS_signal && player->frame.before.a0 == player->silent,
             CASE_SIGNAL_ZERO);
}

/* How long the kernel took: from the trap of whoever left the hart last to this return,
 * with 35 instructions of play_moves.S. The C path takes longer. */
static void count_fast(const struct player *player)
{
    const struct player *leaver = WORLD->leaver;
    const uint64_t call = leaver->frame.before.a7;
    const uint64_t instructions = player->frame.arrived - leaver->frame.left;

    if (leaver == player) {
        count_if(call == SYS_signal && instructions < 120, CASE_FAST_SIGNAL);
        count_if(call == SYS_yield && instructions < 90, CASE_FAST_YIELD);
        count_if(call == SYS_process_self && instructions < 90, CASE_FAST_SELF);
        count_if(call == SYS_memory_map && (long)player->frame.after.a0 > 0 &&
                     instructions < 200,
                 CASE_FAST_MAP);
        return;
    }
    count_if(call == SYS_call && instructions < 280, CASE_FAST_CALL);
    count_if(call == SYS_reply_recv && instructions < 280, CASE_FAST_REPLY);
    count_if(call == SYS_yield && instructions < 200, CASE_FAST_YIELD_TO);
    count_if(call == SYS_signal && instructions < 220, CASE_FAST_WAKE);
    count_if(call == MOVE_FAULT && instructions < 200, CASE_FAST_FAULT);
    count_if(call == MOVE_INTERRUPT && instructions < 240, CASE_FAST_INTERRUPT);
}

/* Registers. */

static const char *const names[REGISTERS] = {
    "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0", "a1",
    "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5", "s6",
    "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

#define A0 9
#define A1 10
#define A5 14

static bool is_message(uint64_t call) { return call >= SYS_call && call <= SYS_reply; }

static bool is_word(uint64_t number) { return number >= A1 && number <= A5; }

static bool survives_messages(size_t i)
{
    const char *name = names[i];
    return name[0] == 's' || name[0] == 'r' || name[0] == 'g' ||
           (name[0] == 't' && name[1] == 'p');
}

/* Those that a message sets. */
static bool is_set(const struct player *player, size_t i)
{
    const struct trapeze_registers *before = &player->frame.before;
    const struct trapeze_registers *after = &player->frame.after;
    const char *name = names[i];

    if (name[0] == 'a' && name[1] == '0')
        return true;
    if ((int64_t)after->a0 < 0 || before->a7 == SYS_send || before->a7 == SYS_reply)
        return false;
    return name[0] == 'a' || (name[0] == 't' && name[1] <= '2');
}

/* That it must be 0, although it is set. */
static bool is_cleared(const struct player *player, size_t i)
{
    const char *name = names[i];

    if (name[0] == 't')
        return name[1] != '0' || player->frame.before.t2 != 1;
    return name[0] == 'a' && name[1] >= '6' && player->frame.before.a7 == SYS_call;
}

/* Whether the ABI says what it holds after the move. */
static bool is_determined(const struct player *player, size_t i)
{
    const uint64_t call = player->frame.before.a7;

    if (survives_messages(i) || names[i] == names[A0] || call >= MOVE_FAULT)
        return true;
    return is_message(call) && is_set(player, i);
}

/* Whether the player itself, or a message that it has got, can have left this value
 * there. Values without a tag are those of its own C code. */
static bool may_be_left(const struct player *player, uint64_t value)
{
    const uint64_t move = value >> 8 & UINT32_MAX, number = value & 0xff;

    if ((value & GARBAGE_MASK) != GARBAGE || value == GARBAGE)
        return !is_kernels(value);
    if (move + MOVES_KEPT <= WORLD->move)
        return true; /* nobody knows any more */
    const struct provenance *provenance = play_provenance(move);
    const bool told = is_word(number) || number < A0; /* by a message; to the judge */
    return provenance->maker == player->serial ||
           (told && provenance->hearer == player->serial);
}

void play_hear(const struct player *player, const struct trapeze_registers *after)
{
    const uint64_t words[] = {after->a1, after->a2, after->a3, after->a4, after->a5};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (after->a0 == KIND_MESSAGE && (words[i] & GARBAGE_MASK) == GARBAGE)
            play_provenance(words[i] >> 8 & UINT32_MAX)->hearer =
                (uint16_t)player->serial;
}

/* docs/abi.md, Registers and Messages. */
static void check_registers(const struct player *player)
{
    const uint64_t *before = (const uint64_t *)&player->frame.before;
    const uint64_t *after = (const uint64_t *)&player->frame.after;
    const uint64_t call = player->frame.before.a7;

    for (size_t i = 0; i < REGISTERS; i++) {
        if (!is_determined(player, i)) {
            if (!may_be_left(player, after[i]))
                play_wrong(i, after[i], 0);
        } else if (survives_messages(i) || call >= MOVE_FAULT) {
            if (after[i] != before[i])
                play_wrong(i, after[i], before[i]);
        } else if (i != A0 && is_cleared(player, i) && after[i] != 0) {
            play_wrong(i, after[i], 0);
        }
    }
}

/* What is not determined does not count. */
static void forget_lost(struct player *player)
{
    uint64_t *after = (uint64_t *)&player->frame.after;

    for (size_t i = 0; i < REGISTERS; i++)
        if (!is_determined(player, i))
            after[i] = 0;
}

/* Everybody. */

static void ask(uint64_t process, bool all, struct report *report)
{
    uint64_t words[4];

    *report = (struct report){0};
    report->result = trapeze_process_inspect(process, INSPECT_STATE, words);
    if (report->result != 0)
        return;
    report->state = words[0];
    report->awaited = words[1];
    trapeze_process_inspect(process, INSPECT_SCHEDULE, words);
    report->own_priority = words[0];
    report->priority = words[1];
    report->limit = words[2];
    if (!all)
        return;
    trapeze_process_inspect(process, INSPECT_BUDGET, words);
    report->pages = words[0];
    report->slots = words[2];
    trapeze_process_inspect(process, INSPECT_OBJECTS, words);
    report->handles = words[1];
}

static void add_words(const void *from, size_t bytes)
{
    const uint64_t *words = from;
    for (size_t i = 0; i < bytes / sizeof(*words); i++)
        play_add(words[i]);
}

void play_record(struct player *player, uint64_t variant)
{
    count_fast(player);
    check_registers(player);
    forget_lost(player);
    play_add(WORLD->move << 8 | player->index);
    add_words(&player->frame.before, sizeof(player->frame.before));
    add_words(&player->frame.after, sizeof(player->frame.after));
    for (uint64_t i = 0; i < PLAYERS; i++) {
        ask(i == player->index ? 0 : player->peers[i],
            i == WORLD->move % PLAYERS || i == player->index, &WORLD->reports[i]);
        add_words(&WORLD->reports[i], sizeof(struct report));
    }
    play_add((uint64_t)sys_kernel_info(INFO_FREE_PAGES));
    play_add((uint64_t)sys_kernel_info(INFO_FREE_SLOTS));
    play_add((uint64_t)sys_kernel_info(INFO_PROCESSES));
    WORLD->checkpoints[WORLD->move / CHECKPOINT] = WORLD->sum;
    if (WORLD->move >= WORLD->log_from && WORLD->move < WORLD->log_to) {
        struct log_entry *entry = &WORLD->log[WORLD->move - WORLD->log_from];
        *entry = (struct log_entry){
            WORLD->move,          player->index,       variant, WORLD->sum,
            player->frame.before, player->frame.after, {{0}}};
        memcpy(entry->reports, WORLD->reports, sizeof(entry->reports));
    }
}
