/* SPDX-License-Identifier: MIT
 *
 * picolibc's standard streams. Output, stdout's and stderr's, collects in one line
 * buffer, so that it stays in order; the buffer goes to the console at a newline, when
 * it is full, by fflush(), before input is waited for, and when the process exits or
 * aborts. A process that faults loses what is in it, as on every system. Input comes in
 * lines, and is at its end at ^D, once.
 */
#include <stdio.h>

#include <trapeze.h>
#include <trapeze/console.h>

#include "glue.h"

#define LINE_BYTES (8U * CONSOLE_TEXT_BYTES)

static char line[LINE_BYTES];
static size_t line_length;
static int is_kept_back; /* the console has the beginning of an unended line */

static char input_text[CONSOLE_TEXT_BYTES];
static size_t input_length;
static size_t input_taken;

static void put_line(void)
{
    size_t length = line_length;

    line_length = 0;
    if (length == 0)
        return;
    is_kept_back = line[length - 1] != '\n';
    trapeze_console_put(line, length);
}

void glue_flush(void)
{
    put_line();
    if (is_kept_back)
        trapeze_console_simple(CONSOLE_FLUSH, 0);
    is_kept_back = 0;
}

size_t glue_read(char *buffer, size_t length)
{
    size_t count = 0;

    if (length == 0)
        return 0;
    if (input_taken == input_length) {
        glue_flush();
        input_taken = 0;
        input_length = trapeze_console_read(input_text);
    }
    while (count < length && input_taken < input_length)
        buffer[count++] = input_text[input_taken++];
    return count;
}

static int put_character(char character, FILE *stream)
{
    (void)stream;
    line[line_length++] = character;
    if (character == '\n' || line_length == LINE_BYTES)
        put_line();
    return (unsigned char)character;
}

static int flush_stream(FILE *stream)
{
    (void)stream;
    glue_flush();
    return 0;
}

static int get_character(FILE *stream)
{
    char character;

    (void)stream;
    return glue_read(&character, 1) == 1 ? (unsigned char)character : _FDEV_EOF;
}

static FILE output =
    FDEV_SETUP_STREAM(put_character, NULL, flush_stream, _FDEV_SETUP_WRITE);
static FILE error_output =
    FDEV_SETUP_STREAM(put_character, NULL, flush_stream, _FDEV_SETUP_WRITE);
static FILE input = FDEV_SETUP_STREAM(NULL, get_character, NULL, _FDEV_SETUP_READ);

FILE *const stdin = &input;
FILE *const stdout = &output;
FILE *const stderr = &error_output;
