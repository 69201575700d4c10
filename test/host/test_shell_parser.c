/* SPDX-License-Identifier: MIT
 *
 * userland/shell/parser.c.
 */
#include "host_test.h"

#include <stdlib.h>
#include <string.h>

#include "parser.h"

static struct command command;
static const char *error;

/* From a copy on the heap, so ASan sees a read beyond it. */
static bool parse(const char *text)
{
    char *line = strdup(text);
    assert_non_null(line);
    bool good = parser_parse(line, &command, &error);
    free(line);
    return good;
}

#define EXPECT(text, ...) expect(text, (const char *const[]){__VA_ARGS__, NULL})
static void expect(const char *text, const char *const *words)
{
    int count = 0;

    assert_true(parse(text));
    assert_null(error);
    for (; words[count] != NULL; count++) {
        assert_true(count < command.argc);
        assert_string_equal(command.argv[count], words[count]);
    }
    assert_int_equal(command.argc, count);
    assert_null(command.argv[count]);
}

static void words(void **state)
{
    (void)state;
    EXPECT("a", "a");
    EXPECT("  one\ttwo   three \n", "one", "two", "three");
    EXPECT("x-y=1/2*[a]{b}!~%1", "x-y=1/2*[a]{b}!~%1");
    EXPECT("caf\xc3\xa9", "caf\xc3\xa9");
    assert_false(command.background);
}

static void quotes(void **state)
{
    (void)state;
    EXPECT("'a b' \"c d\"", "a b", "c d");
    EXPECT("a'b'\"c\"d", "abcd");
    EXPECT("'' \"\" x", "", "", "x");
    EXPECT("'\"\\' \"'\"", "\"\\", "'");
    EXPECT("\"a\\\"b\\\\c\\d\"", "a\"b\\c\\d");
    EXPECT("a\\ b \\'x \\\\ \\&", "a b", "'x", "\\", "&");
    EXPECT("'|;<>()$`&#'", "|;<>()$`&#");
}

static void comments(void **state)
{
    (void)state;
    EXPECT("a #b c", "a");
    EXPECT("a#b '#c'", "a#b", "#c");
    assert_true(parse("# & |"));
    assert_int_equal(command.argc, 0);
}

static void nothing(void **state)
{
    (void)state;
    static const char *const empty[] = {"", " ", "\t \n"};
    for (size_t i = 0; i < ARRAY_LENGTH(empty); i++) {
        assert_true(parse(empty[i]));
        assert_int_equal(command.argc, 0);
        assert_null(command.argv[0]);
        assert_false(command.background);
    }
}

static void background(void **state)
{
    (void)state;
    EXPECT("a b &", "a", "b");
    assert_true(command.background);
    EXPECT("a& # now", "a");
    assert_true(command.background);
}

static void mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        const char *error;
    } lines[] = {
        {"'a", "a quote is not closed"},
        {"a \"b", "a quote is not closed"},
        {"\"a\\", "a quote is not closed"},
        {"a\\", "nothing follows the backslash"},
        {"&", "no command stands before the &"},
        {"a & b", "something follows the &"},
        {"a &&", "something follows the &"},
        {"a | b", "| ; < > ( ) $ and ` have no meaning yet: quote them"},
        {"echo $x", "| ; < > ( ) $ and ` have no meaning yet: quote them"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        assert_false(parse(lines[i].line));
        assert_string_equal(error, lines[i].error);
    }
}

static void limits(void **state)
{
    (void)state;
    char line[2 * PARSER_BYTES] = {0};

    for (unsigned i = 0; i < PARSER_WORDS_MAX; i++)
        strcat(line, "a ");
    assert_true(parse(line));
    assert_int_equal(command.argc, PARSER_WORDS_MAX);
    strcat(line, "a");
    assert_false(parse(line));
    assert_string_equal(error, "there are too many words");

    memset(line, 'a', PARSER_BYTES);
    line[PARSER_BYTES - 1] = '\0';
    assert_true(parse(line));
    line[PARSER_BYTES - 1] = 'a'; /* no room for the NUL */
    assert_false(parse(line));
    assert_string_equal(error, "the line is too long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),      cmocka_unit_test(quotes),
        cmocka_unit_test(comments),   cmocka_unit_test(nothing),
        cmocka_unit_test(background), cmocka_unit_test(mistakes),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
