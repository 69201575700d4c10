/* SPDX-License-Identifier: MIT
 *
 * boot/command_line.c: the options, and what the log says of the other words.
 */
#include "host_test.h"

#include "base/printk.h"
#include "boot/command_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct boot_options options;
static uint64_t position; /* of the log, before the line was parsed */

static void parse(const char *text)
{
    char *line = strdup(text); /* so that ASan sees a read beyond it */
    assert_non_null(line);
    position = printk_ring()->end;
    options = command_line_parse(line);
    free(line);
}

/* What the log says of the words that are not used: WORD|WORD|... Each comes with a
 * hint that tells all options. */
static const char *ignored_words(void)
{
    static char words[1024];
    static char line[1024];
    const struct trapeze_log *log = printk_ring();
    const char *begin = "trapeze: command line: '";
    const char *end = "' is ignored (there are timer=sbi|sstc|auto, slice=10us...10s, "
                      "preempt=on|off, asidbits=0...16, smp=1...8, fastpath=on|off, "
                      "trapeze.run=\"PROGRAM ARGUMENT...\")";

    words[0] = '\0';
    while (position < log->end) {
        size_t length = 0;
        char c;
        while ((c = log->text[position++ % LOG_TEXT_BYTES]) != '\n') {
            assert_true(length + 1 < sizeof line);
            line[length++] = c;
        }
        line[length] = '\0';
        assert_true(length > strlen(begin) + strlen(end));
        assert_memory_equal(line, begin, strlen(begin));
        assert_string_equal(line + length - strlen(end), end);
        strncat(words, line + strlen(begin), length - strlen(begin) - strlen(end));
        strcat(words, "|");
    }
    return words;
}

static void expect_defaults(void)
{
    assert_int_equal(options.timer, BOOT_TIMER_SBI);
    assert_int_equal(options.slice_us, 10000);
    assert_true(options.preempt);
    assert_true(options.fastpath);
    assert_int_equal(options.asid_bits_limit, 16);
}

static void defaults(void **state)
{
    (void)state;
    static const char *const empty[] = {"", " ", " \t\n  "};
    for (size_t i = 0; i < ARRAY_LENGTH(empty); i++) {
        parse(empty[i]);
        expect_defaults();
        assert_string_equal(ignored_words(), "");
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
    assert_string_equal(ignored_words(), "");
}

static void the_last_one_holds(void **state)
{
    (void)state;
    assert_int_equal(options.harts_limit, MAX_HARTS);
    parse("smp=1");
    assert_int_equal(options.harts_limit, 1);
    parse("smp=3 smp=8");
    assert_int_equal(options.harts_limit, 8);
    parse("fastpath=off");
    assert_false(options.fastpath);
    parse("fastpath=off fastpath=on");
    assert_true(options.fastpath);
    parse("timer=sstc timer=sbi slice=1ms slice=2ms asidbits=1 asidbits=2 preempt=off "
          "preempt=on");
    assert_int_equal(options.timer, BOOT_TIMER_SBI);
    assert_int_equal(options.slice_us, 2000);
    assert_true(options.preempt);
    assert_int_equal(options.asid_bits_limit, 2);
}

static void values(void **state)
{
    (void)state;
    parse("timer=sstc");
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
        assert_string_equal(ignored_words(), "");
    }
    parse("asidbits=0");
    assert_int_equal(options.asid_bits_limit, 0);
    parse("asidbits=16");
    assert_int_equal(options.asid_bits_limit, 16);
    assert_string_equal(ignored_words(), "");
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
        "timer=\"sstc\"",
        "timer=\"sstc",
        "slice=10",
        "slice=",
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
        "slice=4294967295us",
        "slice=4294967295s",
        "preempt=yes",
        "smp=0",
        "smp=9",
        "smp=4294967297",
        "smp=",
        "smp=two",
        "fastpath=",
        "fastpath=fast",
        "preempt=",
        "preempt=onn",
        "preempt=of",
        "preempt",
        "asidbits=17",
        "asidbits=4294967296",
        "asidbits=18446744073709551620",
        "asidbits=-1",
        "asidbits=",
        "asidbits=4x",
        "asidbits=0x4",
    };
    char expected[64];
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        parse(words[i]);
        snprintf(expected, sizeof expected, "%s|", words[i]);
        assert_string_equal(ignored_words(), expected);
        expect_defaults();
    }
}

static void unknown_words_are_reported(void **state)
{
    (void)state;
    parse("quiet root=\"/dev/vda 1\" timers=sbi =x slice=1ms run=hog trapeze \" \"");
    assert_string_equal(
        ignored_words(),
        "quiet|root=\"/dev/vda 1\"|timers=sbi|=x|run=hog|trapeze|\" \"|");
    assert_int_equal(options.slice_us, 1000); /* what stands between them still holds */
}

/* They are for the first process: nothing in them is the kernel's. */
static void words_of_trapeze_are_skipped(void **state)
{
    (void)state;
    parse("trapeze.run=\"hog timer=sstc slice=1ms\" trapeze.x trapeze.=1 preempt=off");
    assert_string_equal(ignored_words(), "");
    assert_int_equal(options.timer, BOOT_TIMER_SBI);
    assert_int_equal(options.slice_us, 10000);
    assert_false(options.preempt);
    parse("trapeze.run=\"echo \\\"a timer=auto\\\" \\\\\" timer=sstc");
    assert_string_equal(ignored_words(), "");
    assert_int_equal(options.timer, BOOT_TIMER_SSTC);
    parse("preempt=off trapeze.run=\"hog \\\" timer=sstc"); /* no closing quote */
    assert_string_equal(ignored_words(), "");
    assert_int_equal(options.timer, BOOT_TIMER_SBI);
}

static void quotes_that_stay_open(void **state)
{
    (void)state;
    static const char *const words[] = {"\"", "x=\"\\", "x=\"a timer=sstc"};
    char expected[64];
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        parse(words[i]);
        snprintf(expected, sizeof expected, "%s|", words[i]);
        assert_string_equal(ignored_words(), expected);
        expect_defaults();
    }
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
        cmocka_unit_test(words_of_trapeze_are_skipped),
        cmocka_unit_test(quotes_that_stay_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
