/* SPDX-License-Identifier: MIT
 *
 * memory/page_table.c, judged by a walk of its own (Privileged 1.12, 4.3.2), which
 * takes its numbers from the specification and from no header of the kernel.
 */
#include "host_test.h"

#include "memory/page_table.h"
#include "panics.h"
#include "physical_memory.h"
#include "random_steps.h"

#define RAM_START 0x80000000UL
#define KIB_4 (1UL << 12)
#define MIB_2 (1UL << 21)
#define GIB_1 (1UL << 30)
#define UPPER_HALF 0xffffffc000000000UL
#define RW (PAGE_READ | PAGE_WRITE)

static struct page_table table;

static const uint64_t bytes_of_level[] = {KIB_4, MIB_2, GIB_1};

/* An empty root, and `frame_count` frames more for tables. */
static void start(uint32_t frame_count)
{
    const uint64_t end = RAM_START + (frame_count + 1) * KIB_4;
    physical_memory_make(RAM_START,
                         end - RAM_START + frame_descriptions_bytes(RAM_START, end), 1);
    frame_init(RAM_START, end, paddr(end));
    frame_add(RAM_START, end);
    table = (struct page_table){.root = frame_alloc_zeroed(NULL), .region = NO_REGION};
    assert_int_equal(frame_free_count(), frame_count);
}

static int remove_memory(void **state)
{
    physical_memory_remove();
    return report_steps(state);
}

static enum trapeze_error map_range(uint64_t address, uint64_t target, uint64_t bytes)
{
    return page_table_map(&table, vaddr(address), paddr(target), bytes, RW);
}

/* One page of that level: both addresses are aligned to its size. */
static enum trapeze_error map(uint64_t address, uint64_t target, uint32_t level,
                              uint64_t permissions)
{
    return page_table_map(&table, vaddr(address), paddr(target), bytes_of_level[level],
                          permissions);
}

/* Where an address leads by the specification. */
struct translation {
    bool valid;
    uint64_t target;
    uint64_t bits; /* the lowest ten of the leaf */
    uint64_t page_bytes;
};

static struct translation translate(uint64_t address)
{
    uint64_t place = table.root.value;

    for (int level = 2; level >= 0; level--) {
        const uint64_t index = address >> (12 + 9 * level) & 0x1ff;
        const uint64_t entry = *(uint64_t *)direct_map(paddr(place + 8 * index));
        const uint64_t page_bytes = 1UL << (12 + 9 * level);
        const uint64_t target = (entry >> 10 & 0xfffffffffff) << 12;
        if (!(entry & 1))
            return (struct translation){.valid = false};
        assert_int_equal(entry >> 54, 0); /* reserved, PBMT, N */
        assert_int_equal(entry >> 8 & 3, 0);
        if (entry & 0xe) {
            assert_int_equal(target % page_bytes, 0); /* else a page fault */
            return (struct translation){true, target + address % page_bytes,
                                        entry & 0x3ff, page_bytes};
        }
        assert_int_equal(entry & 0xff, 1); /* U, A and D are reserved in a pointer */
        place = target;
    }
    fail_msg("0x%lx: no leaf at the last level", (unsigned long)address);
    return (struct translation){.valid = false};
}

/* Removes the leaf that maps an address, and tells where it led. */
static paddr_t unmap(uint64_t address)
{
    const struct page_walk walk = page_table_walk(table.root, vaddr(address));
    const uint64_t entry = *walk.entry;
    *walk.entry = 0;
    return entry & 1 ? page_entry_target(entry) : PADDR_NONE;
}

static void expect_page(uint64_t address, uint64_t target, uint64_t page_bytes,
                        uint64_t permissions)
{
    for (uint64_t offset = 0; offset < page_bytes; offset += page_bytes / 2 - 1) {
        const struct translation found = translate(address + offset);
        assert_true(found.valid);
        assert_int_equal(found.target, target + offset);
        assert_int_equal(found.page_bytes, page_bytes);
        assert_int_equal(found.bits,
                         permissions | 0xc1); /* V, A and D are always set */
    }
}

static const struct {
    uint64_t address;
    uint64_t target;
    uint32_t level;
    uint64_t page_bytes;
    uint32_t table_count;
} pages[] = {
    {0, 0x80001000, 0, KIB_4, 2},
    {KIB_4, 0, 0, KIB_4, 2},
    {0x3ffffff000, 0x1fffff000, 0, KIB_4, 2},
    {UPPER_HALF, 0x87fff000, 0, KIB_4, 2},
    {0xfffffffffffff000, 0xfffffffffff000, 0, KIB_4, 2}, /* the highest of both kinds */
    {MIB_2, 0x80200000, 1, MIB_2, 1},
    {0xffffffffffe00000, 0xffffffffe00000, 1, MIB_2, 1},
    {GIB_1, 0x80000000, 2, GIB_1, 0},
    {0xffffffffc0000000, 0xffffffc0000000, 2, GIB_1, 0},
};

static void pages_of_all_sizes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(pages); i++) {
        start(4);
        assert_false(translate(pages[i].address).valid);
        assert_int_equal(map(pages[i].address, pages[i].target, pages[i].level, RW),
                         E_OK);
        expect_page(pages[i].address, pages[i].target, pages[i].page_bytes, RW);
        assert_false(translate(pages[i].address - 1).valid);
        assert_false(translate(pages[i].address + pages[i].page_bytes).valid);
        assert_int_equal(table.frames.count, pages[i].table_count);
        assert_int_equal(frame_free_count(), 4 - pages[i].table_count);

        const struct page_walk walk =
            page_table_walk(table.root, vaddr(pages[i].address));
        assert_int_equal(walk.level, pages[i].level);
        assert_true(*walk.entry & 1);
    }
}

static void permissions_are_what_was_asked_for(void **state)
{
    (void)state;
    start(8);
    uint64_t address = 0;
    for (uint64_t access = 0; access < 8; access++) {
        for (uint64_t other = 0; other < 4; other++) {
            const uint64_t permissions = access << 1 | other << 4; /* R, W, X; U, G */
            if (!(access & 1) || (access & 6) == 6)
                continue;
            assert_int_equal(map(address, 0x80000000, 0, permissions), E_OK);
            expect_page(address, 0x80000000, KIB_4, permissions);
            address += KIB_4;
        }
    }
    assert_int_equal(address, 12 * KIB_4);
}

static void neighbours_share_their_tables(void **state)
{
    (void)state;
    start(8);
    for (uint64_t i = 0; i < 512; i++)
        assert_int_equal(map(i * KIB_4, 0x90000000 + i * KIB_4, 0, PAGE_READ), E_OK);
    assert_int_equal(table.frames.count, 2);
    assert_int_equal(map(512 * KIB_4, 0x90000000, 0, PAGE_READ), E_OK);
    assert_int_equal(table.frames.count, 3);
    assert_int_equal(map(GIB_1 - KIB_4, 0x90000000, 0, PAGE_READ), E_OK);
    assert_int_equal(table.frames.count, 4);
    assert_int_equal(map(GIB_1, 0x90000000, 0, PAGE_READ), E_OK);
    assert_int_equal(table.frames.count, 6);
    for (uint64_t i = 0; i < 512; i++)
        expect_page(i * KIB_4, 0x90000000 + i * KIB_4, KIB_4, PAGE_READ);
}

/* What is there already stays as it is, whichever is the larger. */
static void an_overlap_is_refused(void **state)
{
    (void)state;
    for (uint32_t there = 0; there <= 2; there++) {
        for (uint32_t comes = 0; comes <= 2; comes++) {
            start(8);
            const uint64_t address = there == 0   ? MIB_2 + KIB_4
                                     : there == 1 ? MIB_2
                                                  : 0;
            assert_int_equal(map(address, 0, there, RW), E_OK);
            const uint64_t bytes = bytes_of_level[comes];
            const uint64_t over = comes >= there
                                      ? address / bytes * bytes
                                      : address + bytes_of_level[there] - bytes;
            assert_int_equal(map(over, 0x40000000, comes, PAGE_READ), E_OVERLAP);
            expect_page(address, 0, bytes_of_level[there], RW);
        }
    }
}

static void too_little_memory_is_an_answer_of_its_own(void **state)
{
    (void)state;
    for (uint32_t frame_count = 0; frame_count < 2; frame_count++) {
        start(frame_count);
        assert_int_equal(map(0x123000, 0x80000000, 0, RW), E_NO_MEMORY);
        assert_false(translate(0x123000).valid);
        assert_int_equal(table.frames.count, frame_count); /* for the next attempt */
        assert_int_equal(frame_free_count(), 0);
    }
    /* The same again, when there is memory, needs one table only. */
    start(2);
    const paddr_t taken = frame_alloc(0);
    assert_int_equal(map(0x123000, 0x80000000, 0, RW), E_NO_MEMORY);
    frame_free(taken);
    assert_int_equal(map(0x123000, 0x80000000, 0, RW), E_OK);
    assert_int_equal(frame_free_count(), 0);
    expect_page(0x123000, 0x80000000, KIB_4, RW);
}

static const struct {
    uint64_t address;
    uint64_t target;
    uint64_t bytes;
    uint32_t leaves[3]; /* how many of each level */
} ranges[] = {
    {0, 0, 0, {0, 0, 0}},
    {0, 0x80000000, KIB_4, {1, 0, 0}},
    {MIB_2, 0x80200000, MIB_2 - KIB_4, {511, 0, 0}},
    {0, 0x80000000, 2 * MIB_2, {0, 2, 0}},
    {MIB_2 - KIB_4, 0x801ff000, MIB_2 + 2 * KIB_4, {2, 1, 0}},
    {MIB_2 - KIB_4, 0x80000000, MIB_2 + 2 * KIB_4, {514, 0, 0}}, /* not aligned alike */
    {0, 0x80200000, GIB_1, {0, 512, 0}},
    {0, 0xc0000000, 3 * GIB_1, {0, 0, 3}},
    {GIB_1 - MIB_2 - KIB_4,
     2 * GIB_1 - MIB_2 - KIB_4,
     2 * GIB_1 + 2 * MIB_2 + 3 * KIB_4,
     {3, 2, 2}},
    {UPPER_HALF, 0, 128 * GIB_1, {0, 0, 128}},
    {0xffffffffffdff000, 0xdff000, MIB_2 + KIB_4, {1, 1, 0}}, /* to the last address */
};

/* Each page is the largest that address, target and the rest of the range allow. */
static void a_range_takes_the_largest_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(ranges); i++) {
        uint32_t leaves[3] = {0, 0, 0};
        start(8);
        assert_int_equal(
            map_range(ranges[i].address, ranges[i].target, ranges[i].bytes), E_OK);
        uint64_t done = 0;
        while (done < ranges[i].bytes) {
            const uint64_t address = ranges[i].address + done;
            const uint64_t page_bytes = translate(address).page_bytes;
            const size_t level = page_bytes == GIB_1 ? 2 : page_bytes == MIB_2;
            assert_int_equal(address % page_bytes, 0);
            expect_page(address, ranges[i].target + done, page_bytes, RW);
            leaves[level]++;
            done += page_bytes;
        }
        assert_int_equal(done, ranges[i].bytes);
        assert_memory_equal(leaves, ranges[i].leaves, sizeof leaves);
        assert_false(translate(ranges[i].address - 1).valid);
        assert_false(translate(ranges[i].address + ranges[i].bytes).valid);
    }
}

static void a_range_ends_where_it_cannot_go_on(void **state)
{
    (void)state;
    start(8);
    assert_int_equal(map(MIB_2 + 2 * KIB_4, 0, 0, PAGE_READ), E_OK);
    assert_int_equal(map_range(MIB_2, 0x80001000, 4 * KIB_4), E_OVERLAP);
    expect_page(MIB_2, 0x80001000, KIB_4, RW); /* what was done stays */
    expect_page(MIB_2 + KIB_4, 0x80002000, KIB_4, RW);
    expect_page(MIB_2 + 2 * KIB_4, 0, KIB_4, PAGE_READ);
    assert_false(translate(MIB_2 + 3 * KIB_4).valid);

    start(2); /* enough for the pages below 2 MiB, not for those above */
    assert_int_equal(map_range(MIB_2 - KIB_4, 0x80000000, 2 * KIB_4), E_NO_MEMORY);
    expect_page(MIB_2 - KIB_4, 0x80000000, KIB_4, RW);
    assert_false(translate(MIB_2).valid);
    assert_int_equal(table.frames.count, 2);
}

static void unmapping_leads_back(void **state)
{
    (void)state;
    start(8);
    assert_int_equal(map(0x1000, 0x81000000, 0, RW), E_OK);
    assert_int_equal(map(0x2000, 0x82000000, 0, RW), E_OK);
    assert_int_equal(map(MIB_2, 0x82000000, 1, PAGE_READ), E_OK);
    assert_int_equal(map(GIB_1, 0xc0000000, 2, PAGE_READ), E_OK);

    assert_true(paddr_is_none(unmap(0x3000)));     /* at level 0 */
    assert_true(paddr_is_none(unmap(2 * MIB_2)));  /* at level 1 */
    assert_true(paddr_is_none(unmap(UPPER_HALF))); /* at level 2 */
    assert_int_equal(unmap(0x1000).value, 0x81000000);
    assert_false(translate(0x1000).valid);
    assert_true(paddr_is_none(unmap(0x1000)));
    expect_page(0x2000, 0x82000000, KIB_4, RW);
    assert_int_equal(unmap(MIB_2).value, 0x82000000);
    assert_int_equal(unmap(GIB_1).value, 0xc0000000);
    assert_false(translate(MIB_2).valid || translate(GIB_1).valid);
    expect_page(0x2000, 0x82000000, KIB_4, RW);

    assert_int_equal(map(0x1000, 0x83000000, 0, PAGE_READ), E_OK);
    expect_page(0x1000, 0x83000000, KIB_4, PAGE_READ);
}

static enum trapeze_error reserve(uint64_t address, uint64_t page_count)
{
    uint64_t *first = NULL;
    const enum trapeze_error error =
        page_table_reserve(&table, vaddr(address), page_count, &first);
    if (error == E_OK)
        assert_ptr_equal(first, page_table_entry(&table, vaddr(address)));
    return error;
}

static const struct {
    uint64_t address;
    uint64_t page_count;
    uint32_t table_count;
} reservations[] = {
    {KIB_4, 1, 2},        {KIB_4, 511, 2},       {KIB_4, 512, 3},
    {MIB_2, 512, 2},      {MIB_2 - KIB_4, 2, 3}, {GIB_1 - KIB_4, 2, 4},
    {0x3ffffff000, 1, 2}, {UPPER_HALF, 1536, 4},
};

/* Nothing is mapped by it, and then nothing is in the way of mapping it. */
static void what_is_reserved_can_be_mapped(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(reservations); i++) {
        start(reservations[i].table_count);
        assert_int_equal(reserve(reservations[i].address, reservations[i].page_count),
                         E_OK);
        assert_int_equal(table.frames.count, reservations[i].table_count);
        assert_int_equal(frame_free_count(), 0);
        assert_int_equal(reserve(reservations[i].address, reservations[i].page_count),
                         E_OK);
        for (uint64_t page = 0; page < reservations[i].page_count; page++) {
            const uint64_t address = reservations[i].address + page * KIB_4;
            assert_false(translate(address).valid);
            *page_table_entry(&table, vaddr(address)) =
                page_entry(paddr(page * KIB_4), RW | PAGE_USER);
        }
        for (uint64_t page = 0; page < reservations[i].page_count; page++)
            expect_page(reservations[i].address + page * KIB_4, page * KIB_4, KIB_4,
                        RW | PAGE_USER);
    }
}

static void what_is_mapped_cannot_be_reserved(void **state)
{
    (void)state;
    static const uint64_t places[] = {MIB_2 - KIB_4, MIB_2, MIB_2 + 2 * KIB_4};
    for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
        start(8);
        assert_int_equal(map(places[i], 0, 0, RW), E_OK);
        assert_int_equal(reserve(MIB_2 - KIB_4, 4), E_OVERLAP);
        expect_page(places[i], 0, KIB_4, RW);
        assert_int_equal(reserve(places[i] + KIB_4, 1), E_OK);
        assert_int_equal(reserve(places[i] - 5 * KIB_4, 5), E_OK);
    }
    for (uint32_t level = 1; level <= 2; level++) {
        start(8);
        assert_int_equal(map(GIB_1, 0, level, RW), E_OK);
        assert_int_equal(reserve(GIB_1 + 3 * KIB_4, 1), E_OVERLAP);
        assert_int_equal(reserve(GIB_1 - KIB_4, 2), E_OVERLAP);
        assert_int_equal(reserve(GIB_1 - KIB_4, 1), E_OK);
    }
}

/* Every table is paid for before it is taken; what was made stays for the next time. */
static void tables_are_charged(void **state)
{
    (void)state;
    for (uint64_t limit = 0; limit <= 4; limit++) {
        struct budget budget = {.used = 100, .limit = 100 + limit};
        start(8);
        table.pages = &budget;
        assert_int_equal(reserve(GIB_1 - KIB_4, 2), limit == 4 ? E_OK : E_NO_MEMORY);
        assert_int_equal(budget.used, 100 + limit);
        assert_int_equal(table.frames.count, limit);
        assert_int_equal(frame_free_count(), 8 - limit);
        budget.limit = 104;
        assert_int_equal(reserve(GIB_1 - KIB_4, 2), E_OK);
        assert_int_equal(budget.used, 104);
    }
    struct budget budget = {.used = 0, .limit = 8}; /* more than there is */
    start(1);
    table.pages = &budget;
    assert_int_equal(reserve(0, 1), E_NO_MEMORY);
    assert_int_equal(budget.used, 1);
}

static void all_tables_can_be_given_back(void **state)
{
    (void)state;
    start(64);
    for (uint64_t i = 0; i < 16; i++)
        assert_int_equal(map(i * (GIB_1 + MIB_2), 0x80000000, 0, RW), E_OK);
    assert_int_equal(table.frames.count, 32);
    paddr_t frame;
    while (!paddr_is_none(frame = frame_list_pop(&table.frames)))
        frame_free(frame);
    assert_int_equal(frame_free_count(), 64);
}

/* Pages of the two smaller sizes in four pieces of 2 MiB, at random, against a table of
 * what is where. */
#define PIECES 4U
#define PIECE_PAGES 512U
#define STEPS 150000U

static const uint64_t piece_addresses[PIECES] = {0, MIB_2, GIB_1 - MIB_2, UPPER_HALF};

static struct {
    uint64_t target; /* of each page + 1, 0: none */
    uint64_t permissions;
} model[PIECES][PIECE_PAGES];
static uint64_t large_target[PIECES]; /* + 1 */
static bool has_table[PIECES];        /* for good, from its first small page on */

static void small_step(uint64_t piece, uint64_t page)
{
    static const uint64_t choices[] = {PAGE_READ, RW, PAGE_READ | PAGE_EXECUTE,
                                       RW | PAGE_USER, PAGE_READ | PAGE_GLOBAL};
    const uint64_t address = piece_addresses[piece] + page * KIB_4;
    const uint64_t target = random_below(1UL << 44) << 12;
    const uint64_t permissions = choices[random_below(ARRAY_LENGTH(choices))];
    const bool taken = model[piece][page].target != 0 || large_target[piece] != 0;

    assert_int_equal(map(address, target, 0, permissions), taken ? E_OVERLAP : E_OK);
    if (taken)
        return;
    model[piece][page].target = target + 1;
    model[piece][page].permissions = permissions;
    has_table[piece] = true;
}

static void large_step(uint64_t piece)
{
    const uint64_t target = random_below(1UL << 35) << 21;
    const bool taken = has_table[piece] || large_target[piece] != 0;

    assert_int_equal(map(piece_addresses[piece], target, 1, RW),
                     taken ? E_OVERLAP : E_OK);
    if (!taken)
        large_target[piece] = target + 1;
}

static void unmap_step(uint64_t piece, uint64_t page)
{
    const paddr_t target = unmap(piece_addresses[piece] + page * KIB_4);

    if (large_target[piece] != 0) {
        assert_int_equal(target.value + 1, large_target[piece]);
        large_target[piece] = 0;
    } else if (model[piece][page].target != 0) {
        assert_int_equal(target.value + 1, model[piece][page].target);
        model[piece][page].target = 0;
    } else {
        assert_true(paddr_is_none(target));
    }
}

static void check_page(uint64_t piece, uint64_t page)
{
    const uint64_t address = piece_addresses[piece] + page * KIB_4;
    if (large_target[piece] != 0)
        expect_page(piece_addresses[piece], large_target[piece] - 1, MIB_2, RW);
    else if (model[piece][page].target != 0)
        expect_page(address, model[piece][page].target - 1, KIB_4,
                    model[piece][page].permissions);
    else
        assert_false(translate(address).valid);
}

static void any_sequence(void **state)
{
    (void)state;
    random_start(3);
    memset(model, 0, sizeof model);
    for (; random_step < STEPS; random_step++) {
        if (random_step % 500 ==
            0) { /* a new root, or every piece would keep its table */
            start(16);
            memset(model, 0, sizeof model);
            memset(large_target, 0, sizeof large_target);
            memset(has_table, 0, sizeof has_table);
        }
        const uint64_t piece = random_below(PIECES);
        const uint64_t page = random_below(PIECE_PAGES / 8) * 8;
        const uint64_t kind = random_below(16);
        if (kind == 0)
            large_step(piece);
        else if (kind < 8 && random_step % 500 > 60) /* the larger pages come first */
            small_step(piece, page);
        else
            unmap_step(piece, page);
        check_page(piece, page);
        check_page(random_below(PIECES), random_below(PIECE_PAGES));
    }
}

static const struct mapping {
    uint64_t address;
    uint64_t target;
    uint64_t bytes;
    uint64_t permissions;
    const char *reason;
} mistakes[] = {
    {0, 0, KIB_4, RW | PAGE_EXECUTE, "PAGE_WRITE | PAGE_EXECUTE"},
    {0, 0, GIB_1, RW | PAGE_EXECUTE | PAGE_USER, "PAGE_WRITE | PAGE_EXECUTE"},
    {0, 0, KIB_4, PAGE_WRITE | PAGE_EXECUTE, "PAGE_WRITE | PAGE_EXECUTE"},
    {0, 0, KIB_4, PAGE_WRITE, "PAGE_READ"},
    {0, 0, KIB_4, PAGE_EXECUTE, "PAGE_READ"},
    {0, 0, KIB_4, 0, "PAGE_READ"},
    {1, 0, KIB_4, PAGE_READ, "address.value"},
    {0, KIB_4 / 2, KIB_4, PAGE_READ, "target.value"},
    {0, 0, KIB_4 + 8, PAGE_READ, "bytes"},
};

static void map_mistake(void *argument)
{
    const struct mapping *mistake = argument;
    start(4);
    page_table_map(&table, vaddr(mistake->address), paddr(mistake->target),
                   mistake->bytes, mistake->permissions);
}

/* Nor is the table that was found before taken for one that is not there. */
static void no_table_no_entry(void **state)
{
    (void)state;
    start(4);
    assert_null(page_table_entry(&table, vaddr(0)));
    assert_int_equal(reserve(0x1000, 1), E_OK);
    assert_non_null(page_table_entry(&table, vaddr(0)));
    assert_int_equal(map(GIB_1, 0, 2, RW), E_OK);
    for (int i = 0; i < 2; i++) {
        assert_null(page_table_entry(&table, vaddr(MIB_2)));
        assert_null(page_table_entry(&table, vaddr(GIB_1)));
        assert_ptr_equal(page_table_entry(&table, vaddr(MIB_2 - KIB_4)),
                         page_table_entry(&table, vaddr(0)) + 511);
    }
}

static void mistakes_panic(void **state)
{
    (void)state;
    struct mapping right = {KIB_4, 0, KIB_4, PAGE_READ | PAGE_EXECUTE, NULL};
    assert_null(panic_of(map_mistake, &right));
    for (size_t i = 0; i < ARRAY_LENGTH(mistakes); i++) {
        struct mapping mistake = mistakes[i];
        expect_panic(map_mistake, &mistake, mistake.reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(pages_of_all_sizes, remove_memory),
        cmocka_unit_test_teardown(permissions_are_what_was_asked_for, remove_memory),
        cmocka_unit_test_teardown(neighbours_share_their_tables, remove_memory),
        cmocka_unit_test_teardown(an_overlap_is_refused, remove_memory),
        cmocka_unit_test_teardown(too_little_memory_is_an_answer_of_its_own,
                                  remove_memory),
        cmocka_unit_test_teardown(a_range_takes_the_largest_pages, remove_memory),
        cmocka_unit_test_teardown(a_range_ends_where_it_cannot_go_on, remove_memory),
        cmocka_unit_test_teardown(unmapping_leads_back, remove_memory),
        cmocka_unit_test_teardown(what_is_reserved_can_be_mapped, remove_memory),
        cmocka_unit_test_teardown(what_is_mapped_cannot_be_reserved, remove_memory),
        cmocka_unit_test_teardown(tables_are_charged, remove_memory),
        cmocka_unit_test_teardown(all_tables_can_be_given_back, remove_memory),
        cmocka_unit_test_teardown(any_sequence, remove_memory),
        cmocka_unit_test_teardown(no_table_no_entry, remove_memory),
        cmocka_unit_test_teardown(mistakes_panic, remove_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
