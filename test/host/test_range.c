/* SPDX-License-Identifier: MIT
 *
 * memory/range.c, by hand and against a plain map of a few addresses.
 */
#include "host_test.h"

#include "memory/range.h"
#include "random_steps.h"

#include <string.h>

#define ADDRESSES 800U
#define STEPS 50000U

static struct range_set make(size_t count, const struct range *ranges)
{
    struct range_set set = {0};
    for (size_t i = 0; i < count; i++)
        assert_true(range_add(&set, ranges[i].start, ranges[i].end));
    return set;
}

static bool has(const struct range_set *set, uint64_t start, uint64_t end)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->ranges[i].start == start && set->ranges[i].end == end)
            return true;
    }
    return false;
}

static void an_empty_range_changes_nothing(void **state)
{
    (void)state;
    struct range_set set = make(1, (struct range[]){{10, 20}});

    assert_true(range_add(&set, 30, 30));
    assert_true(range_add(&set, 40, 30));
    assert_true(range_remove(&set, 15, 15));
    assert_true(range_remove(&set, 18, 12));
    assert_int_equal(set.count, 1);
    assert_true(has(&set, 10, 20));
}

static const struct {
    struct range hole;
    size_t count; /* of what is left of 10 to 20 */
    struct range left[2];
} removals[] = {
    {{0, 5}, 1, {{10, 20}}},
    {{0, 10}, 1, {{10, 20}}},
    {{20, 30}, 1, {{10, 20}}},
    {{25, 30}, 1, {{10, 20}}},
    {{0, 11}, 1, {{11, 20}}},
    {{10, 12}, 1, {{12, 20}}},
    {{19, 20}, 1, {{10, 19}}},
    {{18, 40}, 1, {{10, 18}}},
    {{12, 15}, 2, {{10, 12}, {15, 20}}},
    {{10, 20}, 0, {{0, 0}}},
    {{0, 40}, 0, {{0, 0}}},
    {{11, 19}, 2, {{10, 11}, {19, 20}}},
};

static void each_way_to_overlap(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(removals); i++) {
        struct range_set set = make(1, (struct range[]){{10, 20}});
        assert_true(range_remove(&set, removals[i].hole.start, removals[i].hole.end));
        assert_int_equal(set.count, removals[i].count);
        for (size_t j = 0; j < removals[i].count; j++)
            assert_true(has(&set, removals[i].left[j].start, removals[i].left[j].end));
    }
}

static void a_hole_over_several_ranges(void **state)
{
    (void)state;
    struct range_set set =
        make(5, (struct range[]){{0, 10}, {20, 30}, {40, 50}, {60, 70}, {80, 90}});

    assert_true(range_remove(&set, 25, 65));
    assert_int_equal(set.count, 4);
    assert_true(has(&set, 0, 10) && has(&set, 20, 25) && has(&set, 65, 70) &&
                has(&set, 80, 90));
    assert_true(range_remove(&set, 0, UINT64_MAX));
    assert_int_equal(set.count, 0);
}

static void the_last_addresses(void **state)
{
    (void)state;
    struct range_set set = make(1, (struct range[]){{UINT64_MAX - 100, UINT64_MAX}});

    assert_true(range_remove(&set, UINT64_MAX - 50, UINT64_MAX - 40));
    assert_true(range_remove(&set, UINT64_MAX - 10, UINT64_MAX));
    assert_int_equal(set.count, 2);
    assert_true(has(&set, UINT64_MAX - 100, UINT64_MAX - 50));
    assert_true(has(&set, UINT64_MAX - 40, UINT64_MAX - 10));
}

static void what_overlaps_is_in_it_once(void **state)
{
    (void)state;
    struct range_set set = make(2, (struct range[]){{10, 20}, {30, 40}});

    assert_true(range_add(&set, 15, 35));
    assert_int_equal(set.count, 3);
    assert_true(has(&set, 10, 15) && has(&set, 15, 35) && has(&set, 35, 40));
    assert_true(range_add(&set, 0, 100));
    assert_int_equal(set.count, 1);
    assert_true(range_add(&set, 40, 50)); /* within one that is there */
    assert_int_equal(set.count, 3);
}

static void a_full_set_says_so_and_keeps_what_it_has(void **state)
{
    (void)state;
    struct range_set set = {0};
    for (uint64_t i = 0; i < RANGES_MAX - 1; i++)
        assert_true(range_add(&set, 10 * i, 10 * i + 5));
    const struct range_set before = set;

    assert_false(range_add(&set, 1000, 1010));
    assert_false(range_remove(&set, 11, 13));
    assert_memory_equal(&set, &before, sizeof set);
}

/* Adds and removes at random, what overlaps too; a set that is full refuses, and
 * changes nothing. */
static void any_sequence(void **state)
{
    (void)state;
    static bool model[ADDRESSES + 1];
    static bool listed[ADDRESSES + 1];
    struct range_set set = {0};
    uint64_t refused = 0;

    random_start(1);
    memset(model, 0, sizeof model);
    for (; random_step < STEPS; random_step++) {
        const uint64_t start = random_below(ADDRESSES);
        uint64_t end = start + random_below(12);
        end = end < ADDRESSES ? end : ADDRESSES;
        const bool add = random_below(2) == 0;
        const bool done =
            add ? range_add(&set, start, end) : range_remove(&set, start, end);
        assert_true(set.count <= RANGES_MAX);
        assert_true(done || set.count >= RANGES_MAX - 1);
        refused += !done;
        if (done)
            memset(model + start, add, end - start);
        if (!done && random_below(8) == 0) { /* room again */
            memset(&set, 0, sizeof set);
            memset(model, 0, sizeof model);
        }
        memset(listed, 0, sizeof listed);
        for (uint32_t i = 0; i < set.count; i++) {
            assert_true(set.ranges[i].start < set.ranges[i].end);
            for (uint64_t address = set.ranges[i].start; address < set.ranges[i].end;
                 address++) {
                assert_false(listed[address]); /* in two of them */
                listed[address] = true;
            }
        }
        assert_memory_equal(listed, model, sizeof model);
    }
    assert_true(refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_range_changes_nothing),
        cmocka_unit_test(each_way_to_overlap),
        cmocka_unit_test(a_hole_over_several_ranges),
        cmocka_unit_test(the_last_addresses),
        cmocka_unit_test(what_overlaps_is_in_it_once),
        cmocka_unit_test(a_full_set_says_so_and_keeps_what_it_has),
        cmocka_unit_test_teardown(any_sequence, report_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
