/* SPDX-License-Identifier: MIT
 *
 * Checks for test programs: each failure prints where and what, and check_end() prints
 * the program's last line and gives its exit status.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

static int check_failures;

#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)

/* Both are read once; they are shown when they differ. */
#define CHECK_EQUAL(actual, expected)                                           \
    check_equal((long)(actual), (long)(expected), #actual, #expected, __FILE__, \
                __LINE__)

static inline bool check(bool holds, const char *condition, const char *file, int line)
{
    if (!holds) {
        printf("%s:%d: FAILED: %s\n", file, line, condition);
        check_failures++;
    }
    return holds;
}

static inline bool check_equal(long actual, long expected, const char *actual_text,
                               const char *expected_text, const char *file, int line)
{
    if (actual != expected) {
        printf("%s:%d: FAILED: %s is %ld (0x%lx), expected %s, %ld (0x%lx)\n", file,
               line, actual_text, actual, actual, expected_text, expected, expected);
        check_failures++;
    }
    return actual == expected;
}

static inline int check_end(const char *program)
{
    if (check_failures > 0) {
        printf("%s: %d checks failed\n", program, check_failures);
        return 1;
    }
    printf("%s: ok\n", program);
    return 0;
}
