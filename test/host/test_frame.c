/* SPDX-License-Identifier: MIT
 *
 * memory/frame.c, above all against a plain model: an array that says of each frame
 * whether it is free.
 */
#include "host_test.h"

#include "memory/frame.h"
#include "panics.h"
#include "physical_memory.h"
#include "random_steps.h"

#define RAM_START 0x80000000UL
#define FRAMES_MAX 4096U
#define STEPS 200000U
#define BLOCKS_MAX 1024U

/* What is free at first, in frames from RAM_START on. */
struct piece {
    uint32_t first;
    uint32_t end;
};

static const struct piece odd_pieces[] = {
    {3, 67}, {67, 68}, {100, 613}, {640, 1024}, {1025, 1026}};

static uint64_t address_of(uint32_t frame)
{
    return RAM_START + frame * (uint64_t)PAGE_SIZE;
}

static uint32_t frame_of(paddr_t address)
{
    return (uint32_t)((address.value - RAM_START) / PAGE_SIZE);
}

/* RAM of `frames`, of which the pieces are free; the descriptions lie behind it. */
static void start(uint32_t frames, size_t count, const struct piece *pieces)
{
    const uint64_t end = address_of(frames);
    const uint64_t bytes = frame_descriptions_bytes(RAM_START, end);

    physical_memory_make(RAM_START, end - RAM_START + bytes, 1);
    frame_init(RAM_START, end, paddr(end));
    for (size_t i = 0; i < count; i++)
        frame_add(address_of(pieces[i].first), address_of(pieces[i].end));
}

static void start_with_one_piece(uint32_t first, uint32_t end)
{
    start(end, 1, &(struct piece){first, end});
}

static int remove_memory(void **state)
{
    physical_memory_remove();
    return report_steps(state);
}

static void descriptions_take_eight_bytes_a_frame(void **state)
{
    (void)state;
    assert_int_equal(frame_descriptions_bytes(RAM_START, RAM_START), 0);
    assert_int_equal(frame_descriptions_bytes(RAM_START, address_of(1)), PAGE_SIZE);
    assert_int_equal(frame_descriptions_bytes(RAM_START, address_of(512)), PAGE_SIZE);
    assert_int_equal(frame_descriptions_bytes(RAM_START, address_of(513)),
                     2 * PAGE_SIZE);
    assert_int_equal(frame_descriptions_bytes(0, 16UL << 30), 32UL << 20);
}

static void nothing_is_free_before_it_is_added(void **state)
{
    (void)state;
    start(64, 0, NULL);
    assert_int_equal(frame_free_count(), 0);
    assert_int_equal(frame_largest_run(), 0);
    for (uint32_t order = 0; order <= FRAME_ORDER_MAX; order++)
        assert_true(paddr_is_none(frame_alloc(order)));
    assert_true(paddr_is_none(frame_alloc_zeroed(NULL)));
    frame_check(UINT64_MAX);
}

static void a_single_frame(void **state)
{
    (void)state;
    start_with_one_piece(5, 6);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(frame_free_count(), 1);
        assert_int_equal(frame_largest_run(), 1);
        assert_true(paddr_is_none(frame_alloc(1)));
        const paddr_t frame = frame_alloc(0);
        assert_int_equal(frame.value, address_of(5));
        assert_true(paddr_is_none(frame_alloc(0)));
        assert_int_equal(frame_largest_run(), 0);
        frame_free(frame);
    }
}

/* The order of the largest aligned block around `frame` inside its piece: what
 * frame_add makes. */
static uint32_t block_order(uint32_t frame, struct piece piece)
{
    const uint32_t base = (uint32_t)(RAM_START / PAGE_SIZE);
    uint32_t order = 0;
    while (order < FRAME_ORDER_MAX) {
        const uint32_t bytes = 2U << order;
        const uint32_t first = (base + frame) / bytes * bytes;
        if (first < base + piece.first || first + bytes > base + piece.end)
            break;
        order++;
    }
    return order;
}

static void every_frame_of_odd_pieces_is_found_once(void **state)
{
    (void)state;
    static bool taken[FRAMES_MAX];
    uint32_t total = 0;
    uint32_t largest = 0;

    start(FRAMES_MAX, ARRAY_LENGTH(odd_pieces), odd_pieces);
    memset(taken, 1, sizeof taken);
    for (size_t i = 0; i < ARRAY_LENGTH(odd_pieces); i++) {
        for (uint32_t frame = odd_pieces[i].first; frame < odd_pieces[i].end; frame++) {
            const uint32_t order = block_order(frame, odd_pieces[i]);
            taken[frame] = false;
            largest = largest > order ? largest : order;
            total++;
        }
    }
    assert_int_equal(frame_free_count(), total);
    assert_int_equal(frame_largest_run(), 1UL << largest);
    for (uint32_t i = 0; i < total; i++) {
        const paddr_t frame = frame_alloc(0);
        assert_false(paddr_is_none(frame));
        assert_int_equal(frame.value % PAGE_SIZE, 0);
        assert_true(frame_of(frame) < FRAMES_MAX && !taken[frame_of(frame)]);
        taken[frame_of(frame)] = true;
        assert_int_equal(frame_free_count(), total - i - 1);
    }
    assert_true(paddr_is_none(frame_alloc(0)));
    frame_check(UINT64_MAX);
}

static void the_largest_order(void **state)
{
    (void)state;
    const uint64_t gigabyte = 1UL << 30;
    const uint64_t end = RAM_START + 2 * gigabyte;

    physical_memory_make(RAM_START,
                         end - RAM_START + frame_descriptions_bytes(RAM_START, end), 0);
    frame_init(RAM_START, end, paddr(end));
    frame_add(RAM_START, end);
    assert_int_equal(frame_largest_run(), gigabyte / PAGE_SIZE);
    const paddr_t first = frame_alloc(FRAME_ORDER_MAX);
    const paddr_t second = frame_alloc(FRAME_ORDER_MAX);
    assert_int_equal(first.value % gigabyte, 0);
    assert_int_equal(second.value % gigabyte, 0);
    assert_true(first.value != second.value);
    assert_true(paddr_is_none(frame_alloc(0)));
    frame_free(first);
    frame_free(second);
    assert_int_equal(frame_free_count(), 2 * gigabyte / PAGE_SIZE);
    assert_int_equal(frame_largest_run(), gigabyte / PAGE_SIZE);
}

static uint64_t pages_touched_by_starting(uint64_t bytes)
{
    const uint64_t end = RAM_START + bytes;
    physical_memory_make(RAM_START, bytes + frame_descriptions_bytes(RAM_START, end),
                         0);
    frame_init(RAM_START, end, paddr(end));
    frame_add(RAM_START, end);
    assert_int_equal(frame_free_count(), bytes / PAGE_SIZE);
    return physical_memory_touched();
}

/* At the most the first frame and the description of each of the largest blocks. */
static void starting_touches_no_more_than_the_largest_blocks(void **state)
{
    (void)state;
    assert_in_range(pages_touched_by_starting(32UL << 20), 1, 2);
    assert_in_range(pages_touched_by_starting(16UL << 30), 1, 32);
}

static void zeroed_frames_are_zeroed(void **state)
{
    (void)state;
    static const char zeros[PAGE_SIZE];
    start_with_one_piece(0, 4);
    for (int i = 0; i < 4; i++) {
        const paddr_t frame = frame_alloc_zeroed(NULL);
        assert_memory_equal(direct_map(frame), zeros, PAGE_SIZE);
    }
    assert_true(paddr_is_none(frame_alloc_zeroed(NULL)));
}

static void zeroed_frames_can_be_charged(void **state)
{
    (void)state;
    struct budget budget = {.used = 5, .limit = 7};
    start_with_one_piece(0, 3);
    assert_false(paddr_is_none(frame_alloc_zeroed(&budget)));
    const paddr_t last = frame_alloc_zeroed(&budget);
    assert_int_equal(budget.used, 7);
    assert_true(paddr_is_none(frame_alloc_zeroed(&budget)));
    assert_int_equal(budget.used, 7);
    assert_int_equal(frame_free_count(), 1);
    budget_give(&budget, 1);
    assert_int_equal(budget.used, 6);
    frame_free(last);
    while (!paddr_is_none(frame_alloc(0)))
        ; /* nothing is left to be charged for */
    assert_true(paddr_is_none(frame_alloc_zeroed(&budget)));
    assert_int_equal(budget.used, 6);
}

static void chains_give_back_the_last_one_first(void **state)
{
    (void)state;
    struct frame_list chains[2] = {{0, 0}, {0, 0}};
    paddr_t frames[2][10];

    start_with_one_piece(0, 64);
    assert_true(paddr_is_none(frame_list_pop(&chains[0])));
    for (uint32_t i = 0; i < 10; i++) {
        for (size_t j = 0; j < 2; j++) {
            frames[j][i] = frame_alloc(0);
            frame_list_push(&chains[j], frames[j][i]);
            assert_int_equal(chains[j].count, i + 1);
        }
    }
    for (uint32_t i = 10; i-- > 0;) {
        for (size_t j = 0; j < 2; j++) {
            const paddr_t frame = frame_list_pop(&chains[j]);
            assert_int_equal(frame.value, frames[j][i].value);
            assert_int_equal(chains[j].count, i);
            frame_free(frame);
        }
    }
    assert_true(paddr_is_none(frame_list_pop(&chains[0])));
    assert_true(paddr_is_none(frame_list_pop(&chains[1])));
    assert_int_equal(frame_largest_run(), 64);
}

/* The model of what is going on, and the blocks that are out. */
static struct {
    bool free[FRAMES_MAX];
    uint8_t
        limit[FRAMES_MAX]; /* the order of the block that frame_add made around it */
    uint64_t free_count;
    struct {
        paddr_t address;
        uint32_t order;
        uint64_t mark; /* at its first and last bytes, while it is out */
    } blocks[BLOCKS_MAX];
    size_t block_count;
} model;

static void start_model(void)
{
    memset(&model, 0, sizeof model);
    start(FRAMES_MAX, ARRAY_LENGTH(odd_pieces), odd_pieces);
    for (size_t i = 0; i < ARRAY_LENGTH(odd_pieces); i++) {
        for (uint32_t frame = odd_pieces[i].first; frame < odd_pieces[i].end; frame++) {
            model.free[frame] = true;
            model.limit[frame] = (uint8_t)block_order(frame, odd_pieces[i]);
            model.free_count++;
        }
    }
}

/* Whether a block of that order is free, whole and inside one block that frame_add
 * made. */
static bool model_has(uint32_t order)
{
    for (uint32_t first = 0; first + (1U << order) <= FRAMES_MAX;
         first += 1U << order) {
        bool whole = true;
        for (uint32_t i = first; i < first + (1U << order) && whole; i++)
            whole = model.free[i] && model.limit[i] >= order;
        if (whole)
            return true;
    }
    return false;
}

static uint64_t *last_word(paddr_t block, uint32_t order)
{
    return (uint64_t *)direct_map(paddr(block.value + (1UL << order) * PAGE_SIZE)) - 1;
}

static void alloc_step(void)
{
    const uint32_t order =
        (uint32_t)random_below(random_below(4) == 0 ? FRAME_ORDER_MAX + 1 : 4);
    const paddr_t block = frame_alloc(order);

    if (paddr_is_none(block)) {
        assert_false(model_has(order));
        return;
    }
    assert_int_equal(block.value % (PAGE_SIZE << order), 0);
    assert_true(block.value >= RAM_START);
    const uint32_t first = frame_of(block);
    assert_true(first + (1U << order) <= FRAMES_MAX);
    for (uint32_t i = first; i < first + (1U << order); i++) {
        assert_true(model.free[i] && model.limit[i] >= order);
        model.free[i] = false;
    }
    model.free_count -= 1U << order;
    const uint64_t mark = random_next();
    *(uint64_t *)direct_map(block) = *last_word(block, order) = mark;
    model.blocks[model.block_count].address = block;
    model.blocks[model.block_count].order = order;
    model.blocks[model.block_count++].mark = mark;
}

static void free_step(void)
{
    const size_t index = random_below(model.block_count);
    const paddr_t block = model.blocks[index].address;
    const uint32_t order = model.blocks[index].order;

    assert_true(*(uint64_t *)direct_map(block) == model.blocks[index].mark);
    assert_true(*last_word(block, order) == model.blocks[index].mark);
    frame_free(block);
    for (uint32_t i = frame_of(block); i < frame_of(block) + (1U << order); i++)
        model.free[i] = true;
    model.free_count += 1U << order;
    model.blocks[index] = model.blocks[--model.block_count];
}

/* The sum over all free blocks of a function of place and size: the same for the same
 * blocks, in whatever order they come. Takes everything. */
static uint64_t drain(void)
{
    uint64_t sum = 0;
    for (uint32_t order = FRAME_ORDER_MAX + 1; order-- > 0;) {
        paddr_t block;
        while (!paddr_is_none(block = frame_alloc(order)))
            sum += (block.value + order) * 0x9e3779b97f4a7c15;
    }
    assert_int_equal(frame_free_count(), 0);
    return sum;
}

/* Long swings between almost everything and almost nothing free. */
static void any_sequence(void **state)
{
    (void)state;
    start_model();
    const uint64_t all = model.free_count;
    const uint64_t largest = frame_largest_run();
    const uint64_t blocks = drain();

    start_model();
    random_start(2);
    uint64_t failures = 0;
    for (; random_step < STEPS; random_step++) {
        const bool filling = random_step / 2000 % 2 == 0;
        const bool alloc =
            model.block_count == 0 || random_below(8) < (filling ? 5 : 3);
        const size_t before = model.block_count;
        if (alloc && model.block_count < BLOCKS_MAX)
            alloc_step();
        else
            free_step();
        failures += model.block_count == before;
        assert_int_equal(frame_free_count(), model.free_count);
        if (random_step % 512 == 0)
            frame_check(random_step % 1024 == 0 ? UINT64_MAX : 3);
    }
    assert_true(failures > STEPS / 100); /* memory did run out */
    while (model.block_count != 0)
        free_step();
    frame_check(UINT64_MAX);
    assert_int_equal(frame_free_count(), all);
    assert_int_equal(frame_largest_run(), largest);
    assert_int_equal(drain(), blocks);
}

enum mistake {
    NONE,
    FREED_TWICE,
    FREED_NONE,
    FREED_BELOW,
    FREED_ABOVE,
    FREED_PART,
    ORDER_TOO_HIGH,
};

static void make(void *argument)
{
    start_with_one_piece(1, 64);
    const paddr_t frame = frame_alloc(0);
    switch (*(enum mistake *)argument) {
    case NONE:
        frame_free(frame);
        break;
    case FREED_TWICE:
        frame_free(frame);
        frame_free(frame);
        break;
    case FREED_NONE:
        frame_free(PADDR_NONE);
        break;
    case FREED_BELOW:
        frame_free(paddr(RAM_START - PAGE_SIZE));
        break;
    case FREED_ABOVE:
        frame_free(paddr(address_of(64)));
        break;
    case FREED_PART:
        frame_free(paddr(frame.value + 8));
        break;
    case ORDER_TOO_HIGH:
        frame_alloc(FRAME_ORDER_MAX + 1);
        break;
    }
    frame_check(UINT64_MAX);
}

static void mistakes_panic(void **state)
{
    (void)state;
    assert_null(panic_of(make, &(enum mistake){NONE}));
    expect_panic(make, &(enum mistake){FREED_TWICE}, "free");
    expect_panic(make, &(enum mistake){FREED_NONE}, "memory/frame.c");
    expect_panic(make, &(enum mistake){FREED_BELOW}, "memory/frame.c");
    expect_panic(make, &(enum mistake){FREED_ABOVE}, "memory/frame.c");
    expect_panic(make, &(enum mistake){FREED_PART}, "PAGE_SIZE");
    expect_panic(make, &(enum mistake){ORDER_TOO_HIGH}, "FRAME_ORDER_MAX");
}

static void forget_a_free_block(void *argument)
{
    (void)argument;
    start_with_one_piece(0, 64);
    memset(direct_map(paddr(address_of(64))), 0,
           8); /* the first description, behind RAM */
    frame_check(UINT64_MAX);
}

static void the_check_finds_a_wrong_description(void **state)
{
    (void)state;
    expect_panic(forget_a_free_block, NULL, "frame->free");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptions_take_eight_bytes_a_frame),
        cmocka_unit_test_teardown(nothing_is_free_before_it_is_added, remove_memory),
        cmocka_unit_test_teardown(a_single_frame, remove_memory),
        cmocka_unit_test_teardown(every_frame_of_odd_pieces_is_found_once,
                                  remove_memory),
        cmocka_unit_test_teardown(the_largest_order, remove_memory),
        cmocka_unit_test_teardown(starting_touches_no_more_than_the_largest_blocks,
                                  remove_memory),
        cmocka_unit_test_teardown(zeroed_frames_are_zeroed, remove_memory),
        cmocka_unit_test_teardown(zeroed_frames_can_be_charged, remove_memory),
        cmocka_unit_test_teardown(chains_give_back_the_last_one_first, remove_memory),
        cmocka_unit_test_teardown(any_sequence, remove_memory),
        cmocka_unit_test_teardown(mistakes_panic, remove_memory),
        cmocka_unit_test_teardown(the_check_finds_a_wrong_description, remove_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
