/* SPDX-License-Identifier: MIT
 *
 * memory/asid.c, against a model of the thing that it is about: a TLB that keeps, under
 * each ASID, the translations of the address space that used it last, until it is told
 * to forget. However spaces come and go, none may ever run into another's translations.
 */
#include "host_test.h"

#include "memory/asid.h"
#include "panics.h"
#include "random_steps.h"

#include <string.h>

#define SPACES_MAX 70000U
#define STEPS 200000U
#define NOBODY 0U

static struct asid spaces[SPACES_MAX];
static uint32_t
    identities[SPACES_MAX]; /* another one for every space that takes a place */
static uint32_t last_identity;
static uint32_t
    cached[1U << 16]; /* under each ASID: the identity whose translations they are */
static uint64_t generations; /* how often everything was forgotten */

/* A space ends, and another takes its memory: it has never had an ASID. */
static void replace(uint32_t space)
{
    spaces[space] = (struct asid){0, 0};
    identities[space] = ++last_identity;
}

static void start(uint32_t bits)
{
    last_identity = NOBODY;
    for (uint32_t i = 0; i < SPACES_MAX; i++)
        replace(i);
    memset(cached, 0, sizeof cached);
    generations = 0;
    asid_init(bits);
    assert_int_equal(asid_bits(), bits);
}

/* What address_space_activate does, with the TLB that the kernel cannot see. */
static void activate(uint32_t space)
{
    if (!asid_is_current(&spaces[space])) {
        switch (asid_assign(&spaces[space])) {
        case ASID_NEW:
            break;
        case ASID_GENERATION:
            memset(cached, 0, sizeof cached[0] << asid_bits());
            generations++;
            break;
        case ASID_NONE:
            cached[0] = NOBODY;
            break;
        }
    }
    uint32_t *owner = &cached[asid_bits() == 0 ? 0 : spaces[space].number];
    if (*owner != NOBODY && *owner != identities[space])
        fail_msg("space %u runs into the translations of another", space);
    *owner = identities[space];
}

static void expect_numbers_fit(uint32_t space_count)
{
    for (uint32_t i = 0; i < space_count; i++) {
        if (asid_bits() != 0 && asid_is_current(&spaces[i]))
            assert_in_range(spaces[i].number, 1, (1U << asid_bits()) - 1);
    }
}

/* Of the spaces that may keep their numbers no two have the same. */
static void expect_numbers_differ(uint32_t space_count)
{
    static bool used[1U << 16];
    memset(used, 0, sizeof used);
    for (uint32_t i = 0; i < space_count; i++) {
        if (!asid_is_current(&spaces[i]))
            continue;
        assert_false(used[spaces[i].number]);
        used[spaces[i].number] = true;
    }
}

static const struct {
    uint32_t bits;
    uint32_t space_count;
} mixes[] = {{0, 1},  {0, 5}, {1, 1},   {1, 2},   {1, 7},      {2, 3},          {2, 4},
             {2, 50}, {8, 2}, {8, 255}, {8, 600}, {16, 65535}, {16, SPACES_MAX}};

static void any_sequence(void **state)
{
    (void)state;
    random_start(4);
    for (size_t i = 0; i < ARRAY_LENGTH(mixes); i++) {
        const uint32_t space_count = mixes[i].space_count;
        start(mixes[i].bits);
        for (uint32_t step = 0; step < STEPS; step++, random_step++) {
            const uint32_t space = (uint32_t)random_below(space_count);
            if (random_below(50) == 0)
                replace(space);
            activate(space);
            if (step % 4096 == 0)
                expect_numbers_differ(asid_bits() == 0 ? 0 : space_count);
        }
        expect_numbers_fit(space_count);
        expect_numbers_differ(asid_bits() == 0 ? 0 : space_count);
    }
}

static void a_new_space_has_none(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits <= 16; bits++) {
        start(bits);
        assert_false(asid_is_current(&spaces[0]));
    }
}

static void without_asids_all_is_forgotten_each_time(void **state)
{
    (void)state;
    start(0);
    for (uint32_t i = 0; i < 100; i++) {
        assert_false(asid_is_current(&spaces[i % 2]));
        assert_int_equal(asid_assign(&spaces[i % 2]), ASID_NONE);
    }
}

/* As many spaces as there are numbers never cost a flush; one more costs one for each
 * round. */
static void nothing_is_forgotten_without_need(void **state)
{
    (void)state;
    for (uint32_t bits = 1; bits <= 16; bits++) {
        const uint32_t numbers = (1U << bits) - 1;
        start(bits);
        for (uint32_t round = 0; round < 3; round++) {
            for (uint32_t i = 0; i < numbers; i++)
                activate(i);
        }
        assert_int_equal(generations, 0);
        expect_numbers_differ(numbers);
        for (uint32_t i = 0; i < 3; i++) {
            for (uint32_t j = 0; j <= numbers; j++)
                activate(j);
        }
        /* 3 * (numbers + 1) activations, some of which found their number still valid.
         */
        assert_in_range(generations, 1, 3 * (numbers + 1) / numbers + 1);
    }
}

static void init_with(void *bits) { asid_init(*(uint32_t *)bits); }

static void no_more_than_sixteen_bits(void **state)
{
    (void)state;
    assert_null(panic_of(init_with, &(uint32_t){16}));
    expect_panic(init_with, &(uint32_t){17}, "ASID_BITS_MAX");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_space_has_none),
        cmocka_unit_test(without_asids_all_is_forgotten_each_time),
        cmocka_unit_test(nothing_is_forgotten_without_need),
        cmocka_unit_test_teardown(any_sequence, report_steps),
        cmocka_unit_test(no_more_than_sixteen_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
