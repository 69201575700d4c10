/* SPDX-License-Identifier: MIT
 *
 * Line by line: the first word says what the line is, the keyword's table how many
 * arguments it takes. What needs the whole file (do the endpoints have servers, do the
 * clients exist, is anything missing) is checked at its end.
 */
#include <string.h>

#include <trapeze.h>
#include <trapeze/init_protocol.h>

#include "manifest_words.h"

static const struct {
    const char *word;
    uint32_t bit;
} requests[] = {
#define REQUEST(identifier, word, meaning) {word, 1U << INIT_##identifier},
#include "requests.def"
#undef REQUEST
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const taken_names[] = {"uart",    "uart.irq", "log", "archive",
                                          "machine", "state",    "init"};

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.' || c == '+';
}

/* Copies a name of up to MANIFEST_NAME_BYTES - 1 bytes. */
static bool take_name(struct manifest *manifest, struct manifest_words word, char *name)
{
    if (word.length >= MANIFEST_NAME_BYTES)
        return manifest_fail(manifest, "a name has more than 31 characters", word);
    for (size_t i = 0; i < word.length; i++) {
        if (!is_name_byte(word.text[i]))
            return manifest_fail(manifest, "a name is of A-Z a-z 0-9 - _ . +", word);
    }
    memcpy(name, word.text, word.length);
    name[word.length] = '\0';
    return true;
}

/* A decimal number from least to most. */
static bool take_number(struct manifest *manifest, struct manifest_words word,
                        uint32_t least, uint32_t most, uint32_t *number)
{
    uint64_t value = 0;

    for (size_t i = 0; i < word.length; i++) {
        if (word.text[i] < '0' || word.text[i] > '9')
            return manifest_fail(manifest, "not a number", word);
        value = value * 10 + (uint64_t)(word.text[i] - '0');
        if (value > most)
            return manifest_fail(manifest, "the number is too large", word);
    }
    if (value < least)
        return manifest_fail(manifest, "the number is too small", word);
    *number = (uint32_t)value;
    return true;
}

static bool take_quantity(struct manifest *manifest, struct manifest_words word,
                          uint32_t *number)
{
    if (manifest_is_word(word, "most")) {
        *number = MANIFEST_MOST;
        return true;
    }
    return take_number(manifest, word, 1, MANIFEST_MOST - 1, number);
}

/* Adds the name's bit to the mask; a name that is new gets one. */
static bool add_name(struct manifest *manifest, struct manifest_words word,
                     uint32_t *mask)
{
    char name[MANIFEST_NAME_BYTES];
    uint32_t i = 0;

    if (!take_name(manifest, word, name))
        return false;
    while (i < manifest->name_count && strcmp(manifest->names[i], name) != 0)
        i++;
    if (i == MANIFEST_NAMES_MAX)
        return manifest_fail(manifest, "more than 32 names", word);
    if (i == manifest->name_count)
        memcpy(manifest->names[manifest->name_count++], name, sizeof name);
    if (*mask & manifest_bit(i))
        return manifest_fail(manifest, "is there twice", word);
    *mask |= manifest_bit(i);
    return true;
}

static bool add_endpoint(struct manifest *manifest, struct manifest_words word,
                         uint32_t *mask)
{
    if (word.length >= MANIFEST_ENDPOINT_BYTES)
        return manifest_fail(manifest, "an endpoint's name has more than 9 characters",
                             word);
    for (size_t i = 0; i < COUNT(taken_names); i++) {
        if (manifest_is_word(word, taken_names[i]))
            return manifest_fail(manifest, "is the name of another handle", word);
    }
    return add_name(manifest, word, mask);
}

static bool add_lookup(struct manifest *manifest, struct manifest_words word,
                       uint32_t *mask)
{
    if (!manifest_is_word(word, "*"))
        return add_name(manifest, word, mask);
    *mask = MANIFEST_ALL;
    return true;
}

static bool add_request(struct manifest *manifest, struct manifest_words word,
                        uint32_t *mask)
{
    for (size_t i = 0; i < COUNT(requests); i++) {
        if (manifest_is_word(word, requests[i].word)) {
            *mask |= requests[i].bit;
            return true;
        }
    }
    return manifest_fail(manifest, "init has no such request", word);
}

/* Both are needed to speak of one machine: off is init's alone. */
static bool add_machine_right(struct manifest *manifest, struct manifest_words word,
                              uint32_t *mask)
{
    if (manifest_is_word(word, "device"))
        *mask |= RIGHT_DEVICE;
    else if (manifest_is_word(word, "log"))
        *mask |= RIGHT_LOG;
    else
        return manifest_fail(manifest, "not device or log", word);
    return true;
}

/* One argument of those keywords that take a list. */
static bool take_item(struct manifest *manifest, struct manifest_section *section,
                      enum keyword keyword, struct manifest_words word)
{
    switch (keyword) {
    case KEYWORD_SERVES:
        return add_endpoint(manifest, word, &section->serves);
    case KEYWORD_TIMED:
        return add_endpoint(manifest, word, &section->timed);
    case KEYWORD_USES:
        return add_endpoint(manifest, word, &section->uses);
    case KEYWORD_GIVES:
        return add_endpoint(manifest, word, &section->gives);
    case KEYWORD_MACHINE:
        return add_machine_right(manifest, word, &section->machine_rights);
    case KEYWORD_INIT:
        return add_request(manifest, word, &section->requests);
    case KEYWORD_REGISTER:
        return add_name(manifest, word, &section->registers);
    case KEYWORD_LOOKUP:
        return add_lookup(manifest, word, &section->looks_up);
    default:
        return true;
    }
}

/* The arguments of the others; there are as many as the table says. */
static bool take_value(struct manifest *manifest, struct manifest_section *section,
                       enum keyword keyword, struct manifest_words words)
{
    struct manifest_words first = words;
    struct manifest_words second = words;

    section->archive |= keyword == KEYWORD_ARCHIVE;
    section->log |= keyword == KEYWORD_LOG;
    manifest_next_word(&words, &first);
    manifest_next_word(&words, &second);
    switch (keyword) {
    case KEYWORD_PRIORITY:
        return take_number(manifest, first, 0, PRIORITIES - 1, &section->priority);
    case KEYWORD_PAGES:
        return take_quantity(manifest, first, &section->pages);
    case KEYWORD_SLOTS:
        return take_quantity(manifest, first, &section->slots);
    case KEYWORD_RESTART:
        section->restart = manifest_is_word(first, "always");
        return section->restart || manifest_is_word(first, "never") ||
               manifest_fail(manifest, "not always or never", first);
    case KEYWORD_PING:
        return take_number(manifest, first, 1, 3600000, &section->ping_ms) &&
               take_number(manifest, second, 1, 60000, &section->ping_within_ms);
    case KEYWORD_DEVICE:
        section->uart = manifest_is_word(first, "uart");
        return section->uart ||
               manifest_fail(manifest, "there is no such device", first);
    case KEYWORD_STATE:
        return take_number(manifest, first, 1, MANIFEST_STATE_PAGES_MAX,
                           &section->state_pages);
    case KEYWORD_CHILDREN:
        return take_name(manifest, first, section->children);
    default:
        return true;
    }
}

static bool take_line(struct manifest *manifest, struct manifest_section *section,
                      enum keyword keyword, struct manifest_words words)
{
    const uint32_t count = manifest_count_words(words);
    struct manifest_words word;

    if (!manifest_list_has(manifest_keywords[keyword].sections,
                           manifest_kinds[section->kind]))
        return manifest_fail_text(manifest, "does not belong into this section",
                                  manifest_keywords[keyword].word);
    if (manifest_keywords[keyword].often != MANY && (section->seen & 1U << keyword))
        return manifest_fail_text(manifest, "the section has this already",
                                  manifest_keywords[keyword].word);
    if (count < manifest_keywords[keyword].least ||
        count > manifest_keywords[keyword].most)
        return manifest_fail_text(manifest, "too few or too many arguments for",
                                  manifest_keywords[keyword].word);
    section->seen |= 1U << keyword;
    if (keyword == KEYWORD_PROGRAM)
        section->program = words;
    if (!take_value(manifest, section, keyword, words))
        return false;
    while (manifest_next_word(&words, &word)) {
        if (!take_item(manifest, section, keyword, word))
            return false;
    }
    return true;
}

static bool begin_section(struct manifest *manifest, enum manifest_kind kind,
                          struct manifest_words words, uint32_t line)
{
    struct manifest_section *section = &manifest->sections[manifest->section_count];
    struct manifest_words name;

    if (manifest_count_words(words) != 1)
        return manifest_fail_text(manifest, "a section has one name",
                                  manifest_kinds[kind]);
    manifest_next_word(&words, &name);
    if (manifest->section_count == MANIFEST_SECTIONS_MAX)
        return manifest_fail(manifest, "more than 24 sections", name);
    if (manifest_find(manifest, name.text, name.length) != NULL)
        return manifest_fail(manifest, "there is a section of this name", name);
    if (kind == MANIFEST_SHELL && manifest_first(manifest, kind) != NULL)
        return manifest_fail(manifest, "there is a shell already", name);
    section->kind = kind;
    section->line = line;
    manifest->section_count++;
    if (kind == MANIFEST_RUN && manifest_is_word(name, "*")) {
        section->name[0] = '*';
        return true;
    }
    return take_name(manifest, name, section->name);
}

static bool read_line(struct manifest *manifest, struct manifest_words words,
                      uint32_t line)
{
    struct manifest_words first;

    manifest->error_line = line;
    if (!manifest_next_word(&words, &first))
        return true;
    for (uint32_t kind = 0; kind < MANIFEST_KINDS; kind++) {
        if (manifest_is_word(first, manifest_kinds[kind]))
            return begin_section(manifest, kind, words, line);
    }
    for (uint32_t keyword = 0; keyword < KEYWORD_COUNT; keyword++) {
        if (!manifest_is_word(first, manifest_keywords[keyword].word))
            continue;
        if (manifest->section_count == 0)
            return manifest_fail(manifest, "no section has begun", first);
        return take_line(manifest, &manifest->sections[manifest->section_count - 1],
                         keyword, words);
    }
    return manifest_fail(manifest, "unknown word", first);
}

bool manifest_parse(const char *text, size_t length, struct manifest *manifest)
{
    memset(manifest, 0, sizeof *manifest);
    for (uint32_t line = 1; length > 0; line++) {
        const char *end = memchr(text, '\n', length);
        const size_t line_length = end != NULL ? (size_t)(end - text) : length;
        if (!read_line(manifest, (struct manifest_words){text, line_length}, line))
            return false;
        const size_t taken = line_length + (end != NULL);
        text += taken;
        length -= taken;
    }
    manifest->error_line = 1;
    if (manifest->section_count == 0)
        return manifest_fail_text(manifest, "the manifest is empty", "");
    return manifest_check(manifest);
}
