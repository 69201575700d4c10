/* SPDX-License-Identifier: MIT
 *
 * From a line to words. Blanks separate words; a backslash takes the next character as
 * it is;
 * '...' takes everything as it is; "..." everything but a backslash before " or \. A #
 * at the beginning of a word starts a comment. & at the end lets the command run in the
 * background. The other characters that shells give a meaning have none yet, and are an
 * error unless quoted, so that they can get it.
 *
 * Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define PARSER_WORDS_MAX 64
#define PARSER_BYTES 512

struct command {
    int argc;
    char *argv[PARSER_WORDS_MAX + 1]; /* into text; ends with NULL */
    bool background;
    char text[PARSER_BYTES];
};

/* False: *error says why, in words. An empty line is a command with argc 0. */
bool parser_parse(const char *line, struct command *command, const char **error);
