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

static size_t format(char *buffer, size_t capacity, const char *text, ...)
    __attribute__((format(printf, 3, 4)));

static size_t format(char *buffer, size_t capacity, const char *text, ...)
{
    va_list arguments;
    va_start(arguments, text);
    size_t length = format_text(buffer, capacity, text, arguments);
    va_end(arguments);
    return length;
}

/* The C library is the oracle for everything that both can do. */
#define SAME_AS_LIBRARY(...)                                                  \
    do {                                                                      \
        char expected[256];                                                   \
        char actual[256];                                                     \
        int length = snprintf(expected, sizeof expected, __VA_ARGS__);        \
        assert_int_equal(format(actual, sizeof actual, __VA_ARGS__), length); \
        assert_string_equal(actual, expected);                                \
    } while (0)

static void numbers_are_as_in_the_c_library(void **state)
{
    (void)state;
    const int ints[] = {0, 1, -1, 9, 10, -10, 123456, INT_MAX, INT_MIN};
    const long longs[] = {0, -1, 42, LONG_MAX, LONG_MIN};

    for (size_t i = 0; i < ARRAY_LENGTH(ints); i++) {
        SAME_AS_LIBRARY("%d|%5d|%05d|%-5d|%1d", ints[i], ints[i], ints[i], ints[i],
                        ints[i]);
        SAME_AS_LIBRARY("%u|%x|%1x|%8x|%08x|%-8x|%012u", (unsigned)ints[i],
                        (unsigned)ints[i], (unsigned)ints[i], (unsigned)ints[i],
                        (unsigned)ints[i], (unsigned)ints[i], (unsigned)ints[i]);
    }
    for (size_t i = 0; i < ARRAY_LENGTH(longs); i++) {
        SAME_AS_LIBRARY("%ld|%lu|%lx|%lu|%020ld|%-21ld|%21ld", longs[i],
                        (unsigned long)longs[i], (unsigned long)longs[i],
                        (unsigned long)longs[i], longs[i], longs[i], longs[i]);
        SAME_AS_LIBRARY("%lld|%llu|%llx", (long long)longs[i],
                        (unsigned long long)longs[i], (unsigned long long)longs[i]);
        SAME_AS_LIBRARY("%zu|%zx", (size_t)longs[i], (size_t)longs[i]);
    }
}

static void zero_padding_has_an_end(void **state)
{
    (void)state;
    char text[64];

    format(text, sizeof text, "%032d", -7);
    assert_string_equal(text, "-0000000000000000000000000000007");
    format(text, sizeof text, "%034x", 7U); /* spaces make up for the rest */
    assert_string_equal(text, "  00000000000000000000000000000007");
    format(text, sizeof text, "%034d", -7);
    assert_string_equal(text, "  -0000000000000000000000000000007");
}

static void pointers_have_a_prefix(void **state)
{
    (void)state;
    char text[64];

    SAME_AS_LIBRARY("%p|%20p|%-20p|", (void *)0x80200000, (void *)1,
                    (void *)UINTPTR_MAX);
    format(text, sizeof text, "%p", NULL);
    assert_string_equal(text, "0x0");
}

static void strings_and_characters_are_as_in_the_c_library(void **state)
{
    (void)state;
    SAME_AS_LIBRARY("%s|%5s|%-5s|%c|%3c|%-3c|%%", "abc", "abc", "abc", 'x', 'y', 'z');
    SAME_AS_LIBRARY("%s%s", "", "longer than its width");
    SAME_AS_LIBRARY("%3s|%-3s", "longer", "longer");
    SAME_AS_LIBRARY("%.*s|%.*s|%.*s|%.*s", 2, "abc", 0, "abc", 9, "abc", -1, "abc");
    SAME_AS_LIBRARY("%6.*s|%-6.*s|", 2, "abc", 2, "abc");
    SAME_AS_LIBRARY("no conversion");
    SAME_AS_LIBRARY("%s", "");
}

static void a_precision_stops_before_the_end_of_the_bytes(void **state)
{
    (void)state;
    char text[16];
    char *bytes = malloc(3); /* no NUL: ASan sees a byte too many */
    assert_non_null(bytes);
    memcpy(bytes, "abc", 3);
    format(text, sizeof text, "%.*s", 3, bytes);
    assert_string_equal(text, "abc");
    free(bytes);
}

static void mistakes_in_a_format_are_shown(void **state)
{
    (void)state;
    char text[64];
    const char *missing = NULL;
    const char *volatile unknown =
        "a%qb %5k %"; /* hidden from the compiler's own check */

    format(text, sizeof text, "%s", missing);
    assert_string_equal(text, "(null)");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security"
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    format(text, sizeof text, unknown);
#pragma GCC diagnostic pop
    assert_string_equal(text, "a%qb %5k %");
}

static void text_is_cut_to_the_buffer(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity < 8; capacity++) {
        char *buffer = malloc(capacity == 0 ? 1 : capacity);
        assert_non_null(buffer);
        buffer[0] = 'u';
        assert_int_equal(format(buffer, capacity, "%s", "abcdef"), 6);
        if (capacity == 0)
            assert_int_equal(buffer[0], 'u');
        else
            assert_int_equal(strlen(buffer), capacity - 1 < 6 ? capacity - 1 : 6);
        assert_memory_equal(buffer, "abcdef", capacity == 0 ? 0 : strlen(buffer));
        free(buffer);
    }
}

/* The ring is one for all tests, so each reads from where it stands. */
static size_t read_all(uint64_t *position, char *buffer, size_t capacity)
{
    size_t length = 0;
    size_t got;
    while ((got = printk_read(position, buffer + length, capacity - length)) != 0)
        length += got;
    return length;
}

static void a_reader_gets_what_was_printed(void **state)
{
    (void)state;
    char text[64];
    uint64_t position = printk_ring()->end;
    uint64_t other = position;

    assert_int_equal(printk_read(&position, text, sizeof text), 0);
    printk("trapeze: %s %d\n", "line", 1);
    assert_int_equal(read_all(&position, text, sizeof text), 16);
    assert_memory_equal(text, "trapeze: line 1\n", 16);
    assert_int_equal(printk_read(&position, text, sizeof text), 0);

    assert_int_equal(printk_read(&other, text, 7),
                     7); /* in pieces, at a position of its own */
    assert_memory_equal(text, "trapeze", 7);
    assert_int_equal(printk_read(&other, text, sizeof text), 9);
    assert_memory_equal(text, ": line 1\n", 9);
    assert_int_equal(printk_read(&other, text, 0), 0);
}

static void the_ring_keeps_the_newest(void **state)
{
    (void)state;
    static char text[2 * LOG_TEXT_BYTES];
    uint64_t position = printk_ring()->end;
    const uint64_t start = position;

    for (unsigned i = 0; i < LOG_TEXT_BYTES / 8 + 3; i++)
        printk("%07u\n", i);
    assert_int_equal(printk_ring()->end - start, LOG_TEXT_BYTES + 24);
    assert_int_equal(printk_ring()->text_bytes, LOG_TEXT_BYTES);
    assert_int_equal(read_all(&position, text, sizeof text), LOG_TEXT_BYTES);
    assert_int_equal(position, printk_ring()->end);
    assert_memory_equal(text, "0000003\n", 8);
    assert_memory_equal(text + LOG_TEXT_BYTES - 8, "0001026\n", 8);
}

static void a_text_longer_than_the_ring_leaves_its_end(void **state)
{
    (void)state;
    static char text[LOG_TEXT_BYTES];
    uint64_t position = printk_ring()->end;

    printk("%9000s", "end");
    assert_int_equal(printk_ring()->end - position, 9000);
    assert_int_equal(printk_read(&position, text, sizeof text), LOG_TEXT_BYTES);
    assert_memory_equal(text + LOG_TEXT_BYTES - 5, "  end", 5);
}

static void a_position_beyond_the_end_is_the_end(void **state)
{
    (void)state;
    char c;
    uint64_t position = UINT64_MAX;
    assert_int_equal(printk_read(&position, &c, 1), 0);
    assert_int_equal(position, printk_ring()->end);
}

static void the_ring_can_be_mapped(void **state)
{
    (void)state;
    assert_int_equal((uintptr_t)printk_ring() % 4096, 0);
    assert_int_equal((uintptr_t)printk_ring()->text % 4096, 0);
    assert_int_equal(sizeof(struct log_ring) % 4096, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_as_in_the_c_library),
        cmocka_unit_test(zero_padding_has_an_end),
        cmocka_unit_test(pointers_have_a_prefix),
        cmocka_unit_test(strings_and_characters_are_as_in_the_c_library),
        cmocka_unit_test(a_precision_stops_before_the_end_of_the_bytes),
        cmocka_unit_test(mistakes_in_a_format_are_shown),
        cmocka_unit_test(text_is_cut_to_the_buffer),
        cmocka_unit_test(a_reader_gets_what_was_printed),
        cmocka_unit_test(the_ring_keeps_the_newest),
        cmocka_unit_test(a_text_longer_than_the_ring_leaves_its_end),
        cmocka_unit_test(a_position_beyond_the_end_is_the_end),
        cmocka_unit_test(the_ring_can_be_mapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
