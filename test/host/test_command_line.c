/* SPDX-License-Identifier: MIT
 *
 * boot/command_line.c. The text is always a copy without a NUL, so ASan sees a read
 * beyond it.
 */
#include "host_test.h"

#include "boot/command_line.h"

#include <stdlib.h>
#include <string.h>

#define UNKNOWN_WORD "unknown word"
#define BAD_VALUE "bad value in"
#define NO_CLOSING_QUOTE "no closing quote in"

static struct boot_options options;
static char *line;

static void parse(const char *text)
{
    const size_t length = strlen(text);
    free(line);
    line = malloc(length == 0 ? 1 : length);
    assert_non_null(line);
    memcpy(line, text, length);
    memset(&options, 0xa5, sizeof options); /* every field has to be written */
    command_line_parse(line, length, &options);
}

static int free_line(void **state)
{
    (void)state;
    free(line);
    line = NULL;
    return 0;
}

static void expect_run(const char *run)
{
    assert_int_equal(options.run_length, strlen(run));
    assert_memory_equal(options.run, run, strlen(run));
}

static void expect_problem(size_t i, const char *text, const char *word)
{
    assert_true(i < options.problem_count);
    assert_string_equal(options.problems[i].text, text);
    assert_int_equal(options.problems[i].word_length, strlen(word));
    assert_memory_equal(options.problems[i].word, word, strlen(word));
}

static void defaults(void **state)
{
    (void)state;
    static const char *const empty[] = {"", " ", " \t\n  "};
    for (size_t i = 0; i < ARRAY_LENGTH(empty); i++) {
        parse(empty[i]);
        assert_int_equal(options.timer, BOOT_TIMER_SBI);
        assert_int_equal(options.slice_us, 10000);
        assert_true(options.preempt);
        assert_int_equal(options.asid_bits_limit, 16);
        expect_run("demo");
        assert_int_equal(options.problem_count, 0);
        assert_int_equal(options.problems_dropped, 0);
    }
}

static void all_options_at_once(void **state)
{
    (void)state;
    parse("  timer=auto slice=250us\tpreempt=off asidbits=3 trapeze.run=\"hog a b\" ");
    assert_int_equal(options.timer, BOOT_TIMER_AUTO);
    assert_int_equal(options.slice_us, 250);
    assert_false(options.preempt);
    assert_int_equal(options.asid_bits_limit, 3);
    expect_run("hog a b");
    assert_int_equal(options.problem_count, 0);
}

static void the_last_one_holds(void **state)
{
    (void)state;
    parse("timer=sstc timer=sbi slice=1ms slice=2ms trapeze.run=a trapeze.run=b "
          "preempt=off "
          "preempt=on");
    assert_int_equal(options.timer, BOOT_TIMER_SBI);
    assert_int_equal(options.slice_us, 2000);
    assert_true(options.preempt);
    expect_run("b");
}

static void values(void **state)
{
    (void)state;
    parse("timer=sstc");
    assert_int_equal(options.timer, BOOT_TIMER_SSTC);
    parse("timer=\"sstc\"");
    assert_int_equal(options.timer, BOOT_TIMER_SSTC);
    const struct {
        const char *text;
        uint32_t slice_us;
    } slices[] = {{"slice=10us", 10},      {"slice=9876543us", 9876543},
                  {"slice=1ms", 1000},     {"slice=10000ms", 10000000},
                  {"slice=10s", 10000000}, {"slice=10000000us", 10000000},
                  {"slice=0015us", 15}};
    for (size_t i = 0; i < ARRAY_LENGTH(slices); i++) {
        parse(slices[i].text);
        assert_int_equal(options.slice_us, slices[i].slice_us);
        assert_int_equal(options.problem_count, 0);
    }
    parse("asidbits=0");
    assert_int_equal(options.asid_bits_limit, 0);
    parse("asidbits=16");
    assert_int_equal(options.asid_bits_limit, 16);
    assert_int_equal(options.problem_count, 0);
}

static void bad_values_leave_the_default(void **state)
{
    (void)state;
    static const char *const words[] = {
        "timer=",
        "timer",
        "timer=SBI",
        "timer=sbix",
        "timer=sb",
        "timer=\"sbi",
        "slice=10",
        "slice=ms",
        "slice=9us",
        "slice=0ms",
        "slice=11s",
        "slice=10000001us",
        "slice=-1ms",
        "slice=1.5ms",
        "slice=10m",
        "slice=10ms,",
        "slice=18446744073709551626ms",
        "slice=4294967306us",
        "preempt=yes",
        "preempt=",
        "preempt=onn",
        "preempt",
        "asidbits=17",
        "asidbits=-1",
        "asidbits=",
        "asidbits=4x",
        "asidbits=0x4",
        "trapeze.run=",
        "trapeze.run",
        "trapeze.run=\"\"",
        "trapeze.run=a\"b\"",
        "trapeze.run=\"a\"b",
        "trapeze.run=\"a\"\"b\"",
    };
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        parse(words[i]);
        assert_int_equal(options.problem_count, 1);
        const bool open = strcmp(words[i], "timer=\"sbi") == 0;
        expect_problem(0, open ? NO_CLOSING_QUOTE : BAD_VALUE, words[i]);
        if (!open) /* the hint shows the option as it should be */
            assert_memory_equal(options.problems[0].hint, words[i],
                                strcspn(words[i], "="));
        assert_int_equal(options.timer, BOOT_TIMER_SBI);
        assert_int_equal(options.slice_us, 10000);
        assert_true(options.preempt);
        assert_int_equal(options.asid_bits_limit, 16);
        expect_run("demo");
    }
    parse("trapeze.run=\"  \"");
    expect_problem(0, BAD_VALUE, "trapeze.run=\"  \"");
    expect_run("demo");
}

static void unknown_words_are_reported(void **state)
{
    (void)state;
    parse("quiet root=\"/dev/vda 1\" timers=sbi =x slice=1ms run=hog");
    assert_int_equal(options.problem_count, 5);
    expect_problem(0, UNKNOWN_WORD, "quiet");
    expect_problem(1, UNKNOWN_WORD, "root=\"/dev/vda 1\"");
    expect_problem(2, UNKNOWN_WORD, "timers=sbi");
    expect_problem(3, UNKNOWN_WORD, "=x");
    expect_problem(4, UNKNOWN_WORD, "run=hog");
    assert_int_equal(options.slice_us, 1000); /* what stands between them still holds */
}

static void quotes_that_stay_open(void **state)
{
    (void)state;
    parse("preempt=off trapeze.run=\"hog a timer=auto");
    assert_int_equal(options.problem_count, 1);
    expect_problem(0, NO_CLOSING_QUOTE, "trapeze.run=\"hog a timer=auto");
    expect_run("demo");
    assert_false(options.preempt);
    parse("trapeze.run=\"hog \\\"");
    expect_problem(0, NO_CLOSING_QUOTE, "trapeze.run=\"hog \\\"");
    parse("\"");
    expect_problem(0, NO_CLOSING_QUOTE, "\"");
    parse("x=\"\\");
    expect_problem(0, NO_CLOSING_QUOTE, "x=\"\\");
}

static void escapes_do_not_end_the_quotes(void **state)
{
    (void)state;
    parse("trapeze.run=\"echo \\\"a b\\\" \\\\\" timer=sstc");
    expect_run("echo \\\"a b\\\" \\\\");
    assert_int_equal(options.timer, BOOT_TIMER_SSTC);
    assert_int_equal(options.problem_count, 0);
}

static void more_problems_than_places(void **state)
{
    (void)state;
    parse("a b c d e f g h i j k");
    assert_int_equal(options.problem_count, COMMAND_LINE_MAX_PROBLEMS);
    assert_int_equal(options.problems_dropped, 11 - COMMAND_LINE_MAX_PROBLEMS);
    expect_problem(7, UNKNOWN_WORD, "h");
}

/* Splits a copy without NUL into a buffer of exactly `capacity`, and joins the words
 * with '|', or
 * "...|" behind one that was cut. */
static void expect_words(const char *text, size_t capacity, const char *expected)
{
    const size_t length = strlen(text);
    char *copy = malloc(length == 0 ? 1 : length);
    char *buffer = malloc(capacity == 0 ? 1 : capacity);
    char joined[256] = "";
    const char *rest = copy;
    size_t rest_length = length;
    enum word_result result;

    assert_non_null(copy);
    assert_non_null(buffer);
    memcpy(copy, text, length);
    while ((result = command_line_next_word(&rest, &rest_length, buffer, capacity)) !=
           WORD_END) {
        if (capacity > 0)
            strcat(joined, buffer);
        strcat(joined, result == WORD_FOUND ? "|" : "...|");
    }
    assert_int_equal(rest_length, 0);
    assert_ptr_equal(rest, copy + length);
    assert_int_equal(command_line_next_word(&rest, &rest_length, buffer, capacity),
                     WORD_END);
    assert_string_equal(joined, expected);
    free(copy);
    free(buffer);
}

static void words(void **state)
{
    (void)state;
    expect_words("", 8, "");
    expect_words("   ", 8, "");
    expect_words("hog", 8, "hog|");
    expect_words("  hog  a\tb ", 8, "hog|a|b|");
    expect_words("a\\ b c", 8, "a b|c|");
    expect_words("\\\"a\\\" \\\\", 8, "\"a\"|\\|");
    expect_words("\\x\\y", 8, "xy|");
    expect_words("end\\", 8, "end\\|"); /* nothing follows that it could escape */
    expect_words("\\ ", 8, " |");
}

static void words_that_are_too_long(void **state)
{
    (void)state;
    expect_words("1234567 x", 8, "1234567|x|");
    expect_words("12345678 x", 8, "1234567...|x|");
    expect_words("123456789abc x y", 8, "1234567...|x|y|");
    expect_words("123456\\ \\ x y", 8, "123456 ...|y|");
    expect_words("a b", 1, "...|...|");
    expect_words("a b", 0, "...|...|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(all_options_at_once),
        cmocka_unit_test(the_last_one_holds),
        cmocka_unit_test(values),
        cmocka_unit_test(bad_values_leave_the_default),
        cmocka_unit_test(unknown_words_are_reported),
        cmocka_unit_test(quotes_that_stay_open),
        cmocka_unit_test(escapes_do_not_end_the_quotes),
        cmocka_unit_test(more_problems_than_places),
        cmocka_unit_test(words),
        cmocka_unit_test(words_that_are_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, free_line);
}
