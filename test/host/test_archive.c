/* SPDX-License-Identifier: MIT
 *
 * userland/lib/archive.c: archives are written here field by field, so that each can be
 * wrong. They are allocated to the byte, so ASan sees a read outside.
 */
#include "host_test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze/archive.h>

#define HEADER_BYTES 110U
#define REGULAR 0100644U
#define DIRECTORY 040755U
#define SYMBOLIC_LINK 0120777U

/* What archive_check says. */
static const char *const GOOD = NULL;
#define NO_TRAILER "it ends before its trailer"
#define BAD_MAGIC "an entry does not begin with 070701 (cpio, newc)"
#define BAD_LENGTH "the length of a name or a file is not a hexadecimal number"
#define BAD_NUMBER "a header field is not a hexadecimal number"
#define BEYOND_END "an entry reaches beyond its end"
#define BAD_NAME "a name is empty or does not end with a NUL"
#define NUL_IN_NAME "a name goes on behind a NUL"

enum { FIELD_MODE = 1, FIELD_FILE_BYTES = 6, FIELD_NAME_BYTES = 11, FIELDS = 13 };

struct writer {
    char bytes[4096];
    size_t length;
};

static void pad(struct writer *writer)
{
    while (writer->length % 4 != 0)
        writer->bytes[writer->length++] = '\0';
}

static void add_entry(struct writer *writer, const char *name, uint32_t mode,
                      const char *data)
{
    uint32_t fields[FIELDS] = {0};
    fields[FIELD_MODE] = mode;
    fields[FIELD_FILE_BYTES] = (uint32_t)strlen(data);
    fields[FIELD_NAME_BYTES] = (uint32_t)strlen(name) + 1;

    char *place = writer->bytes + writer->length;
    place += sprintf(place, "070701");
    for (unsigned i = 0; i < FIELDS; i++)
        place +=
            sprintf(place, i % 2 == 0 ? "%08X" : "%08x", fields[i]); /* both are seen */
    memcpy(place, name, strlen(name) + 1);
    writer->length += HEADER_BYTES + strlen(name) + 1;
    pad(writer);
    memcpy(writer->bytes + writer->length, data, strlen(data));
    writer->length += strlen(data);
    pad(writer);
}

static void add_trailer(struct writer *writer)
{
    add_entry(writer, "TRAILER!!!", 0, "");
}

static void add_sample(struct writer *writer)
{
    writer->length = 0;
    add_entry(writer, ".", DIRECTORY, "");
    add_entry(writer, "./first", REGULAR, "data of first");
    add_entry(writer, "second", REGULAR, "2");
    add_entry(writer, "empty", REGULAR, "");
    add_entry(writer, "folder", DIRECTORY, "");
    add_entry(writer, "link", SYMBOLIC_LINK, "second");
    add_entry(writer, "second", REGULAR, "of the same name");
    add_trailer(writer);
}

static char *allocated(const void *bytes, size_t length)
{
    char *copy = malloc(length == 0 ? 1 : length);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    return copy;
}

/* Whether there is such a file; if so, it has to have this content. */
static bool find(const struct writer *writer, const char *name, const char *expected)
{
    char *archive = allocated(writer->bytes, writer->length);
    char *wanted = allocated(name, strlen(name));
    struct archive_file file;
    const bool found =
        archive_find(archive, writer->length, wanted, strlen(name), &file);

    if (found) {
        assert_non_null(expected);
        assert_int_equal(file.length, strlen(expected));
        assert_memory_equal(file.data, expected, file.length);
        assert_int_equal(file.name_length, strlen(name));
        assert_memory_equal(file.name, name, file.name_length);
        assert_int_equal(((const char *)file.data - archive) % 4, 0);
    }
    free(archive);
    free(wanted);
    return found;
}

static void expect_verdict(const struct writer *writer, const char *expected)
{
    char *archive = allocated(writer->bytes, writer->length);
    const char *problem = archive_check(archive, writer->length);

    if (expected == NULL && problem != NULL)
        fail_msg("%s", problem);
    if (expected != NULL) {
        assert_non_null(problem);
        assert_string_equal(problem, expected);
    }
    free(archive);
}

static void files_are_found(void **state)
{
    (void)state;
    struct writer writer;
    add_sample(&writer);
    expect_verdict(&writer, GOOD);
    assert_true(find(&writer, "first", "data of first"));
    assert_true(find(&writer, "second", "2"));
    assert_true(find(&writer, "empty", ""));
    assert_false(find(&writer, "third", NULL));
    assert_false(find(&writer, "firs", NULL));
    assert_false(find(&writer, "first2", NULL));
    assert_false(find(&writer, "./first", NULL));
    assert_false(find(&writer, "", NULL));
    assert_false(find(&writer, "TRAILER!!!", NULL));
    assert_false(find(&writer, "folder", NULL)); /* only files are found */
    assert_false(find(&writer, "link", NULL));
}

static void entries_are_listed(void **state)
{
    (void)state;
    struct writer writer;
    struct archive_file file;
    size_t offset = 0;
    static const char *const names[] = {".",      "first", "second", "empty",
                                        "folder", "link",  "second"};

    add_sample(&writer);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        assert_true(archive_next(writer.bytes, writer.length, &offset, &file));
        assert_int_equal(file.name_length, strlen(names[i]));
        assert_memory_equal(file.name, names[i], file.name_length + 1);
    }
    assert_false(archive_next(writer.bytes, writer.length, &offset, &file));
    assert_false(
        archive_next(writer.bytes, writer.length, &offset, &file)); /* it stays there */
    offset = SIZE_MAX;
    assert_false(archive_next(writer.bytes, writer.length, &offset, &file));
}

static void bytes_after_the_trailer_do_not_matter(void **state)
{
    (void)state;
    struct writer writer = {.length = 0};
    add_trailer(&writer);
    memset(writer.bytes + writer.length, 'x', 512);
    writer.length += 512;
    expect_verdict(&writer, GOOD);
    assert_false(find(&writer, "xxx", NULL));
}

static void truncated_archives(void **state)
{
    (void)state;
    struct writer writer;
    add_sample(&writer);
    while (writer.length-- > 0) {
        char *archive = allocated(writer.bytes, writer.length);
        const char *problem = archive_check(archive, writer.length);
        assert_non_null(problem);
        assert_true(strcmp(problem, NO_TRAILER) == 0 ||
                    strcmp(problem, BEYOND_END) == 0);
        free(archive);
        assert_false(find(&writer, "third", NULL));
    }
}

/* Writes other bytes over an archive of two files; expects this of it as a whole, and
 * that the two files are still found, or not. */
static void expect(size_t offset, const char *bytes, const char *problem, bool has_one,
                   bool has_two)
{
    struct writer writer = {.length = 0};
    add_entry(&writer, "one", REGULAR, "1");
    add_entry(&writer, "two", REGULAR, "2");
    add_trailer(&writer);
    memcpy(writer.bytes + offset, bytes, strlen(bytes));
    expect_verdict(&writer, problem);
    assert_int_equal(find(&writer, "one", "1"), has_one);
    assert_int_equal(find(&writer, "two", "2"), has_two);
}

static size_t field(unsigned i) { return 6 + 8 * i; }

static void magic_numbers(void **state)
{
    (void)state;
    expect(0, "070701", GOOD, true, true);
    for (size_t i = 0; i < 6; i++)
        expect(i, "2", BAD_MAGIC, false, false);
    expect(0, "070702", BAD_MAGIC, false, false);
    expect(0, "\x1f\x8b", BAD_MAGIC, false, false); /* gzip */
}

static void digits(void **state)
{
    (void)state;
    static const char *const bad[] = {"g", "G", "/", ":",    "@",   "`",
                                      " ", "x", "-", "\x80", "\xff"};

    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        for (unsigned number = 0; number < FIELDS; number++) {
            for (size_t digit = 0; digit < 8; digit++) {
                const size_t offset = field(number) + digit;
                /* To find a file, only the lengths of those before it matter, and its
                 * own mode. */
                if (number == FIELD_FILE_BYTES || number == FIELD_NAME_BYTES)
                    expect(offset, bad[i], BAD_LENGTH, false, false);
                else
                    expect(offset, bad[i], BAD_NUMBER, number != FIELD_MODE, true);
            }
        }
    }
    expect(field(0), "0123cdef", GOOD, true, true);
    expect(field(0), "89abABCD", GOOD, true, true);
    expect(field(0), "456789EF", GOOD, true, true);
    expect(field(FIELD_MODE), "000081FF", GOOD, true, true);
    expect(field(FIELD_MODE), "000041ed", GOOD, false, true);
    expect(field(FIELD_MODE), "0000A1ED", GOOD, false, true);
}

static void lengths(void **state)
{
    (void)state;
    expect(field(FIELD_FILE_BYTES), "FFFFFFFF", BEYOND_END, false, false);
    expect(field(FIELD_FILE_BYTES), "7fffffff", BEYOND_END, false, false);
    expect(field(FIELD_FILE_BYTES), "00000100", BEYOND_END, false, false);
    expect(field(FIELD_NAME_BYTES), "FFFFFFFF", BEYOND_END, false, false);
    expect(field(FIELD_NAME_BYTES), "00000000", BAD_NAME, false, false);
    expect(field(FIELD_NAME_BYTES), "00000001", BAD_NAME, false, false);
    expect(field(FIELD_NAME_BYTES), "00000003", BAD_NAME, false, false);
    expect(field(FIELD_NAME_BYTES), "00000005", GOOD, true, true); /* padded */
}

/* A file of exactly the length that its field says, at every length around the padding.
 */
static void paddings(void **state)
{
    (void)state;
    static const char letters[] = "abcdefghijklmnop";
    for (size_t name = 1; name < 9; name++) {
        for (size_t data = 0; data < 9; data++) {
            struct writer writer = {.length = 0};
            char name_text[16] = "";
            char data_text[16] = "";
            memcpy(name_text, letters, name);
            memcpy(data_text, letters, data);
            add_entry(&writer, name_text, REGULAR, data_text);
            add_entry(&writer, "next", REGULAR, "next");
            add_trailer(&writer);
            assert_true(find(&writer, name_text, data_text));
            assert_true(find(&writer, "next", "next"));
            expect_verdict(&writer, GOOD);
        }
    }
}

/* Names are as long as they are up to their first NUL, whatever their length says. */
static void padded_names(void **state)
{
    (void)state;
    struct writer writer = {.length = 0};

    add_entry(&writer, "padded##########", REGULAR, "in a new page");
    memset(writer.bytes + HEADER_BYTES + 6, '\0', 10);
    add_entry(&writer, "./next", REGULAR, "");
    add_trailer(&writer);
    expect_verdict(&writer, GOOD);
    assert_true(find(&writer, "padded", "in a new page"));
    assert_true(find(&writer, "next", ""));
}

static void names(void **state)
{
    (void)state;
    struct writer writer = {.length = 0};

    add_entry(&writer, "./", DIRECTORY,
              ""); /* the folder itself, as some tools write it */
    add_trailer(&writer);
    expect_verdict(&writer, GOOD);
    assert_false(find(&writer, "", NULL));

    writer.length = 0;
    add_entry(&writer, "a-b", REGULAR, "");
    writer.bytes[HEADER_BYTES + 1] = '\0';
    expect_verdict(&writer, NUL_IN_NAME);
    assert_true(find(&writer, "a", ""));

    writer.length = 0;
    add_entry(&writer, "abcd", REGULAR, "");
    writer.bytes[HEADER_BYTES] = '\0';
    expect_verdict(&writer, BAD_NAME);

    writer.length = 0;
    add_entry(&writer, "abcd", REGULAR, "");
    writer.bytes[HEADER_BYTES + 4] = 'e'; /* in place of its NUL */
    expect_verdict(&writer, BAD_NAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_found),
        cmocka_unit_test(entries_are_listed),
        cmocka_unit_test(bytes_after_the_trailer_do_not_matter),
        cmocka_unit_test(truncated_archives),
        cmocka_unit_test(magic_numbers),
        cmocka_unit_test(digits),
        cmocka_unit_test(lengths),
        cmocka_unit_test(paddings),
        cmocka_unit_test(padded_names),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
