/* SPDX-License-Identifier: MIT
 *
 * picolibc's standard streams. Output, stdout's and stderr's, collects in one line
 * buffer, so that it stays in order; the buffer goes to the console at a newline, when
 * it is full, by fflush() and when the process exits or aborts. A process that faults
 * loses what is in it, as on every system. Input is at its end from the start.
 */
#include <stdio.h>

#include <trapeze.h>

#include "glue.h"

#define LINE_BYTES 240U /* six debug_write calls */

static char line[LINE_BYTES];
static size_t line_length;

void glue_flush(void)
{
    size_t length = line_length;

    line_length = 0;
    trapeze_console_write(line, length);
}

static int put_character(char character, FILE *stream)
{
    (void)stream;
    line[line_length++] = character;
    if (character == '\n' || line_length == LINE_BYTES)
        glue_flush();
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
    (void)stream;
    return _FDEV_EOF;
}

static FILE output =
    FDEV_SETUP_STREAM(put_character, NULL, flush_stream, _FDEV_SETUP_WRITE);
static FILE error_output =
    FDEV_SETUP_STREAM(put_character, NULL, flush_stream, _FDEV_SETUP_WRITE);
static FILE input = FDEV_SETUP_STREAM(NULL, get_character, NULL, _FDEV_SETUP_READ);

FILE *const stdin = &input;
FILE *const stdout = &output;
FILE *const stderr = &error_output;
