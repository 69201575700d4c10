/* SPDX-License-Identifier: MIT
 *
 * Cuts the command line into words, and each word into a name and a value.
 */
#include "boot/command_line.h"

#include "base/string.h"

#define DEFAULT_SLICE_US 10000U
#define DEFAULT_RUN "demo"

static const char all_options[] =
    "there are trapeze.run, timer, slice, preempt, asidbits";
static const char *const timers[] = {"sbi", "sstc", "auto"}; /* as enum boot_timer */
static const char *const off_on[] = {"off", "on"};

/* A part of the command line. */
struct span {
    const char *text;
    size_t length;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static bool is_text(struct span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.text, text, span.length) == 0;
}

/* Takes a decimal number off the front. False: there is none, or one above `limit`. */
static bool take_number(struct span *span, uint32_t limit, uint32_t *number)
{
    const char *start = span->text;
    uint64_t value = 0;

    for (; span->length > 0 && *span->text >= '0' && *span->text <= '9';
         span->length--) {
        value = value * 10 + (uint64_t)(*span->text++ - '0');
        if (value > limit)
            return false;
    }
    *number = (uint32_t)value;
    return span->text != start;
}

static bool take_choice(struct span value, const char *const *choices, uint32_t count,
                        uint32_t *choice)
{
    for (uint32_t i = 0; i < count; i++) {
        if (is_text(value, choices[i])) {
            *choice = i;
            return true;
        }
    }
    return false;
}

static bool take_microseconds(struct span value, uint32_t *microseconds)
{
    uint32_t number;

    if (!take_number(&value, MAX_SLICE_US, &number))
        return false;
    const uint64_t product = is_text(value, "us")   ? number
                             : is_text(value, "ms") ? number * 1000UL
                             : is_text(value, "s")  ? number * 1000000UL
                                                    : 0;
    *microseconds = (uint32_t)product;
    return product >= MIN_SLICE_US && product <= MAX_SLICE_US;
}

/* Takes the quotes off a value. False: they are not one pair around it, or nothing but
 * spaces is left. */
static bool unquote(struct span *value)
{
    size_t quotes = 0;
    size_t other = 0;

    for (size_t i = 0; i < value->length; i++) {
        if (value->text[i] == '"')
            quotes++;
        else
            other += !is_space(value->text[i]);
        i += value->text[i] == '\\' && quotes == 1;
    }
    if (quotes == 2 && value->text[0] == '"' && value->text[value->length - 1] == '"') {
        value->text++;
        value->length -= 2;
        quotes = 0;
    }
    return quotes == 0 && other != 0;
}

/* NULL if it is done, or how the option is used, or all_options. */
static const char *take_option(struct boot_options *options, struct span name,
                               struct span value)
{
    const bool has_value = unquote(&value);
    uint32_t number;

    if (is_text(name, "trapeze.run")) {
        if (!has_value)
            return "trapeze.run=\"PROGRAM ARGUMENT ...\"";
        options->run = value.text;
        options->run_length = value.length;
    } else if (is_text(name, "timer")) {
        if (!has_value || !take_choice(value, timers, 3, &number))
            return "timer=sbi|sstc|auto";
        options->timer = (enum boot_timer)number;
    } else if (is_text(name, "slice")) {
        if (!has_value || !take_microseconds(value, &number))
            return "slice=10us to slice=10s";
        options->slice_us = number;
    } else if (is_text(name, "preempt")) {
        if (!has_value || !take_choice(value, off_on, 2, &number))
            return "preempt=on|off";
        options->preempt = number == 1;
    } else if (is_text(name, "asidbits")) {
        if (!has_value || !take_number(&value, MAX_ASID_BITS, &number) ||
            value.length != 0)
            return "asidbits=0 to asidbits=16";
        options->asid_bits_limit = number;
    } else {
        return all_options;
    }
    return NULL;
}

static void take_word(struct boot_options *options, struct span word, bool open_quote)
{
    struct span name = {word.text, 0};
    const char *text = "no closing quote in";
    const char *hint = "a \" is missing";

    while (name.length < word.length && word.text[name.length] != '=')
        name.length++;
    const size_t value = name.length + (name.length < word.length);
    if (!open_quote) {
        hint = take_option(options, name,
                           (struct span){word.text + value, word.length - value});
        text = hint == all_options ? "unknown word" : "bad value in";
    }
    if (hint == NULL)
        return;
    if (options->problem_count == COMMAND_LINE_MAX_PROBLEMS)
        options->problems_dropped++;
    else
        options->problems[options->problem_count++] =
            (struct command_line_problem){text, word.text, word.length, hint};
}

void command_line_parse(const char *text, size_t length, struct boot_options *options)
{
    *options = (struct boot_options){
        .timer = BOOT_TIMER_SBI,
        .slice_us = DEFAULT_SLICE_US,
        .preempt = true,
        .asid_bits_limit = MAX_ASID_BITS,
        .run = DEFAULT_RUN,
        .run_length = sizeof DEFAULT_RUN - 1,
    };
    for (size_t i = 0; i < length; i++) {
        const size_t start = i;
        bool quoted = false;
        for (; i < length && (quoted || !is_space(text[i])); i++) {
            if (text[i] == '"')
                quoted = !quoted;
            i += text[i] == '\\' && quoted && i + 1 < length;
        }
        if (i > start)
            take_word(options, (struct span){text + start, i - start}, quoted);
    }
}

enum word_result command_line_next_word(const char **text, size_t *length, char *buffer,
                                        size_t capacity)
{
    size_t written = 0;

    for (; *length > 0 && is_space(**text); ++*text)
        --*length;
    if (*length == 0)
        return WORD_END;
    for (; *length > 0 && !is_space(**text); ++*text, --*length) {
        if (**text == '\\' && *length > 1) {
            ++*text;
            --*length;
        }
        if (written < capacity)
            buffer[written] = **text;
        written++;
    }
    if (capacity > 0)
        buffer[written < capacity ? written : capacity - 1] = '\0';
    return written < capacity ? WORD_FOUND : WORD_TOO_LONG;
}
