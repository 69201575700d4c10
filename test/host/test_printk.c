/* SPDX-License-Identifier: MIT
 *
 * base/printk.c: the formatter against the C library's, and the ring.
 */
#include "host_test.h"

#include "base/printk.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What has been logged since `position`. */
static const char *logged_since(uint64_t position)
{
    static char text[LOG_TEXT_BYTES + 1];
    const struct trapeze_log *log = printk_ring();
    size_t length = 0;
    for (; position < log->end; position++)
        text[length++] = log->text[position % LOG_TEXT_BYTES];
    text[length] = '\0';
    return text;
}

#define EXPECT_LOGGED(expected, ...)                             \
    do {                                                         \
        const uint64_t position = printk_ring()->end;            \
        printk(__VA_ARGS__);                                     \
        assert_string_equal(logged_since(position), (expected)); \
    } while (0)

/* The C library is the oracle for everything that both can do. */
#define SAME_AS_LIBRARY(...)                            \
    do {                                                \
        char library[256];                              \
        snprintf(library, sizeof library, __VA_ARGS__); \
        EXPECT_LOGGED(library, __VA_ARGS__);            \
    } while (0)

static void numbers_are_as_in_the_c_library(void **state)
{
    (void)state;
    const unsigned ints[] = {0, 1, 9, 10, 123456, INT_MAX, UINT_MAX};
    const unsigned long longs[] = {0, 1, 42, UINT_MAX, LONG_MAX, ULONG_MAX};

    for (size_t i = 0; i < ARRAY_LENGTH(ints); i++)
        SAME_AS_LIBRARY("%u|%x|%1x|%08x|%012u|%031x", ints[i], ints[i], ints[i],
                        ints[i], ints[i], ints[i]);
    for (size_t i = 0; i < ARRAY_LENGTH(longs); i++)
        SAME_AS_LIBRARY("%lu|%lx|%020lu|%016lx|%llu|%llx", longs[i], longs[i], longs[i],
                        longs[i], (unsigned long long)longs[i],
                        (unsigned long long)longs[i]);
}

static void zeros_have_an_end(void **state)
{
    (void)state;
    EXPECT_LOGGED("00000000000000000000000000000007", "%034x", 7U);
    EXPECT_LOGGED("0007", "%4u", 7U); /* with and without the 0 */
}

static void strings_are_as_in_the_c_library(void **state)
{
    (void)state;
    SAME_AS_LIBRARY("%s|%s|%%", "abc", "longer");
    SAME_AS_LIBRARY("%s%s", "", "after nothing");
    SAME_AS_LIBRARY("%.*s|%.*s|%.*s|%.*s", 2, "abc", 0, "abc", 9, "abc", -1, "abc");
    SAME_AS_LIBRARY("no conversion");
    SAME_AS_LIBRARY("%s", "");
}

static void a_precision_stops_before_the_end_of_the_bytes(void **state)
{
    (void)state;
    char *bytes = malloc(3); /* no NUL: ASan sees a byte too many */
    assert_non_null(bytes);
    memcpy(bytes, "abc", 3);
    EXPECT_LOGGED("abc", "%.*s", 3, bytes);
    free(bytes);
}

static void mistakes_in_a_format_are_shown(void **state)
{
    (void)state;
    const char *volatile unknown = "a%qb %5k %d %"; /* hidden from the compiler */

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    EXPECT_LOGGED("a%qb %5k %d %", unknown);
#pragma GCC diagnostic pop
}

/* Everything that is not shown yet, as the console takes it. */
static size_t take_all(char *buffer, size_t capacity)
{
    size_t length = 0;
    while (length < capacity && printk_take(&buffer[length]))
        length++;
    return length;
}

static void what_is_shown_is_taken_once(void **state)
{
    (void)state;
    char text[64];

    printk_skip(printk_ring()->end);
    assert_int_equal(take_all(text, sizeof text), 0);
    printk("trapeze: %s %u\n", "line", 1U);
    assert_int_equal(take_all(text, 7), 7);
    assert_memory_equal(text, "trapeze", 7);
    assert_int_equal(printk_ring()->end - printk_ring()->shown, 9);
    assert_int_equal(take_all(text, sizeof text), 9);
    assert_memory_equal(text, ": line 1\n", 9);
    assert_int_equal(printk_ring()->shown, printk_ring()->end);
    assert_int_equal(take_all(text, sizeof text), 0);
}

static void what_is_skipped_is_not_shown(void **state)
{
    (void)state;
    char text[64];

    printk_skip(printk_ring()->end);
    printk("first, ");
    const uint64_t second = printk_ring()->end;
    printk("second");
    printk_skip(second);
    printk_skip(0); /* never back */
    assert_int_equal(take_all(text, sizeof text), 6);
    assert_memory_equal(text, "second", 6);
}

static void the_ring_keeps_the_newest(void **state)
{
    (void)state;
    static char text[2 * LOG_TEXT_BYTES];
    const uint64_t start = printk_ring()->end;

    printk_skip(start);
    for (unsigned i = 0; i < LOG_TEXT_BYTES / 8 + 3; i++)
        printk("%07u\n", i);
    assert_int_equal(printk_ring()->end - start, LOG_TEXT_BYTES + 24);
    assert_int_equal(printk_ring()->text_bytes, LOG_TEXT_BYTES);
    assert_int_equal(take_all(text, sizeof text), LOG_TEXT_BYTES);
    assert_memory_equal(text, "0000003\n", 8);
    assert_memory_equal(text + LOG_TEXT_BYTES - 8, "0001026\n", 8);
}

static void a_text_longer_than_the_ring_leaves_its_end(void **state)
{
    (void)state;
    static char text[2 * LOG_TEXT_BYTES], logged[9001];
    const uint64_t start = printk_ring()->end;

    memset(logged, ' ', 8997);
    memcpy(logged + 8997, "end", 3);
    printk("%s", logged);
    assert_int_equal(printk_ring()->end - start, 9000);
    assert_int_equal(take_all(text, sizeof text), LOG_TEXT_BYTES);
    assert_memory_equal(text + LOG_TEXT_BYTES - 5, "  end", 5);
}

static void the_ring_can_be_mapped(void **state)
{
    (void)state;
    assert_int_equal((uintptr_t)printk_ring() % 4096, 0);
    assert_int_equal((uintptr_t)printk_ring()->text % 4096, 0);
    assert_int_equal(sizeof(struct trapeze_log) % 4096, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_as_in_the_c_library),
        cmocka_unit_test(zeros_have_an_end),
        cmocka_unit_test(strings_are_as_in_the_c_library),
        cmocka_unit_test(a_precision_stops_before_the_end_of_the_bytes),
        cmocka_unit_test(mistakes_in_a_format_are_shown),
        cmocka_unit_test(what_is_shown_is_taken_once),
        cmocka_unit_test(what_is_skipped_is_not_shown),
        cmocka_unit_test(the_ring_keeps_the_newest),
        cmocka_unit_test(a_text_longer_than_the_ring_leaves_its_end),
        cmocka_unit_test(the_ring_can_be_mapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
