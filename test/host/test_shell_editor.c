/* SPDX-License-Identifier: MIT
 *
 * userland/shell/editor.c, on a terminal of one line that understands what the editor
 * uses.
 */
#include "host_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "editor.h"

#define COLUMNS 200 /* wider than what the editor may use */
#define UP "\033[A"
#define DOWN "\033[B"
#define RIGHT "\033[C"
#define LEFT "\033[D"

static struct editor editor;

/* Characters of the line that the cursor is in, each up to 4 bytes of UTF-8. */
static char cells[COLUMNS][5];
static unsigned column;
static unsigned widest;
static char escape[16];
static char lines_above[4096];

static void erase_from(unsigned start)
{
    for (unsigned i = start; i < COLUMNS; i++)
        strcpy(cells[i], "");
}

static void line_text(char *text)
{
    text[0] = '\0';
    for (unsigned i = 0; i < COLUMNS; i++)
        strcat(text, cells[i]);
}

static void end_escape(void)
{
    char letter = escape[strlen(escape) - 1];

    if (letter == 'K') {
        erase_from(column);
    } else if (letter == 'D') {
        assert_true(column >= (unsigned)atoi(escape + 2));
        column -= (unsigned)atoi(escape + 2);
    } else if (letter == 'H') {
        column = 0;
    } else {
        assert_string_equal(escape, "\033[2J");
        erase_from(0);
    }
    escape[0] = '\0';
}

static void show_byte(char byte)
{
    if (escape[0] != '\0') {
        strncat(escape, &byte, 1);
        if (byte >= '@' && byte != '[')
            end_escape();
    } else if (byte == '\033') {
        strcpy(escape, "\033");
    } else if (byte == '\r') {
        column = 0;
    } else if (byte == '\n') {
        char text[COLUMNS * 5];
        line_text(text);
        strcat(lines_above, text);
        strcat(lines_above, "\n");
        erase_from(0);
        column = 0;
    } else if (((unsigned char)byte & 0xc0) == 0x80 && column > 0) {
        strncat(cells[column - 1], &byte, 1);
    } else if (byte != '\a') {
        assert_true(column < COLUMNS);
        strcpy(cells[column], "");
        strncat(cells[column++], &byte, 1);
        if (column > widest)
            widest = column;
    }
}

static void show(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        show_byte(text[i]);
}

static const char *complete(const char *start, size_t length, size_t index)
{
    static const char *const names[] = {"help", "hello", "hello-world", "ps"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (strncmp(names[i], start, length) == 0 && index-- == 0)
            return names[i];
    return NULL;
}

static int start(void **state)
{
    (void)state;
    memset(&editor, 0, sizeof editor);
    editor.prompt = "> ";
    editor.show = show;
    editor.complete = complete;
    erase_from(0);
    column = 0;
    widest = 0;
    lines_above[0] = '\0';
    editor_start(&editor);
    return 0;
}

static enum editor_result type(const char *text)
{
    enum editor_result result = EDITOR_MORE;
    for (; *text != '\0'; text++) {
        assert_int_equal(result, EDITOR_MORE);
        result = editor_feed(&editor, *text);
        assert_true(editor.cursor <= editor.length && editor.left <= editor.cursor);
        assert_int_equal(editor.text[editor.length], '\0');
    }
    return result;
}

/* What is on the line, the prompt included, and in which column the cursor is. */
static void expect(const char *line, unsigned cursor)
{
    char text[COLUMNS * 5];
    line_text(text);
    assert_string_equal(text, line);
    assert_int_equal(column, cursor);
}

static void enter(const char *line)
{
    assert_int_equal(type(line), EDITOR_MORE);
    assert_int_equal(type("\r"), EDITOR_LINE);
    editor_start(&editor);
}

static void line_is_typed(void **state)
{
    (void)state;
    expect("> ", 2);
    type("hello");
    expect("> hello", 7);
    assert_int_equal(type("\r"), EDITOR_LINE);
    assert_string_equal(editor.text, "hello");
    assert_string_equal(lines_above, "> hello\n");
    editor_start(&editor);
    assert_string_equal(editor.text, "");
}

static void middle_is_edited(void **state)
{
    (void)state;
    type("held" LEFT "lo wor");
    expect("> hello word", 11);
    type("\001X");
    expect("> Xhello word", 3);
    type("\033[F!\033[H\033[3~");
    expect("> hello word!", 2);
    type("\006\006\177");
    expect("> hllo word!", 3);
    type("\033[4~\033[1~\004\005\b\002\002");
    expect("> llo word", 8);
    type("\013");
    expect("> llo wo", 8);
}

static void parts_are_cut(void **state)
{
    (void)state;
    type("one two  three  \027");
    expect("> one two  ", 11);
    type("\027\027\027");
    expect("> ", 2);
    type("abcdef" LEFT LEFT "\025");
    expect("> ef", 2);
    type("\013\013\025\177");
    expect("> ", 2);
}

static void characters_are_utf8(void **state)
{
    (void)state;
    type("\xc3\xa9\xe2\x82\xacz");
    expect("> \xc3\xa9\xe2\x82\xacz", 5);
    type(LEFT LEFT);
    expect("> \xc3\xa9\xe2\x82\xacz", 3);
    type("\xc3\xbc");
    expect("> \xc3\xa9\xc3\xbc\xe2\x82\xacz", 4);
    type("\177\033[3~");
    expect("> \xc3\xa9z", 3);
    type(RIGHT RIGHT LEFT LEFT LEFT LEFT);
    expect("> \xc3\xa9z", 2);
}

static void history_is_recalled(void **state)
{
    (void)state;
    enter("one");
    enter("two");
    enter("two"); /* kept once */
    enter("");
    type("thr" UP);
    expect("> two", 5);
    type(UP);
    expect("> one", 5);
    type(UP);
    expect("> one", 5);
    type(DOWN DOWN);
    expect("> thr", 5);
    type(DOWN "ee");
    expect("> three", 7);
    type("\033OA\020!");
    expect("> one!", 6);
    assert_int_equal(type("\r"), EDITOR_LINE);
    assert_string_equal(editor.text, "one!");
}

static void history_is_bounded(void **state)
{
    (void)state;
    char line[16];
    for (unsigned i = 0; i < 2 * EDITOR_HISTORY + 3; i++) {
        snprintf(line, sizeof line, "%u", i);
        enter(line);
    }
    for (unsigned i = 0; i < 2 * EDITOR_HISTORY; i++)
        type(UP);
    snprintf(line, sizeof line, "%u", EDITOR_HISTORY + 3);
    assert_string_equal(editor.text, line);
}

static void long_line_scrolls(void **state)
{
    (void)state;
    for (unsigned i = 0; i < EDITOR_BYTES - 1; i++)
        type((char[]){(char)('a' + i % 26), '\0'});
    assert_int_equal(editor.length, EDITOR_BYTES - 1);
    type("x"); /* does not fit */
    assert_int_equal(editor.length, EDITOR_BYTES - 1);
    assert_true(widest < EDITOR_COLUMNS);
    assert_int_equal(column, EDITOR_COLUMNS - 1);
    type("\001");
    assert_int_equal(column, 2);
    assert_string_equal(cells[2], "a");
    for (unsigned i = 0; i < 100; i++)
        type(RIGHT);
    assert_int_equal(cells[column][0], 'a' + 100 % 26);
    assert_true(widest < EDITOR_COLUMNS);
}

static void special_keys(void **state)
{
    (void)state;
    assert_int_equal(type("\004"), EDITOR_END);
    assert_int_equal(type("abc\003"), EDITOR_INTERRUPT);
    assert_string_equal(lines_above, "> abc^C\n");
    editor_start(&editor);
    type("ab\014");
    expect("> ab", 4);
    erase_from(0);
    column = 0;
    editor_redraw(&editor);
    expect("> ab", 4);
    type("\033[1;5C\033[15~\033x\033[Z"); /* keys without a meaning */
    expect("> ab", 4);
}

static void commands_are_completed(void **state)
{
    (void)state;
    type("p\t");
    expect("> ps ", 5);
    type("\025he\t");
    expect("> hel", 5);
    assert_string_equal(lines_above, "");
    type("\t");
    assert_string_equal(lines_above, "> hel\nhelp  hello  hello-world\n");
    expect("> hel", 5);
    type("l\t");
    expect("> hello", 7);
    type("-\t");
    expect("> hello-world ", 14);
    type("p\t"); /* only commands are */
    expect("> hello-world p", 15);
    type("\025x\t");
    expect("> x", 3);
}

static void random_bytes(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "a",    " ",     "\xc3\xa9", "\xe2\x82\xac", "\x80",   "\177", "\001", "\005",
        "\013", "\025",  "\027",     "\t",           UP,       DOWN,   LEFT,   RIGHT,
        "\033", "\033[", "\033[3~",  "\033[H",       "\033[F", "h",    "\xff", "\004"};
    srand(1);
    for (unsigned step = 0; step < 100000; step++) {
        const char *key = keys[(size_t)rand() % ARRAY_LENGTH(keys)];
        for (; *key != '\0'; key++)
            if (editor_feed(&editor, *key) == EDITOR_LINE)
                editor_start(&editor);
        if (rand() % 50 == 0 && editor_feed(&editor, '\r') == EDITOR_LINE)
            editor_start(&editor);
        lines_above[0] = '\0';
        assert_true(editor.cursor <= editor.length && editor.length < EDITOR_BYTES);
        assert_int_equal(strlen(editor.text), editor.length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(line_is_typed, start),
        cmocka_unit_test_setup(middle_is_edited, start),
        cmocka_unit_test_setup(parts_are_cut, start),
        cmocka_unit_test_setup(characters_are_utf8, start),
        cmocka_unit_test_setup(history_is_recalled, start),
        cmocka_unit_test_setup(history_is_bounded, start),
        cmocka_unit_test_setup(long_line_scrolls, start),
        cmocka_unit_test_setup(special_keys, start),
        cmocka_unit_test_setup(commands_are_completed, start),
        cmocka_unit_test_setup(random_bytes, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
