/* SPDX-License-Identifier: MIT
 *
 * Random numbers that are the same in every run, unless the environment says otherwise:
 * TEST_SEED=number, and TEST_STEPS=number for the tests that ask random_steps.
 * report_steps, as a test's teardown, tells how far it came, so that a failure can be
 * looked at where it happens.
 */
#pragma once

#include "host_test.h"

#include <stdint.h>
#include <stdlib.h>

static uint64_t random_seed;
static uint64_t random_state;
static uint64_t random_step; /* counted by the test */

static inline uint64_t from_environment(const char *name, uint64_t usual)
{
    const char *text = getenv(name);
    return text == NULL ? usual : strtoull(text, NULL, 0);
}

static inline void random_start(uint64_t seed)
{
    random_state = random_seed = from_environment("TEST_SEED", seed);
    random_step = 0;
}

/* How many steps a test is to make. */
static inline uint64_t random_steps(uint64_t usual)
{
    return from_environment("TEST_STEPS", usual);
}

/* splitmix64 */
static inline uint64_t random_next(void)
{
    uint64_t value = random_state += 0x9e3779b97f4a7c15;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

/* 0 to limit - 1 */
static inline uint64_t random_below(uint64_t limit) { return random_next() % limit; }

static inline int report_steps(void **state)
{
    (void)state;
    if (random_step != 0)
        print_message("seed %lu, %lu steps done\n", (unsigned long)random_seed,
                      (unsigned long)random_step);
    random_step = 0;
    return 0;
}
