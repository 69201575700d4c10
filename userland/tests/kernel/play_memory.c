/* SPDX-License-Identifier: MIT
 *
 * A player's memory: what it maps, how it gets that wrong, and what it finds there.
 */
#include "play.h"

#define MAP_ADDRESS 0xc00000UL
#define LOW_ADDRESS 0x1000UL
#define MAP_PAGES 6
#define FAR_ADDRESS 0x1400000UL /* by another page table */
#define HANDLE_GENERATION (1UL << 17)
#define ACCESS (RIGHT_READ | RIGHT_WRITE)

static const uint64_t memory_pages[MEMORIES] = {1, 4, 3, 4};

static void forget(struct player *player, uint64_t handle)
{
    if (player->stale_count < STALE_MAX)
        player->stale[player->stale_count++] = handle;
}

/* Memory that is not there yet; what is to be read only is the run by another handle.
 */
static void make(struct player *player, enum memory which,
                 struct trapeze_registers *registers)
{
    if (which == READABLE && player->memories[RUN] == 0)
        which = RUN;
    player->making = which;
    registers->a7 = which == READABLE ? SYS_handle_duplicate : SYS_memory_create;
    registers->a0 = which == READABLE ? player->memories[RUN] : memory_pages[which];
    registers->a1 = which == READABLE ? RIGHT_READ
                    : which == RUN    ? MEMORY_CONTIGUOUS
                                      : 0;
    registers->a2 = 0;
}

void play_map(struct player *player, struct trapeze_registers *registers)
{
    static const enum memory drawn[] = {PAGE,    PAGE,     RUN,     RUN,
                                        INDEXED, READABLE, READABLE};
    const enum memory which = drawn[play_random(sizeof(drawn) / sizeof(drawn[0]))];

    if (player->memories[which] == 0) {
        make(player, which, registers);
        return;
    }
    registers->a7 = SYS_memory_map;
    registers->a0 = player->memories[which];
    registers->a1 = 0;
    registers->a2 = play_one_in(6) ? LOW_ADDRESS : MAP_ADDRESS;
    registers->a2 += play_random(MAP_PAGES) * PAGE_BYTES;
    registers->a3 = play_random(memory_pages[which]);
    registers->a4 = 1;
    registers->a5 = which == READABLE ? RIGHT_READ
                    : play_one_in(4)  ? RIGHT_READ
                                      : ACCESS;
}

static void spoil_handle(const struct player *player, uint64_t *handle)
{
    const uint64_t wrong[] = {
        0,
        player->last_closed,
        player->last_closed + HANDLE_GENERATION,
        player->gone_memory,
        *handle + HANDLE_GENERATION,
        *handle - HANDLE_GENERATION,
        *handle | (HANDLE_GENERATION - 1),
        (*handle & ~(HANDLE_GENERATION - 1)) | 63,
        player->memories[PAGE] + 64,
        *handle | 1UL << 63,
        player->send[SERVER_A],
        player->peers[0],
    };
    *handle = wrong[play_random(sizeof(wrong) / sizeof(wrong[0]))];
}

static void spoil_address(uint64_t *address)
{
    const uint64_t wrong[] = {
        0,
        0,
        0,
        *address + 8,
        *address + 1,
        *address + 0x200000,
        WORLD_ADDRESS,
        *address | 1UL << 38,
        *address | 1UL << 63,
        USER_TOP,
        FAR_ADDRESS,
        FAR_ADDRESS,
    };
    *address = wrong[play_random(sizeof(wrong) / sizeof(wrong[0]))];
}

void play_map_oddly(struct player *player, struct trapeze_registers *registers)
{
    static const uint64_t rights[] = {0,
                                      RIGHT_WRITE,
                                      RIGHT_EXECUTE,
                                      RIGHT_READ | RIGHT_EXECUTE,
                                      RIGHT_WRITE | RIGHT_EXECUTE,
                                      RIGHT_READ | RIGHT_PHYSICAL,
                                      RIGHT_READ | RIGHT_SEND,
                                      ACCESS,
                                      ACCESS | 1UL << 40,
                                      UINT64_MAX};
    static const uint64_t counts[] = {0, 2, 2, 2, 2, 2, 129, UINT64_MAX};
    static const uint64_t pages[] = {1, 3, 4, 5, 1UL << 32, UINT64_MAX};

    play_map(player, registers);
    if (registers->a7 != SYS_memory_map)
        return;
    switch (play_random(10)) {
    case 0:
    case 1:
        spoil_handle(player, &registers->a0);
        break;
    case 2:
        registers->a1 = play_one_in(2) ? player->last_closed : registers->a0;
        break;
    case 3:
    case 4:
        spoil_address(&registers->a2);
        break;
    case 5:
        registers->a3 = pages[play_random(6)];
        break;
    case 6:
        registers->a3 /= 2; /* so that several fit */
        registers->a4 = counts[play_random(8)];
        break;
    default:
        registers->a5 = rights[play_random(sizeof(rights) / sizeof(rights[0]))];
    }
}

void play_unmap(struct player *player, struct trapeze_registers *registers)
{
    const uint64_t count = player->mapping_count;
    const bool any = count == 0 || play_one_in(16);

    registers->a7 = SYS_memory_unmap;
    registers->a0 = 0;
    registers->a1 = any ? player->last_mapping : player->mappings[play_random(count)];
    if (play_one_in(32))
        registers->a1 += HANDLE_GENERATION;
}

void play_protect(struct player *player, struct trapeze_registers *registers)
{
    play_unmap(player, registers);
    registers->a7 = SYS_memory_protect;
    registers->a2 = play_one_in(2) ? RIGHT_READ : ACCESS;
}

void play_end_memory(struct player *player, struct trapeze_registers *registers)
{
    registers->a7 = SYS_object_destroy;
    registers->a0 = player->memories[play_random(READABLE)];
}

/* What is there, and something else from now on. */
static void use(const struct trapeze_registers *before)
{
    for (uint64_t i = 0; i < before->a4; i++) {
        volatile uint64_t *word = (uint64_t *)(before->a2 + i * PAGE_BYTES);
        play_add(*word);
        if (before->a5 & RIGHT_WRITE)
            *word = WORLD->move;
    }
}

static void learn_mapping(struct player *player, const struct trapeze_registers *before,
                          long result)
{
    static const struct {
        long result;
        enum play_case what;
    } refusals[] = {{E_BAD_HANDLE, CASE_MAP_HANDLE}, {E_GONE, CASE_MAP_GONE},
                    {E_WRONG_TYPE, CASE_MAP_TYPE},   {E_RIGHTS, CASE_MAP_RIGHTS},
                    {E_INVALID, CASE_MAP_INVALID},   {E_OVERLAP, CASE_MAP_OVERLAP},
                    {E_NO_SLOT, CASE_MAP_NO_SLOT}};

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        if (refusals[i].result == result)
            play_count(refusals[i].what);
    }
    for (uint64_t i = 0; result == E_GONE && i < MEMORIES; i++) {
        if (player->memories[i] == before->a0) {
            forget(player, before->a0);
            player->memories[i] = 0;
        }
    }
    if (result <= 0)
        return;
    if (before->a4 > 1)
        play_count(CASE_MAP_SEVERAL);
    if (before->a5 & RIGHT_EXECUTE)
        play_count(CASE_MAP_CODE);
    use(before);
    if (player->mapping_count < MAPPINGS)
        player->mappings[player->mapping_count++] = (uint64_t)result;
}

static void drop_mapping(struct player *player, uint64_t number)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < player->mapping_count; i++) {
        if (player->mappings[i] != number)
            player->mappings[kept++] = player->mappings[i];
    }
    player->mapping_count = kept;
    player->last_mapping = number;
}

static void learn_end(struct player *player, uint64_t handle)
{
    for (uint64_t i = 0; i < READABLE; i++) {
        if (player->memories[i] != handle)
            continue;
        if (player->gone_memory != 0)
            forget(player, player->gone_memory);
        player->gone_memory = handle;
        player->memories[i] = 0;
        play_count(CASE_MEMORY_ENDED);
    }
}

bool play_learn_memory(struct player *player)
{
    const struct trapeze_registers *before = &player->frame.before;
    const long result = (long)player->frame.after.a0;
    const enum memory made = player->making;

    player->making = NO_MEMORY;
    if (before->a7 == SYS_memory_map) {
        learn_mapping(player, before, result);
    } else if (before->a7 == SYS_memory_unmap) {
        if (result == 0)
            play_count(CASE_UNMAPPED);
        drop_mapping(player, before->a1);
    } else if (before->a7 == SYS_object_destroy && result == 0) {
        learn_end(player, before->a0);
    } else if (made != NO_MEMORY && result > 0) {
        player->memories[made] = (uint64_t)result;
    }
    return made != NO_MEMORY;
}
