/* SPDX-License-Identifier: MIT
 *
 * Editing a line: every change ends in editor_redraw(), but for typing at the end,
 * which is most.
 */
#include "editor.h"

#include <stdio.h>
#include <string.h>

#define CONTROL(letter) ((letter)-0x40)
#define ESCAPE '\033'
#define BACKSPACE '\b'
#define DELETE '\177'

/* editor.escape */
enum {
    ESCAPE_NONE,
    ESCAPE_SEEN,      /* ESC */
    ESCAPE_BRACKET,   /* ESC [ */
    ESCAPE_PARAMETER, /* ESC [ digit */
    ESCAPE_SKIP,      /* in a sequence that means nothing here */
    ESCAPE_O,         /* ESC O */
};

static bool is_continuation(char byte) { return ((unsigned char)byte & 0xc0) == 0x80; }

static size_t columns_of(const char *text, size_t length)
{
    size_t columns = 0;

    for (size_t i = 0; i < length; i++)
        columns += !is_continuation(text[i]);
    return columns;
}

static size_t before(const struct editor *editor, size_t position)
{
    if (position > 0)
        position--;
    while (position > 0 && is_continuation(editor->text[position]))
        position--;
    return position;
}

static size_t after(const struct editor *editor, size_t position)
{
    if (position < editor->length)
        position++;
    while (position < editor->length && is_continuation(editor->text[position]))
        position++;
    return position;
}

static void show_string(const struct editor *editor, const char *string)
{
    editor->show(string, strlen(string));
}

/* Columns for the line. The last one stays free: a terminal wraps there. */
static size_t width_of(const struct editor *editor)
{
    return EDITOR_COLUMNS - 1 - columns_of(editor->prompt, strlen(editor->prompt));
}

/* Moves the part that is shown to where the cursor is, and to what is under it. */
static void scroll(struct editor *editor)
{
    size_t width = width_of(editor) - (editor->cursor < editor->length);

    if (editor->left > editor->cursor)
        editor->left = editor->cursor;
    while (columns_of(editor->text + editor->left, editor->cursor - editor->left) >
           width)
        editor->left = after(editor, editor->left);
}

void editor_redraw(struct editor *editor)
{
    size_t end;
    size_t columns;
    char move[16];

    scroll(editor);
    end = editor->cursor;
    columns = columns_of(editor->text + editor->left, end - editor->left);
    while (end < editor->length && columns < width_of(editor)) {
        end = after(editor, end);
        columns++;
    }
    show_string(editor, "\r");
    show_string(editor, editor->prompt);
    editor->show(editor->text + editor->left, end - editor->left);
    show_string(editor, "\033[K");
    columns = columns_of(editor->text + editor->cursor, end - editor->cursor);
    if (columns > 0) {
        snprintf(move, sizeof(move), "\033[%uD", (unsigned)columns);
        show_string(editor, move);
    }
}

void editor_start(struct editor *editor)
{
    editor->text[0] = '\0';
    editor->length = 0;
    editor->cursor = 0;
    editor->left = 0;
    editor->escape = ESCAPE_NONE;
    editor->recalled = editor->history_count;
    editor_redraw(editor);
}

static void insert(struct editor *editor, const char *bytes, size_t length)
{
    bool at_end = editor->cursor == editor->length;
    size_t columns;

    if (editor->length + length >= EDITOR_BYTES) {
        show_string(editor, "\a");
        return;
    }
    memmove(editor->text + editor->cursor + length, editor->text + editor->cursor,
            editor->length - editor->cursor + 1);
    memcpy(editor->text + editor->cursor, bytes, length);
    editor->length += length;
    editor->cursor += length;
    columns = columns_of(editor->text + editor->left, editor->length - editor->left);
    if (at_end && columns <= width_of(editor))
        editor->show(bytes, length);
    else
        editor_redraw(editor);
}

static void cut(struct editor *editor, size_t start, size_t end)
{
    if (start == end)
        return;
    memmove(editor->text + start, editor->text + end, editor->length - end + 1);
    editor->length -= end - start;
    editor->cursor = start;
    editor_redraw(editor);
}

static void move_to(struct editor *editor, size_t position)
{
    editor->cursor = position;
    editor_redraw(editor);
}

static size_t word_start(const struct editor *editor)
{
    size_t start = editor->cursor;

    while (start > 0 && editor->text[start - 1] == ' ')
        start--;
    while (start > 0 && editor->text[start - 1] != ' ')
        start--;
    return start;
}

/* The oldest line that is still there. */
static size_t history_first(const struct editor *editor)
{
    return editor->history_count < EDITOR_HISTORY
               ? 0
               : editor->history_count - EDITOR_HISTORY;
}

static void recall(struct editor *editor, size_t line)
{
    const char *text;

    if (editor->recalled == editor->history_count)
        memcpy(editor->typed, editor->text, sizeof(editor->typed));
    text = line == editor->history_count ? editor->typed
                                         : editor->history[line % EDITOR_HISTORY];
    memcpy(editor->text, text, sizeof(editor->text));
    editor->recalled = line;
    editor->length = strlen(text);
    editor->left = 0;
    move_to(editor, editor->length);
}

static void recall_older(struct editor *editor)
{
    if (editor->recalled > history_first(editor))
        recall(editor, editor->recalled - 1);
}

static void recall_newer(struct editor *editor)
{
    if (editor->recalled < editor->history_count)
        recall(editor, editor->recalled + 1);
}

/* Neither empty lines nor the same one twice in a row. */
static void remember(struct editor *editor)
{
    size_t last = (editor->history_count + EDITOR_HISTORY - 1) % EDITOR_HISTORY;

    if (editor->length == 0 ||
        (editor->history_count > 0 && strcmp(editor->history[last], editor->text) == 0))
        return;
    memcpy(editor->history[editor->history_count % EDITOR_HISTORY], editor->text,
           sizeof(editor->text));
    editor->history_count++;
}

/* Completes the word before the cursor as far as all that is possible agrees; shows
 * what is possible where that is no further. */
static void complete(struct editor *editor)
{
    size_t start = editor->cursor;
    size_t common = 0;
    size_t count = 0;
    const char *first = NULL;
    const char *name;

    while (start > 0 && editor->text[start - 1] != ' ')
        start--;
    const char *word = editor->text + start;
    size_t length = editor->cursor - start;
    if (start != 0 || editor->complete == NULL)
        return;
    for (; (name = editor->complete(word, length, count)) != NULL; count++) {
        if (count == 0) {
            first = name;
            common = strlen(name);
        }
        size_t same = 0;
        while (same < common && name[same] == first[same])
            same++;
        common = same;
    }
    if (count == 0)
        return;
    if (common > length)
        insert(editor, first + length, common - length);
    if (count == 1 && editor->cursor == editor->length)
        insert(editor, " ", 1);
    if (count == 1 || common > length)
        return;
    show_string(editor, "\n");
    for (size_t i = 0; i < count; i++) {
        show_string(editor, editor->complete(word, length, i));
        show_string(editor, i + 1 < count ? "  " : "\n");
    }
    editor_redraw(editor);
}

/* ESC [ letter, and ESC O letter. */
static void feed_final(struct editor *editor, char byte)
{
    switch (byte) {
    case 'A':
        recall_older(editor);
        break;
    case 'B':
        recall_newer(editor);
        break;
    case 'C':
        move_to(editor, after(editor, editor->cursor));
        break;
    case 'D':
        move_to(editor, before(editor, editor->cursor));
        break;
    case 'H':
        move_to(editor, 0);
        break;
    case 'F':
        move_to(editor, editor->length);
        break;
    default:
        break;
    }
}

/* ESC [ digit ~ */
static void feed_numbered(struct editor *editor, char number)
{
    if (number == '1' || number == '7')
        move_to(editor, 0);
    else if (number == '4' || number == '8')
        move_to(editor, editor->length);
    else if (number == '3')
        cut(editor, editor->cursor, after(editor, editor->cursor));
}

static void feed_escape(struct editor *editor, char byte)
{
    int state = editor->escape;

    editor->escape = ESCAPE_NONE;
    if (state == ESCAPE_SEEN) {
        if (byte == '[')
            editor->escape = ESCAPE_BRACKET;
        else if (byte == 'O')
            editor->escape = ESCAPE_O;
    } else if (state == ESCAPE_BRACKET && byte >= '0' && byte <= '9') {
        editor->parameter = byte;
        editor->escape = ESCAPE_PARAMETER;
    } else if (state == ESCAPE_PARAMETER && byte == '~') {
        feed_numbered(editor, editor->parameter);
    } else if (state == ESCAPE_BRACKET || state == ESCAPE_O) {
        feed_final(editor, byte);
    } else if (byte >= ' ' && byte < '@') {
        editor->escape = ESCAPE_SKIP;
    }
}

static void feed_control(struct editor *editor, char byte)
{
    switch (byte) {
    case CONTROL('A'):
        move_to(editor, 0);
        break;
    case CONTROL('B'):
        move_to(editor, before(editor, editor->cursor));
        break;
    case CONTROL('D'):
        cut(editor, editor->cursor, after(editor, editor->cursor));
        break;
    case CONTROL('E'):
        move_to(editor, editor->length);
        break;
    case CONTROL('F'):
        move_to(editor, after(editor, editor->cursor));
        break;
    case BACKSPACE:
    case DELETE:
        cut(editor, before(editor, editor->cursor), editor->cursor);
        break;
    case '\t':
        complete(editor);
        break;
    case CONTROL('K'):
        cut(editor, editor->cursor, editor->length);
        break;
    case CONTROL('L'):
        show_string(editor, "\033[H\033[2J");
        editor_redraw(editor);
        break;
    case CONTROL('N'):
        recall_newer(editor);
        break;
    case CONTROL('P'):
        recall_older(editor);
        break;
    case CONTROL('U'):
        cut(editor, 0, editor->cursor);
        break;
    case CONTROL('W'):
        cut(editor, word_start(editor), editor->cursor);
        break;
    case ESCAPE:
        editor->escape = ESCAPE_SEEN;
        break;
    default:
        break;
    }
}

enum editor_result editor_feed(struct editor *editor, char byte)
{
    if (editor->escape != ESCAPE_NONE) {
        feed_escape(editor, byte);
        return EDITOR_MORE;
    }
    if (byte == '\r' || byte == '\n') {
        show_string(editor, "\n");
        remember(editor);
        return EDITOR_LINE;
    }
    if (byte == CONTROL('C')) {
        show_string(editor, "^C\n");
        return EDITOR_INTERRUPT;
    }
    if (byte == CONTROL('D') && editor->length == 0)
        return EDITOR_END;
    if ((unsigned char)byte >= ' ' && byte != DELETE)
        insert(editor, &byte, 1);
    else
        feed_control(editor, byte);
    return EDITOR_MORE;
}
