/* SPDX-License-Identifier: MIT
 *
 * userland/lib/range_table.c against a map of all pages, at random, in a space so small
 * that it is full at times.
 */
#include "random_steps.h"

#include "lib/range_table.h"

#include <string.h>

#include <trapeze/abi.h>

#define BOTTOM 0x2000000000UL
#define PAGES 64U
#define PIECE_PAGES 8U
#define STEPS 200000U

static struct range ranges[PAGES];
static struct range_table table;
static unsigned owner[PAGES]; /* of each page: a number of its range, 0: free */
static unsigned last_owner;

static void reset(void)
{
    table = (struct range_table){
        .ranges = ranges, .bottom = BOTTOM, .end = BOTTOM + PAGES * PAGE_BYTES};
    memset(owner, 0, sizeof owner);
    last_owner = 0;
}

static size_t page(uintptr_t address) { return (address - BOTTOM) / PAGE_BYTES; }

/* The lowest page from which `count` pages and one more are free, and which is no free
 * page behind a range. PAGES: none. */
static size_t model_gap(size_t count)
{
    for (size_t first = 0; first + count + 1 <= PAGES; first++) {
        bool is_free = first == 0 || owner[first - 1] == 0;
        for (size_t i = first; i < first + count + 1; i++)
            is_free &= owner[i] == 0;
        if (is_free)
            return first;
    }
    return PAGES;
}

/* The array says the same as the map. */
static void check(void)
{
    size_t at = 0;

    for (size_t i = 0; i < table.count; i++) {
        const size_t first = page(ranges[i].address);
        for (; at < first; at++)
            assert_int_equal(owner[at], 0);
        assert_true(at == first && ranges[i].page_count >= 1);
        for (; at < first + ranges[i].page_count; at++)
            assert_int_equal(owner[at], owner[first]);
        if (ranges[i].continues) {
            assert_int_equal(ranges[i].page_count, PIECE_PAGES);
            assert_int_equal(owner[at], owner[first]);
            assert_int_equal(page(ranges[i + 1].address), at);
        } else {
            assert_int_equal(owner[at], 0);
        }
    }
    for (; at < PAGES; at++)
        assert_int_equal(owner[at], 0);
}

static void take(size_t count)
{
    size_t index;
    const uintptr_t address = range_table_gap(&table, count, &index);
    const size_t expected = model_gap(count);

    if (expected == PAGES) {
        assert_int_equal(address, 0);
        return;
    }
    assert_int_equal(page(address), expected);
    range_table_insert(&table, index, address, count, PIECE_PAGES);
    last_owner++;
    for (size_t i = 0; i < count; i++)
        owner[expected + i] = last_owner;
}

/* Gives back what begins at that page, if something does. */
static void give(size_t first)
{
    size_t index;
    const unsigned of = owner[first];
    const bool begins = of != 0 && (first == 0 || owner[first - 1] != of);

    assert_int_equal(range_table_find(&table, BOTTOM + first * PAGE_BYTES, &index),
                     begins);
    if (!begins)
        return;
    range_table_remove(&table, index);
    for (size_t i = first; i < PAGES && owner[i] == of; i++)
        owner[i] = 0;
}

static void random_ranges(void **state)
{
    (void)state;
    random_start(1);
    reset();
    for (; random_step < STEPS; random_step++) {
        /* Many small ones for a while, then few: it gets full, and empty. */
        const bool is_filling = random_step / 1000 % 2 == 0;
        if (random_below(4) < (is_filling ? 3 : 1))
            take(1 + random_below(random_below(4) == 0 ? PAGES : 6));
        else
            give(random_below(PAGES));
        check();
    }
}

static void what_fits(void **state)
{
    (void)state;
    size_t index;

    reset();
    assert_int_equal(range_table_gap(&table, 0, &index), 0);
    assert_int_equal(range_table_gap(&table, PAGES, &index), 0);
    assert_int_equal(range_table_gap(&table, SIZE_MAX, &index), 0);
    assert_int_equal(range_table_gap(&table, PAGES - 1, &index), BOTTOM);
    take(PAGES - 1);
    assert_int_equal(table.count, PAGES / PIECE_PAGES);
    assert_int_equal(range_table_gap(&table, 1, &index), 0);
    assert_false(range_table_find(&table, ranges[1].address, &index)); /* a piece */
    give(0);
    assert_int_equal(table.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(random_ranges, report_steps),
        cmocka_unit_test(what_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
