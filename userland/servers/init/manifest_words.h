/* SPDX-License-Identifier: MIT
 *
 * What the files that read a manifest share: words, the lists of them, errors.
 */
#pragma once

#include "manifest.h"

enum often { MANY, ONCE, NEEDED };

enum keyword {
#define KEYWORD(identifier, word, sections, often, least, most, arguments, meaning) \
    KEYWORD_##identifier,
#include "keywords.def"
#undef KEYWORD
    KEYWORD_COUNT,
};

struct manifest_keyword {
    const char *word;
    const char *sections; /* that may have it, parted by spaces */
    enum often often;
    uint32_t least; /* arguments */
    uint32_t most;
};

extern const struct manifest_keyword manifest_keywords[KEYWORD_COUNT];
extern const char *const manifest_kinds[]; /* by enum manifest_kind */

/* Notes an error with the word, unless there is one. Returns false, for its caller to
 * return. */
bool manifest_fail(struct manifest *manifest, const char *error,
                   struct manifest_words word);
bool manifest_fail_text(struct manifest *manifest, const char *error, const char *word);

bool manifest_is_word(struct manifest_words word, const char *text);
uint32_t manifest_count_words(struct manifest_words words);

/* Whether a list of words, parted by spaces, has this one. */
bool manifest_list_has(const char *list, const char *word);

/* What needs the whole file. */
bool manifest_check(struct manifest *manifest);
