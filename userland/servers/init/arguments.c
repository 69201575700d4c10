/* SPDX-License-Identifier: MIT
 *
 * Pure: puts words together in the buffer of a struct boot_arguments.
 */
#include "arguments.h"

#include <stdio.h>
#include <string.h>

#define PAGE_MASK 4095U

/* The arguments that are being made, and how much of their text there is. */
struct writer {
    struct boot_arguments *arguments;
    size_t used;
    const char *error;
};

/* Adds an argument: prefix, and text after it. */
static void add(struct writer *writer, struct manifest_words prefix, const char *text)
{
    struct boot_arguments *arguments = writer->arguments;
    const size_t text_bytes = strlen(text) + 1;

    if (arguments->count == BOOT_ARGUMENTS_MAX ||
        prefix.length + text_bytes > sizeof arguments->text - writer->used) {
        writer->error = "the arguments are too long";
        return;
    }
    char *word = arguments->text + writer->used;
    memcpy(word, prefix.text, prefix.length);
    memcpy(word + prefix.length, text, text_bytes);
    arguments->words[arguments->count++] = word;
    arguments->words[arguments->count] = NULL;
    writer->used += prefix.length + text_bytes;
}

static void add_permissions(struct writer *writer, const struct manifest *manifest,
                            const char *what, uint32_t mask, uint32_t badge)
{
    char text[64];

    for (uint32_t name = 0; mask != MANIFEST_ALL && name < manifest->name_count;
         name++) {
        if (!(mask & manifest_bit(name)))
            continue;
        snprintf(text, sizeof text, "%s=%u:%s", what, (unsigned)badge,
                 manifest->names[name]);
        add(writer, (struct manifest_words){"", 0}, text);
    }
    if (mask == MANIFEST_ALL) {
        snprintf(text, sizeof text, "%s=%u:*", what, (unsigned)badge);
        add(writer, (struct manifest_words){"", 0}, text);
    }
}

static void add_policy(struct writer *writer, const struct manifest *manifest)
{
    for (uint32_t i = 0; i < manifest->section_count; i++) {
        const struct manifest_section *section = &manifest->sections[i];
        add_permissions(writer, manifest, "register", section->registers, i + 1);
        add_permissions(writer, manifest, "lookup", section->looks_up, i + 1);
    }
}

static bool is_word(struct manifest_words word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

/* What stands for `$NAME`. False: nothing does. */
static bool find_number(const struct manifest *manifest, const struct boot_uart *uart,
                        struct manifest_words name, uint64_t *number)
{
    static const char badge[] = "badge.";
    const size_t prefix = sizeof badge - 1;

    if (is_word(name, "uart.offset")) {
        *number = uart->address & PAGE_MASK;
    } else if (is_word(name, "uart.reg-shift")) {
        *number = uart->reg_shift;
    } else if (is_word(name, "uart.reg-io-width")) {
        *number = uart->reg_io_width;
    } else if (name.length > prefix && memcmp(name.text, badge, prefix) == 0) {
        const struct manifest_section *section =
            manifest_find(manifest, name.text + prefix, name.length - prefix);
        if (section == NULL)
            return false;
        *number = manifest_badge(manifest, section);
    } else {
        return false;
    }
    return true;
}

static void add_word(struct writer *writer, const struct manifest *manifest,
                     const struct boot_uart *uart, struct manifest_words word)
{
    const char *dollar = memchr(word.text, '$', word.length);
    uint64_t number;
    char text[24];

    if (dollar == NULL) {
        add(writer, word, "");
        return;
    }
    if (writer->arguments->count == 0) {
        writer->error = "the manifest has a $ in the name of a program";
        return;
    }
    if (is_word(word, "$policy")) {
        add_policy(writer, manifest);
        return;
    }
    const size_t before = (size_t)(dollar - word.text);
    const struct manifest_words name = {dollar + 1, word.length - before - 1};
    if (!find_number(manifest, uart, name, &number)) {
        writer->error = "the manifest has an argument with an unknown $ in it";
        return;
    }
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    add(writer, (struct manifest_words){word.text, before}, text);
}

const char *arguments_make(const struct manifest *manifest,
                           const struct manifest_section *section,
                           const struct boot_uart *uart,
                           struct boot_arguments *arguments)
{
    struct writer writer = {.arguments = arguments};
    struct manifest_words words = section->program;
    struct manifest_words word;

    arguments->count = 0;
    if (words.length == 0)
        add(&writer, (struct manifest_words){"", 0}, section->name);
    while (manifest_next_word(&words, &word))
        add_word(&writer, manifest, uart, word);
    return writer.error;
}
