/* SPDX-License-Identifier: MIT
 *
 * Editing a line, with a history:
 *
 *   left, right, ^B, ^F     moves by a character      ^A, ^E, Home, End   to the ends
 *   Backspace, ^H, Delete   a character               ^U, ^K, ^W          to the start,
 * the end, up, down, ^P, ^N        older and newer lines                         the
 * last word ^L                      clears the screen         Tab completes ^C forgets
 * the line          ^D                  Delete, or the end
 *
 * A line that is wider than the terminal is shown in part. Characters are UTF-8, each
 * one column wide.
 *
 * Pure: bytes go in, and what is to be shown comes out through a function.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define EDITOR_BYTES 256 /* of a line, with its NUL */
#define EDITOR_HISTORY 32
#define EDITOR_COLUMNS 80 /* nobody tells how wide the terminal is */

enum editor_result {
    EDITOR_MORE,
    EDITOR_LINE,      /* text is the line; editor_start() before the next byte */
    EDITOR_END,       /* ^D on an empty line */
    EDITOR_INTERRUPT, /* ^C */
};

struct editor {
    const char *prompt;
    void (*show)(const char *text, size_t length);
    /* Gives the completion number `index` of a word's beginning, NULL if there are no
     * more. The first word of a line is a command. NULL: nothing is completed. */
    const char *(*complete)(const char *start, size_t length, size_t index);

    char text[EDITOR_BYTES];
    size_t length;
    size_t cursor; /* byte in text, the start of a character */
    size_t left;   /* the first byte that is shown, where the line is too wide */
    int escape;    /* where in an escape sequence: editor.c */
    char parameter;

    char history[EDITOR_HISTORY][EDITOR_BYTES]; /* line n is in n % EDITOR_HISTORY */
    size_t history_count;                       /* lines ever added */
    size_t recalled; /* the line shown; history_count: the one being typed */
    char typed[EDITOR_BYTES];
};

/* A new, empty line: shows the prompt. */
void editor_start(struct editor *editor);

/* Takes a byte. */
enum editor_result editor_feed(struct editor *editor, char byte);

/* Shows prompt and line again, where something else has wiped them. */
void editor_redraw(struct editor *editor);
