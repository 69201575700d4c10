/* SPDX-License-Identifier: MIT
 *
 * base/string.c, under names of its own: every alignment of both sides, every length
 * around the places where the code changes from bytes to words to blocks. ASan watches
 * the ends.
 */
#include "host_test.h"

#include "base/string.h"

#include <stdlib.h>

#define GUARD 0xa5
#define MARGIN 16U
#define LENGTHS 1100U /* two blocks of memset, and more */

static unsigned char pattern(size_t i) { return (unsigned char)(i * 37 + 11); }

/* Allocated to the byte, so that ASan sees an access outside. */
static unsigned char *new_bytes(size_t count)
{
    unsigned char *bytes = malloc(count == 0 ? 1 : count);
    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++)
        bytes[i] = GUARD;
    return bytes;
}

static void check_copy(size_t to_offset, size_t from_offset, size_t length)
{
    unsigned char *from = new_bytes(from_offset + length);
    unsigned char *to = new_bytes(to_offset + length + MARGIN);

    for (size_t i = 0; i < length; i++)
        from[from_offset + i] = pattern(i);
    assert_ptr_equal(memcpy(to + to_offset, from + from_offset, length),
                     to + to_offset);
    for (size_t i = 0; i < to_offset; i++)
        assert_int_equal(to[i], GUARD);
    for (size_t i = 0; i < length; i++)
        assert_int_equal(to[to_offset + i], pattern(i));
    for (size_t i = 0; i < MARGIN; i++)
        assert_int_equal(to[to_offset + length + i], GUARD);
    free(from);
    free(to);
}

static void memcpy_copies_at_every_alignment(void **state)
{
    (void)state;
    for (size_t to = 0; to < 8; to++) {
        for (size_t from = 0; from < 8; from++) {
            for (size_t length = 0; length < LENGTHS; length += length < 40 ? 1 : 17)
                check_copy(to, from, length);
        }
    }
    check_copy(0, 0, 4096);
    check_copy(0, 4, 4096);
    check_copy(3, 7, 4097);
}

static void memset_fills_at_every_alignment(void **state)
{
    (void)state;
    for (size_t offset = 0; offset < 8; offset++) {
        for (size_t length = 0; length < LENGTHS; length++) {
            unsigned char *to = new_bytes(offset + length + MARGIN);
            assert_ptr_equal(memset(to + offset, 0x1fe, length), to + offset);
            for (size_t i = 0; i < offset; i++)
                assert_int_equal(to[i], GUARD);
            for (size_t i = 0; i < length; i++)
                assert_int_equal(to[offset + i], 0xfe); /* as an unsigned char */
            for (size_t i = 0; i < MARGIN; i++)
                assert_int_equal(to[offset + length + i], GUARD);
            free(to);
        }
    }
}

static void strlen_counts_to_the_nul(void **state)
{
    (void)state;
    for (size_t length = 0; length < 40; length++) {
        char *text = (char *)new_bytes(length + 1);
        text[length] = '\0';
        assert_int_equal(strlen(text), length);
        free(text);
    }
}

static void strncmp_ends_at_nul_and_at_length(void **state)
{
    (void)state;
    assert_int_equal(strncmp("same", "same", 10), 0);
    assert_int_equal(strncmp("same1", "same2", 4), 0);
    assert_true(strncmp("same1", "same2", 5) < 0);
    assert_true(strncmp("same", "sam", 4) > 0);
    assert_true(strncmp("sam", "same", 4) < 0);
    assert_int_equal(strncmp("a\0x", "a\0y", 3), 0);
    assert_true(strncmp("\x80", "\x7f", 1) > 0);
    assert_int_equal(strncmp("a", "b", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memcpy_copies_at_every_alignment),
        cmocka_unit_test(memset_fills_at_every_alignment),
        cmocka_unit_test(strlen_counts_to_the_nul),
        cmocka_unit_test(strncmp_ends_at_nul_and_at_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
