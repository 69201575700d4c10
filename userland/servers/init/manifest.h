/* SPDX-License-Identifier: MIT
 *
 * Reads the manifest: what init starts, with which handles, and who may do what.
 * docs/manifest.md describes the format. Pure: the result points into the text and
 * holds nothing of the machine's.
 *
 * A section's number, counted from 1, is the badge of its handles.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_SECTIONS_MAX 24
#define MANIFEST_NAMES_MAX 32  /* bits of a mask */
#define MANIFEST_NAME_BYTES 32 /* with its NUL */
#define MANIFEST_ENDPOINT_BYTES \
    10 /* with its NUL: NAME.child is a handle's name, too */
#define MANIFEST_STATE_PAGES_MAX 64
#define MANIFEST_MOST UINT32_MAX /* pages, slots: most of what is there */
#define MANIFEST_ALL UINT32_MAX  /* a mask of names */

enum manifest_kind {
#define SECTION(identifier, word, meaning) MANIFEST_##identifier,
#include "sections.def"
#undef SECTION
    MANIFEST_KINDS,
};

/* A row of words. */
struct manifest_words {
    const char *text;
    size_t length;
};

struct manifest_section {
    enum manifest_kind kind;
    uint32_t line;
    char name[MANIFEST_NAME_BYTES];
    uint32_t seen;                 /* one bit for each keyword */
    struct manifest_words program; /* of its line; length 0: none */
    uint32_t priority;
    uint32_t pages;
    uint32_t slots;
    bool restart;
    uint32_t ping_ms; /* 0: no ping */
    uint32_t ping_within_ms;
    uint32_t state_pages;
    bool uart;
    bool log;
    bool archive;
    uint32_t machine_rights; /* RIGHT_*; 0: no handle */
    uint32_t requests;       /* 1 << INIT_* */
    char children[MANIFEST_NAME_BYTES];
    uint32_t client; /* the section that `children` names, from 1; 0: none */

    /* Masks of manifest.names. */
    uint32_t serves;
    uint32_t uses; /* timed or not */
    uint32_t timed;
    uint32_t gives;
    uint32_t registers;
    uint32_t looks_up;
};

struct manifest {
    struct manifest_section sections[MANIFEST_SECTIONS_MAX];
    uint32_t section_count;
    char names[MANIFEST_NAMES_MAX][MANIFEST_NAME_BYTES];
    uint32_t name_count;

    /* What is wrong, if something is: manifest:LINE: ERROR: 'WORD' (if there is one).
     */
    uint32_t error_line;
    const char *error; /* NULL: nothing */
    char error_word[MANIFEST_NAME_BYTES];
};

/* Fills in everything. False: something is wrong. */
bool manifest_parse(const char *text, size_t length, struct manifest *manifest);

/* The section for a program that trapeze.run names, NULL if none is. */
const struct manifest_section *manifest_for_run(const struct manifest *manifest,
                                                const char *program);

/* The first section of this kind, NULL if there is none. */
const struct manifest_section *manifest_first(const struct manifest *manifest,
                                              enum manifest_kind kind);

/* Its badge: 1 for the first. */
uint32_t manifest_badge(const struct manifest *manifest,
                        const struct manifest_section *section);

/* The section of this name, NULL if there is none. */
const struct manifest_section *manifest_find(const struct manifest *manifest,
                                             const char *name, size_t length);

/* Takes the next word, up to white space or a comment, off the front. False: there is
 * none. */
bool manifest_next_word(struct manifest_words *words, struct manifest_words *word);

static inline uint32_t manifest_bit(uint32_t name) { return UINT32_C(1) << name; }
