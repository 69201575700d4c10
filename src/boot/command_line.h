/* SPDX-License-Identifier: MIT
 *
 * Reads the kernel's command line (/chosen's bootargs). Words are separated by spaces;
 * a value may be in quotes, in which spaces do not separate and `\` makes the next
 * character literal.
 *
 *   trapeze.run="PROGRAM ARG ..."   the first process
 *   timer=sbi|sstc|auto             slice=10ms (us, ms, s)
 *   preempt=on|off                  asidbits=0..16
 *
 * Pure: what it can't use it reports in the result, and keeps the default.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMMAND_LINE_MAX_PROBLEMS 8
#define MIN_SLICE_US 10U
#define MAX_SLICE_US 10000000U
#define MAX_ASID_BITS 16U

enum boot_timer {
    BOOT_TIMER_SBI,
    BOOT_TIMER_SSTC,
    BOOT_TIMER_AUTO, /* sstc where the device tree lists it */
};

/* To be printed as: command line: TEXT 'WORD' is ignored (HINT) */
struct command_line_problem {
    const char *text; /* "unknown word" */
    const char *word; /* the whole word, a pointer into the command line */
    size_t word_length;
    const char *hint; /* how the option is used, or which there are */
};

struct boot_options {
    enum boot_timer timer;
    uint32_t slice_us; /* MIN_SLICE_US to MAX_SLICE_US */
    bool preempt;
    uint32_t asid_bits_limit; /* 0 to MAX_ASID_BITS */

    /* The first process: the text between the quotes, escapes not yet resolved, with at
     * least one word. Points into the command line, or at the default. */
    const char *run;
    size_t run_length;

    struct command_line_problem problems[COMMAND_LINE_MAX_PROBLEMS];
    size_t problem_count;
    size_t problems_dropped; /* those that found no place above */
};

/* Fills in every field. Where an option is given twice the last one holds. */
void command_line_parse(const char *text, size_t length, struct boot_options *options);

enum word_result {
    WORD_FOUND,
    WORD_END,
    WORD_TOO_LONG, /* cut to fit with its NUL; the next call goes on after it */
};

/* Takes the next word off the front of *text, which is *length long, resolves its
 * escapes, and writes it with a NUL to `buffer`. */
enum word_result command_line_next_word(const char **text, size_t *length, char *buffer,
                                        size_t capacity);
