/* SPDX-License-Identifier: MIT
 *
 * The console's pure parts: userland/servers/console/ discipline.c, streams.c,
 * output.c, state.c, waiting.c.
 */
#include "host_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze/console.h>

#include "discipline.h"
#include "output.h"
#include "streams.h"
#include "waiting.h"

#define WIPE "\r\033[K"

static struct state state;

static int start(void **test_state)
{
    (void)test_state;
    memset(&state, 0, sizeof state);
    assert_false(state_open(&state));
    return 0;
}

/* Everything that went to the terminal since the last time. */
static void expect_shown(const char *expected)
{
    char shown[STATE_OUTPUT_BYTES + 1];
    size_t length = 0;

    for (int byte = output_peek(&state); byte >= 0; byte = output_peek(&state)) {
        shown[length++] = (char)byte;
        output_sent(&state);
    }
    shown[length] = '\0';
    assert_string_equal(shown, expected);
}

static bool type(const char *text)
{
    bool interrupted = false;
    for (; *text != '\0'; text++)
        interrupted |= discipline_type(&state, (uint8_t)*text);
    return interrupted;
}

static void expect_read(const char *expected)
{
    char text[CONSOLE_TEXT_BYTES];
    struct discipline_piece piece = discipline_peek(&state, text, sizeof text);

    assert_int_equal(piece.length, strlen(expected));
    assert_memory_equal(text, expected, piece.length);
    assert_true(piece.count > 0);
    discipline_take(&state, piece);
}

static void expect_nothing_to_read(void)
{
    char text[CONSOLE_TEXT_BYTES];
    assert_int_equal(discipline_peek(&state, text, sizeof text).count, 0);
}

static struct stream *stream(uint64_t number) { return streams_get(&state, 7, number); }

static void write_text(uint64_t number, const char *text)
{
    streams_write(&state, stream(number), text, strlen(text));
    discipline_restore(&state);
}

static void line_is_echoed_and_read(void **test_state)
{
    (void)test_state;
    assert_false(type("hello"));
    expect_nothing_to_read();
    type("\r");
    expect_shown("hello\r\n");
    expect_read("hello\n");
    expect_nothing_to_read();
}

static void lines_typed_ahead_come_one_by_one(void **test_state)
{
    (void)test_state;
    type("a\nb\r\nlong line of more than thirty-two bytes\n");
    expect_read("a\n");
    expect_read("b\n");
    expect_read("\n");
    expect_read("long line of more than thirty-tw");
    expect_read("o bytes\n");
    expect_nothing_to_read();
}

static void backspace_takes_a_character_back(void **test_state)
{
    (void)test_state;
    type("abc\b\177x\r");
    expect_shown("abc\b \b\b \bx\r\n");
    expect_read("ax\n");
    type("\b\bz\r"); /* not beyond the start, nor into the line before */
    expect_shown("z\r\n");
    expect_read("z\n");
}

static void backspace_takes_utf8_as_one(void **test_state)
{
    (void)test_state;
    type("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    expect_shown("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
    type("\177\177");
    expect_shown("\b \b\b \b");
    type("\r");
    expect_read("a\xc3\xa9\n");
    type("\x80\x80\177\r"); /* broken: continuation bytes alone */
    expect_read("\n");
}

static void words_and_lines_are_erased(void **test_state)
{
    (void)test_state;
    type("one two  \x17");
    expect_shown("one two  \033[5D\033[K");
    type("x\x15");
    expect_shown("x\033[5D\033[K");
    type("y\r");
    expect_read("y\n");
}

static void control_characters_show_as_two_columns(void **test_state)
{
    (void)test_state;
    type("\x01\t");
    expect_shown("^A ");
    type("\177\177");
    expect_shown("\b \b\033[2D\033[K");
}

static void end_of_input(void **test_state)
{
    (void)test_state;
    type("\x04");
    expect_read("");
    expect_nothing_to_read();
    type("ab\x04");
    expect_read("ab");
    expect_nothing_to_read();
    type("c\n\x04");
    expect_read("c\n");
    expect_read("");
    type("12345678901234567890123456789012\x04"); /* a piece to the byte: no second end
                                                   */
    expect_read("12345678901234567890123456789012");
    expect_nothing_to_read();
}

static void interrupt_forgets_input(void **test_state)
{
    (void)test_state;
    assert_true(type("done\nhalf\x03"));
    expect_shown("done\r\nhalf^C\r\n");
    expect_nothing_to_read();
    type("z\n");
    expect_read("z\n");
}

static void full_line_can_be_ended_and_corrected(void **test_state)
{
    (void)test_state;
    for (unsigned i = 0; i < STATE_INPUT_COUNT - 1; i++)
        assert_false(discipline_type(&state, 'a'));
    expect_shown(memset((char[STATE_INPUT_COUNT]){0}, 'a', STATE_INPUT_COUNT - 1));
    assert_false(discipline_must_wait(&state));
    type("b\177\177b");
    expect_shown("\a\b \b\b \bb");
    type("\n\n");
    expect_shown("\r\n\r\n");
    type("\n");
    expect_shown("\a"); /* nothing is left, not even for that */
    for (unsigned i = 0; i < (STATE_INPUT_COUNT - 2) / CONSOLE_TEXT_BYTES; i++)
        expect_read("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    expect_read("aaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n");
    expect_read("\n");
    expect_nothing_to_read();
}

static void raw_bytes_come_as_they_are(void **test_state)
{
    (void)test_state;
    type("typed");
    discipline_set_raw(&state, true);
    expect_read("typed");
    expect_shown("typed");
    assert_false(type("\x03\x04\x7f\r"));
    expect_shown("");
    expect_read("\x03\x04\x7f\r");
}

static void raw_mode_keeps_bytes_in_the_device_when_full(void **test_state)
{
    (void)test_state;
    discipline_set_raw(&state, true);
    for (unsigned i = 0; i < STATE_INPUT_COUNT; i++) {
        assert_false(discipline_must_wait(&state));
        discipline_type(&state, 'a');
    }
    assert_true(discipline_must_wait(&state));
    expect_read("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_false(discipline_must_wait(&state));
}

static void what_was_typed_raw_becomes_lines(void **test_state)
{
    (void)test_state;
    discipline_set_raw(&state, true);
    type("cat\rhellp\177o\r\x04");
    expect_read(
        "cat\r"); /* a line at a time, so that the rest is there for the child */
    expect_shown("");
    discipline_set_raw(&state, false);
    expect_shown("hellp\b \bo\r\n");
    expect_read("hello\n");
    expect_read("");
    discipline_set_raw(&state, true);
    type("x\x03y\r");
    discipline_set_raw(&state, false);
    assert_true(state.interrupted);
    expect_read("y\n");
}

static void lines_of_streams_do_not_mix(void **test_state)
{
    (void)test_state;
    write_text(1, "one ");
    write_text(2, "two ");
    expect_shown("");
    write_text(1, "ends\nand ");
    expect_shown("one ends\r\n");
    write_text(2, "ends\n");
    expect_shown("two ends\r\n");
    streams_flush(&state, stream(1));
    expect_shown("and ");
    write_text(2, "\n");
    expect_shown("\r\n\r\n");
    write_text(1, "on\n");
    expect_shown("and on\r\n");
}

static void prompt_moves_below_what_interrupts_it(void **test_state)
{
    (void)test_state;
    write_text(1, "name? ");
    streams_flush(&state, stream(1));
    stream(1)->reading = 1;
    type("Ad");
    expect_shown("name? Ad");
    write_text(2, "news\n");
    expect_shown(WIPE "news\r\nname? Ad");
    streams_foreign_line(&state, "log", 3);
    discipline_restore(&state);
    expect_shown(WIPE "log\r\nname? Ad");
    type("a\r");
    expect_shown("a\r\n");
    expect_read("Ada\n");
    write_text(1, "hello\n"); /* the prompt's line has ended with the Enter */
    expect_shown("hello\r\n");
}

static void raw_stream_is_told_to_redraw(void **test_state)
{
    (void)test_state;
    stream(1)->raw = 1;
    discipline_set_raw(&state, true);
    write_text(1, "\rtrapeze> ");
    streams_flush(&state, stream(1));
    stream(1)->reading = 1;
    expect_shown("\rtrapeze> ");
    write_text(2, "news\nmore\n");
    expect_shown(WIPE "news\r\nmore\r\n");
    expect_read((char[]){CONSOLE_REDRAW, '\0'});
    expect_nothing_to_read();
}

static void long_line_comes_in_parts(void **test_state)
{
    (void)test_state;
    char text[STATE_LINE_BYTES + 1] = {0};
    memset(text, 'x', STATE_LINE_BYTES);
    write_text(1, text);
    expect_shown("");
    write_text(1, "yz\n");
    char expected[STATE_LINE_BYTES + 5];
    snprintf(expected, sizeof expected, "%syz\r\n", text);
    expect_shown(expected);
}

static void oldest_stream_makes_way(void **test_state)
{
    (void)test_state;
    state.keyboard_badge = 7;
    state.keyboard_stream = 1;
    for (uint64_t i = 1; i <= STATE_STREAMS; i++)
        write_text(i, "x");
    write_text(2, "y");
    expect_shown("");
    write_text(100, "z"); /* 1 has the keyboard, 2 was used again: so 3 goes */
    expect_shown("x");
    assert_null(streams_find(&state, 7, 3));
    assert_non_null(streams_find(&state, 7, 1));
    write_text(100, "\n");
    expect_shown("\r\nz\r\n");
    streams_close(&state, stream(2));
    expect_shown("xy");
    assert_null(streams_find(&state, 7, 2));
    assert_null(streams_find(&state, 8, 1)); /* another client's */
}

static void state_outlives_a_restart(void **test_state)
{
    (void)test_state;
    write_text(1, "half");
    type("typ");
    state.log_shown = 99;
    assert_true(state_open(&state));
    write_text(1, "\n");
    type("ed\n");
    expect_shown("typ" WIPE "half\r\ntyped\r\n");
    expect_read("typed\n");
}

static void damaged_state_is_made_anew(void **test_state)
{
    (void)test_state;
    state.log_shown = 99;
    state.streams[3].length = STATE_LINE_BYTES + 1;
    assert_false(state_open(&state));
    assert_int_equal(state.streams[3].length, 0);
    assert_int_equal(state.log_shown, 99);
    state.input_end = state.input_first + STATE_INPUT_COUNT + 1;
    assert_false(state_open(&state));
    state.owner = STATE_STREAMS + 1;
    assert_false(state_open(&state));
    state.output_end = STATE_OUTPUT_BYTES + 1;
    assert_false(state_open(&state));
    assert_true(state_open(&state));
}

/* Whatever comes, in whatever order: positions stay sane, and with room in the queue
 * (which the server sees to) no text of a program is lost. */
static void random_events(void **test_state)
{
    (void)test_state;
    static const char typed[] = "ab \xc3\xa9\t\r\n\b\177\x03\x04\x15\x17\033[A\x80";
    srand(1);
    for (unsigned step = 0; step < 300000; step++) {
        struct discipline_piece piece;
        char text[CONSOLE_TEXT_BYTES];
        size_t before = 0;
        switch (rand() % 8) {
        case 0:
            discipline_set_raw(&state, rand() % 2);
            break;
        case 1:
            memset(text, "x\n"[rand() % 8 == 0], sizeof text);
            streams_write(&state, stream(1 + (uint64_t)rand() % 12), text,
                          1 + (size_t)rand() % sizeof text);
            break;
        case 2:
            streams_flush(&state, stream(1 + (uint64_t)rand() % 12));
            break;
        case 3:
            piece = discipline_peek(&state, text, sizeof text);
            assert_true(piece.length <= sizeof text && piece.length <= piece.count);
            discipline_take(&state, piece);
            break;
        case 4:
            stream(1 + (uint64_t)rand() % 12)->reading ^= 1;
            break;
        default:
            before = output_room(&state);
            discipline_type(&state,
                            (uint8_t)typed[(size_t)rand() % (sizeof typed - 1)]);
            assert_true(output_room(&state) <= before);
        }
        discipline_restore(&state);
        while (output_room(&state) < STREAMS_ROOM)
            output_sent(&state);
        assert_true(state_open(&state));
    }
}

static void flood_hurts_the_flooder(void **test_state)
{
    (void)test_state;
    static struct waiting list;
    struct request refused;
    struct request request = {.token = 1, .badge = 1, .label = CONSOLE_LABEL(3, 0, 1)};

    assert_false(waiting_add(&list, &request, &refused));
    for (uint64_t i = 1; i < WAITING_MAX; i++) {
        request = (struct request){i + 1, 2, CONSOLE_LABEL(3, 0, i), {0}};
        assert_false(waiting_add(&list, &request, &refused));
    }
    request = (struct request){100, 3, CONSOLE_LABEL(3, 0, 1), {0}};
    assert_true(waiting_add(&list, &request, &refused));
    assert_int_equal(refused.token, 2);
    assert_int_equal(list.count, WAITING_MAX);
    assert_int_equal(list.requests[0].token, 1);
    request.token = 101; /* the same stream again */
    assert_true(waiting_add(&list, &request, &refused));
    assert_int_equal(refused.token, 100);
    assert_int_equal(list.requests[WAITING_MAX - 1].token, 101);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(line_is_echoed_and_read, start),
        cmocka_unit_test_setup(lines_typed_ahead_come_one_by_one, start),
        cmocka_unit_test_setup(backspace_takes_a_character_back, start),
        cmocka_unit_test_setup(backspace_takes_utf8_as_one, start),
        cmocka_unit_test_setup(words_and_lines_are_erased, start),
        cmocka_unit_test_setup(control_characters_show_as_two_columns, start),
        cmocka_unit_test_setup(end_of_input, start),
        cmocka_unit_test_setup(interrupt_forgets_input, start),
        cmocka_unit_test_setup(full_line_can_be_ended_and_corrected, start),
        cmocka_unit_test_setup(raw_bytes_come_as_they_are, start),
        cmocka_unit_test_setup(raw_mode_keeps_bytes_in_the_device_when_full, start),
        cmocka_unit_test_setup(what_was_typed_raw_becomes_lines, start),
        cmocka_unit_test_setup(lines_of_streams_do_not_mix, start),
        cmocka_unit_test_setup(prompt_moves_below_what_interrupts_it, start),
        cmocka_unit_test_setup(raw_stream_is_told_to_redraw, start),
        cmocka_unit_test_setup(long_line_comes_in_parts, start),
        cmocka_unit_test_setup(oldest_stream_makes_way, start),
        cmocka_unit_test_setup(state_outlives_a_restart, start),
        cmocka_unit_test_setup(damaged_state_is_made_anew, start),
        cmocka_unit_test_setup(random_events, start),
        cmocka_unit_test(flood_hurts_the_flooder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
