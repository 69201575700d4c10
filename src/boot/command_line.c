/* SPDX-License-Identifier: MIT
 *
 * Cuts the command line into words, and compares each with what the options look like.
 */
#include "boot/command_line.h"

#include "base/printk.h"
#include "base/string.h"

#define DEFAULT_SLICE_US 10000U
#define NO_NUMBER UINT32_MAX /* too large for any option, in any unit */

struct word {
    const char *text; /* in the command line */
    size_t length;
};

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }

static bool begins_with(struct word word, const char *text)
{
    return word.length >= strlen(text) && strncmp(word.text, text, strlen(text)) == 0;
}

static bool is_text(struct word word, const char *text)
{
    return word.length == strlen(text) && begins_with(word, text);
}

/* The number in a word that is NAME NUMBER UNIT, or NO_NUMBER. */
static uint64_t number_in(struct word word, const char *name, const char *unit)
{
    size_t i = strlen(name);
    uint64_t number = 0;
    if (!begins_with(word, name) || is_text(word, name))
        return NO_NUMBER;
    for (; i < word.length && word.text[i] >= '0' && word.text[i] <= '9'; i++)
        number = number > MAX_SLICE_US ? number : number * 10 + (word.text[i] - '0');
    const struct word rest = {word.text + i, word.length - i};
    return is_text(rest, unit) ? number : NO_NUMBER;
}

/* In microseconds; beyond all limits if the word is no time slice. */
static uint64_t slice_in(struct word word)
{
    const uint64_t us = number_in(word, "slice=", "us");
    const uint64_t ms = number_in(word, "slice=", "ms");
    const uint64_t s = number_in(word, "slice=", "s");
    return us != NO_NUMBER ? us : ms != NO_NUMBER ? ms * 1000 : s * 1000000;
}

/* Keeps an option, or says that the word is none. */
static void take_word(struct boot_options *options, struct word word)
{
    const uint64_t asid_bits = number_in(word, "asidbits=", "");
    const uint64_t harts = number_in(word, "smp=", "");
    const uint64_t slice_us = slice_in(word);
    if (is_text(word, "timer=sbi"))
        options->timer = BOOT_TIMER_SBI;
    else if (is_text(word, "timer=sstc"))
        options->timer = BOOT_TIMER_SSTC;
    else if (is_text(word, "timer=auto"))
        options->timer = BOOT_TIMER_AUTO;
    else if (is_text(word, "preempt=on") || is_text(word, "preempt=off"))
        options->preempt = is_text(word, "preempt=on");
    else if (is_text(word, "fastpath=on") || is_text(word, "fastpath=off"))
        options->fastpath = is_text(word, "fastpath=on");
    else if (asid_bits <= MAX_ASID_BITS)
        options->asid_bits_limit = (uint32_t)asid_bits;
    else if (harts >= 1 && harts <= MAX_HARTS)
        options->harts_limit = (uint32_t)harts;
    else if (slice_us >= MIN_SLICE_US && slice_us <= MAX_SLICE_US)
        options->slice_us = slice_us;
    else if (!begins_with(word, "trapeze."))
        printk("trapeze: command line: '%.*s' is ignored (there are "
               "timer=sbi|sstc|auto, slice=10us...10s, preempt=on|off, "
               "asidbits=0...16, smp=1...8, fastpath=on|off, "
               "trapeze.run=\"PROGRAM ARGUMENT...\")\n",
               (int)word.length, word.text);
}

struct boot_options command_line_parse(const char *text)
{
    struct boot_options options = {.timer = BOOT_TIMER_SBI,
                                   .slice_us = DEFAULT_SLICE_US,
                                   .preempt = true,
                                   .fastpath = true,
                                   .asid_bits_limit = MAX_ASID_BITS,
                                   .harts_limit = MAX_HARTS};
    while (*text != '\0') {
        const char *start = text;
        bool quoted = false;
        for (; *text != '\0' && (quoted || !is_space(*text)); text++) {
            if (*text == '"')
                quoted = !quoted;
            text += quoted && text[0] == '\\' && text[1] != '\0';
        }
        if (text != start)
            take_word(&options, (struct word){start, (size_t)(text - start)});
        text += *text != '\0';
    }
    return options;
}
