/* SPDX-License-Identifier: MIT
 *
 * What the kernel's command line (/chosen's bootargs) says to init. Words are separated
 * by spaces; a value may be in quotes, in which spaces do not separate and `\` makes
 * the next character literal. The kernel ignores words that begin with `trapeze.`; they
 * are init's:
 *
 *   trapeze.run="PROGRAM ARG ..."   the program to run, instead of the shell
 *
 * Pure: nothing is printed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A part of the command line. */
struct boot_span {
    const char *text;
    size_t length;
};

/* To be printed as: command line: TEXT 'WORD' is ignored (HINT) */
struct boot_problem {
    const char *text; /* NULL: there is none */
    struct boot_span word;
    const char *hint;
};

/* The text between the quotes of the last good trapeze.run, escapes not yet resolved,
 * with at least one word; length 0: there is none. *problem is the first word of init's
 * that it can't use. */
struct boot_span boot_line_run(const char *line, size_t length,
                               struct boot_problem *problem);

#define BOOT_ARGUMENTS_MAX 256
#define BOOT_ARGUMENT_BYTES 4096

struct boot_arguments {
    int count;
    char *words[BOOT_ARGUMENTS_MAX + 1]; /* ends with NULL */
    char text[BOOT_ARGUMENT_BYTES];
};

/* Cuts it into words and resolves their escapes. False: they are too many or too long;
 * words[0] is there all the same, possibly cut. */
bool boot_line_split(struct boot_span run, struct boot_arguments *arguments);
