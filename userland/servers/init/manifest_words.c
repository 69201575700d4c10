/* SPDX-License-Identifier: MIT
 *
 * Words, and what is found by them.
 */
#include "manifest_words.h"

#include <string.h>

const struct manifest_keyword manifest_keywords[] = {
#define KEYWORD(identifier, word, sections, often, least, most, arguments, meaning) \
    {word, sections, often, least, most},
#include "keywords.def"
#undef KEYWORD
};

const char *const manifest_kinds[] = {
#define SECTION(identifier, word, meaning) word,
#include "sections.def"
#undef SECTION
};

bool manifest_fail(struct manifest *manifest, const char *error,
                   struct manifest_words word)
{
    if (manifest->error != NULL)
        return false;
    if (word.length >= MANIFEST_NAME_BYTES)
        word.length = MANIFEST_NAME_BYTES - 1;
    manifest->error = error;
    for (size_t i = 0; i < word.length; i++) {
        const char c = word.text[i];
        manifest->error_word[i] = c >= ' ' && c <= '~' ? c : '?';
    }
    return false;
}

bool manifest_fail_text(struct manifest *manifest, const char *error, const char *word)
{
    return manifest_fail(manifest, error, (struct manifest_words){word, strlen(word)});
}

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool manifest_is_word(struct manifest_words word, const char *text)
{
    return word.length == strlen(text) && memcmp(word.text, text, word.length) == 0;
}

bool manifest_next_word(struct manifest_words *words, struct manifest_words *word)
{
    while (words->length > 0 && is_space(*words->text)) {
        words->text++;
        words->length--;
    }
    if (words->length == 0 || *words->text == '#')
        return false;
    *word = (struct manifest_words){words->text, 0};
    while (word->length < words->length && !is_space(word->text[word->length]))
        word->length++;
    words->text += word->length;
    words->length -= word->length;
    return true;
}

uint32_t manifest_count_words(struct manifest_words words)
{
    struct manifest_words word;
    uint32_t count = 0;

    while (manifest_next_word(&words, &word))
        count++;
    return count;
}

bool manifest_list_has(const char *list, const char *word)
{
    struct manifest_words rest = {list, strlen(list)};
    struct manifest_words item;

    while (manifest_next_word(&rest, &item)) {
        if (manifest_is_word(item, word))
            return true;
    }
    return false;
}

const struct manifest_section *manifest_find(const struct manifest *manifest,
                                             const char *name, size_t length)
{
    for (uint32_t i = 0; i < manifest->section_count; i++) {
        if (manifest_is_word((struct manifest_words){name, length},
                             manifest->sections[i].name))
            return &manifest->sections[i];
    }
    return NULL;
}

const struct manifest_section *manifest_first(const struct manifest *manifest,
                                              enum manifest_kind kind)
{
    for (uint32_t i = 0; i < manifest->section_count; i++) {
        if (manifest->sections[i].kind == kind)
            return &manifest->sections[i];
    }
    return NULL;
}

const struct manifest_section *manifest_for_run(const struct manifest *manifest,
                                                const char *program)
{
    const struct manifest_section *any = NULL;

    for (uint32_t i = 0; i < manifest->section_count; i++) {
        const struct manifest_section *section = &manifest->sections[i];
        if (section->kind != MANIFEST_RUN)
            continue;
        if (strcmp(section->name, program) == 0)
            return section;
        if (strcmp(section->name, "*") == 0)
            any = section;
    }
    return any;
}

uint32_t manifest_badge(const struct manifest *manifest,
                        const struct manifest_section *section)
{
    return (uint32_t)(section - manifest->sections) + 1;
}
