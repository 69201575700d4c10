/* SPDX-License-Identifier: MIT
 *
 * Checks an ELF file (System V gABI, RISC-V ELF psABI 1.0) and says what to load. Every
 * byte is taken as hostile. Accepted are static, non-PIE rv64 executables whose
 * segments lie between USER_IMAGE_BASE and USER_TOP, share no page, and are not both
 * writable and executable.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <trapeze/program.h>

#define ELF_MAX_SEGMENTS 8
#define ELF_MAX_HEADERS 32
#define ELF_MAX_MEMORY_BYTES (256UL << 20)

/* Not empty. The first file_bytes come from the file, the rest up to memory_bytes is
 * zero. */
struct elf_segment {
    uint64_t vaddr; /* need not be page-aligned; no other segment is in its pages */
    uint64_t memory_bytes;
    uint64_t file_offset;
    uint64_t file_bytes;
    bool readable; /* true where writable is: the page tables know no write-only page */
    bool writable;
    bool executable;
};

struct elf_program {
    uint64_t entry;       /* in an executable segment, 2-byte aligned */
    uint64_t image_end;   /* page-aligned: the first address after all segments */
    uint64_t stack_bytes; /* page-aligned, at most MAX_STACK_BYTES */
    uint64_t page_count;  /* that the segments take, together */
    size_t segment_count; /* 1 to ELF_MAX_SEGMENTS */
    struct elf_segment segments[ELF_MAX_SEGMENTS]; /* in ascending order of address */
};

/* Checks everything before anything is loaded. The file need not be aligned. The
 * program is meaningful only if the result is ELF_OK. */
enum elf_error elf_parse(const void *file, size_t length, struct elf_program *program);

/* What is wrong with the file, from elf_errors.def. */
const char *elf_error_text(enum elf_error error);
