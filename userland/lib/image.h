/* SPDX-License-Identifier: MIT
 *
 * Where a program's pages come from. Read-only segments whose file pages lie in the
 * boot archive as they are to lie in memory are mapped from there; for all others, and
 * for the stack, a child gets one memory object of its own:
 *
 *   page 0                  the stack, from its lowest page
 *   startup_page            the startup block, above it
 *   startup_page + 1        the segments, one after the other
 *
 * The pages from startup_page to the last that has something from the file are the
 * window through which the loader fills them; the rest is zero already.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "elf.h"

struct image_part {
    uintptr_t address; /* page-aligned, in the child */
    size_t page_count;
    size_t first_page; /* of the archive, or of the child's memory object */
    uint64_t rights;   /* RIGHT_READ, RIGHT_WRITE, RIGHT_EXECUTE */
    bool in_archive;
};

struct image {
    struct image_part stack;
    struct image_part segments[ELF_MAX_SEGMENTS]; /* as in the struct elf_program */
    size_t segment_count;
    size_t memory_pages; /* of the memory object */
    size_t startup_page;
    size_t window_pages; /* from startup_page on */
    size_t table_pages;  /* that the mappings take of the child */
    size_t mapping_count;
};

/* Plans the image of a program whose file begins at `file_offset` of the archive, whose
 * handle has these rights. */
void image_plan(const struct elf_program *program, size_t file_offset,
                uint64_t archive_rights, struct image *image);

/* Where a segment's first byte is, counted from the window's. */
size_t image_window_offset(const struct image *image, const struct elf_program *program,
                           size_t segment);
