/* SPDX-License-Identifier: MIT
 *
 * Cuts the command line into words as the kernel does, and init's own into arguments.
 */
#include "boot_line.h"

#include <string.h>

#define PREFIX "trapeze."
#define RUN "trapeze.run"

static const char run_hint[] = "trapeze.run=\"PROGRAM ARGUMENT ...\"";

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }

static bool begins_with(struct boot_span span, const char *text)
{
    return span.length >= strlen(text) && memcmp(span.text, text, strlen(text)) == 0;
}

/* Takes the quotes off a value. False: they are not one pair around it, or nothing but
 * spaces is left. */
static bool unquote(struct boot_span *value)
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

static void take_word(struct boot_span word, bool open_quote, struct boot_span *run,
                      struct boot_problem *problem)
{
    struct boot_span name = {word.text, 0};
    struct boot_problem found = {.word = word};

    if (!begins_with(word, PREFIX))
        return;
    while (name.length < word.length && word.text[name.length] != '=')
        name.length++;
    const size_t value_start = name.length + (name.length < word.length);
    struct boot_span value = {word.text + value_start, word.length - value_start};
    if (open_quote) {
        found.text = "no closing quote in";
        found.hint = "a \" is missing";
    } else if (!begins_with(name, RUN) || name.length != strlen(RUN)) {
        found.text = "unknown word";
        found.hint = "there is trapeze.run";
    } else if (!unquote(&value)) {
        found.text = "bad value in";
        found.hint = run_hint;
    } else {
        *run = value;
    }
    if (found.text != NULL && problem->text == NULL)
        *problem = found;
}

struct boot_span boot_line_run(const char *line, size_t length,
                               struct boot_problem *problem)
{
    struct boot_span run = {line, 0};

    *problem = (struct boot_problem){0};
    for (size_t i = 0; i < length; i++) {
        const size_t start = i;
        bool quoted = false;
        for (; i < length && (quoted || !is_space(line[i])); i++) {
            if (line[i] == '"')
                quoted = !quoted;
            i += line[i] == '\\' && quoted && i + 1 < length;
        }
        if (i > start)
            take_word((struct boot_span){line + start, i - start}, quoted, &run,
                      problem);
    }
    return run;
}

bool boot_line_split(struct boot_span run, struct boot_arguments *arguments)
{
    const char *end = run.text + run.length;
    size_t used = 0;

    arguments->count = 0;
    for (const char *at = run.text;;) {
        while (at < end && is_space(*at))
            at++;
        if (at == end)
            break;
        if (arguments->count == BOOT_ARGUMENTS_MAX || used == BOOT_ARGUMENT_BYTES)
            return false;
        arguments->words[arguments->count++] = arguments->text + used;
        arguments->words[arguments->count] = NULL;
        for (; at < end && !is_space(*at); at++) {
            at += *at == '\\' && at + 1 < end;
            if (used + 1 == BOOT_ARGUMENT_BYTES) {
                arguments->text[used] = '\0';
                return false;
            }
            arguments->text[used++] = *at;
        }
        arguments->text[used++] = '\0';
    }
    return true;
}
