/* SPDX-License-Identifier: MIT
 *
 * Every field that the loader uses is checked here, and every one that could make
 * another loader read the file differently.
 */
#include "elf.h"

#include <assert.h>
#include <string.h>

/* What is accepted (gABI 4; RISC-V psABI 1.0, 8). */
#define CLASS_64 2
#define DATA_LITTLE_ENDIAN 1
#define VERSION_CURRENT 1
#define TYPE_EXECUTABLE 2
#define MACHINE_RISCV 243
#define FLAG_RVC 0x1U
#define FLAG_FLOAT_DOUBLE 0x4U
#define FLAGS_FLOAT_ABI 0x6U
#define FLAG_RVE 0x8U

#define SEGMENT_LOAD 1U
#define SEGMENT_DYNAMIC 2U
#define SEGMENT_INTERPRETER 3U
#define SEGMENT_STACK 0x6474e551U
#define PERMISSION_EXECUTE 1U
#define PERMISSION_WRITE 2U
#define PERMISSION_READ 4U

struct file_header {
    uint8_t magic[4], class, data, ident_version, ident_rest[9];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_headers, section_headers;
    uint32_t flags;
    uint16_t header_bytes, program_header_bytes, program_header_count;
    uint16_t section_header_bytes, section_header_count, section_names;
};

struct program_header {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, file_bytes, memory_bytes, alignment;
};

static_assert(sizeof(struct file_header) == 64, "Elf64_Ehdr");
static_assert(sizeof(struct program_header) == 56, "Elf64_Phdr");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "fields are read as they stand");

static uint64_t page_up(uint64_t value)
{
    return (value + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

static enum elf_error check_identity(const struct file_header *header)
{
    const uint32_t float_abi = header->flags & FLAGS_FLOAT_ABI;
    const uint32_t unknown_flags = header->flags & ~(FLAG_RVC | FLAGS_FLOAT_ABI);

    return memcmp(header->magic, "\177ELF", 4) != 0           ? ELF_BAD_MAGIC
           : header->class != CLASS_64                        ? ELF_NOT_64_BIT
           : header->data != DATA_LITTLE_ENDIAN               ? ELF_NOT_LITTLE_ENDIAN
           : header->ident_version != VERSION_CURRENT         ? ELF_BAD_VERSION
           : header->version != VERSION_CURRENT               ? ELF_BAD_VERSION
           : header->type != TYPE_EXECUTABLE                  ? ELF_NOT_EXECUTABLE
           : header->machine != MACHINE_RISCV                 ? ELF_NOT_RISCV
           : (header->flags & FLAG_RVE) != 0                  ? ELF_RVE
           : float_abi != 0 && float_abi != FLAG_FLOAT_DOUBLE ? ELF_BAD_FLOAT_ABI
           : unknown_flags != 0                               ? ELF_UNKNOWN_FLAGS
                                                              : ELF_OK;
}

static enum elf_error check_table(const struct file_header *header, size_t length)
{
    const size_t entry_bytes = sizeof(struct program_header);
    const size_t bytes = header->program_header_count * entry_bytes;

    return header->header_bytes != sizeof(struct file_header) ? ELF_BAD_HEADER_BYTES
           : header->program_header_count == 0                ? ELF_NO_HEADER
           : header->program_header_count > ELF_MAX_HEADERS   ? ELF_TOO_MANY_HEADERS
           : header->program_header_bytes != entry_bytes      ? ELF_BAD_ENTRY_BYTES
           : header->program_headers > length                 ? ELF_HEADERS_OUTSIDE
           : bytes > length - header->program_headers         ? ELF_HEADERS_OUTSIDE
                                                              : ELF_OK;
}

static enum elf_error check_segment(const struct program_header *header, size_t length)
{
    const bool readable = (header->flags & PERMISSION_READ) != 0;
    const bool writable = (header->flags & PERMISSION_WRITE) != 0;
    const bool executable = (header->flags & PERMISSION_EXECUTE) != 0;
    const uint64_t align = header->alignment > 1 ? header->alignment : 1;

    return header->file_bytes > header->memory_bytes         ? ELF_FILE_EXCEEDS_MEMORY
           : header->offset > length                         ? ELF_SEGMENT_OUTSIDE_FILE
           : header->file_bytes > length - header->offset    ? ELF_SEGMENT_OUTSIDE_FILE
           : header->vaddr < USER_IMAGE_BASE                 ? ELF_BAD_ADDRESS
           : header->vaddr > USER_TOP                        ? ELF_BAD_ADDRESS
           : header->memory_bytes > USER_TOP - header->vaddr ? ELF_BAD_ADDRESS
           : (align & (align - 1)) != 0                      ? ELF_BAD_ALIGNMENT
           : (header->vaddr - header->offset) % align != 0   ? ELF_BAD_ALIGNMENT
           : !readable && !writable && !executable           ? ELF_NO_ACCESS
           : writable && executable                          ? ELF_WRITABLE_CODE
                                                             : ELF_OK;
}

/* Adds a segment behind those that are there; image_end is the end of the last one's
 * pages. */
static enum elf_error add_segment(struct elf_program *program,
                                  const struct program_header *header)
{
    const size_t count = program->segment_count;
    const struct elf_segment *last = &program->segments[count == 0 ? 0 : count - 1];
    const uint64_t pages_end = page_up(header->vaddr + header->memory_bytes);
    const bool writable = (header->flags & PERMISSION_WRITE) != 0;

    if (count == ELF_MAX_SEGMENTS)
        return ELF_TOO_MANY_SEGMENTS;
    if (count > 0 && header->vaddr < program->image_end)
        return header->vaddr < last->vaddr                        ? ELF_NOT_ASCENDING
               : header->vaddr < last->vaddr + last->memory_bytes ? ELF_OVERLAP
                                                                  : ELF_SHARED_PAGE;
    program->page_count += pages_end / PAGE_BYTES - header->vaddr / PAGE_BYTES;
    program->image_end = pages_end;
    program->segments[program->segment_count++] = (struct elf_segment){
        .vaddr = header->vaddr,
        .memory_bytes = header->memory_bytes,
        .file_offset = header->offset,
        .file_bytes = header->file_bytes,
        .readable = writable || (header->flags & PERMISSION_READ) != 0,
        .writable = writable,
        .executable = (header->flags & PERMISSION_EXECUTE) != 0,
    };
    return program->page_count > ELF_MAX_MEMORY_BYTES / PAGE_BYTES ? ELF_TOO_LARGE
                                                                   : ELF_OK;
}

static enum elf_error take_header(struct elf_program *program,
                                  const struct program_header *header, size_t length)
{
    const bool is_empty = header->memory_bytes == 0 && header->file_bytes == 0;

    if (header->type == SEGMENT_DYNAMIC)
        return ELF_DYNAMIC;
    if (header->type == SEGMENT_INTERPRETER)
        return ELF_INTERPRETER;
    if (header->type == SEGMENT_STACK && header->memory_bytes > MAX_STACK_BYTES)
        return ELF_STACK_TOO_LARGE;
    if (header->type == SEGMENT_STACK && header->memory_bytes != 0)
        program->stack_bytes = page_up(header->memory_bytes);
    if (header->type != SEGMENT_LOAD || is_empty)
        return ELF_OK;
    const enum elf_error error = check_segment(header, length);
    return error == ELF_OK ? add_segment(program, header) : error;
}

static bool is_code(const struct elf_program *program, uint64_t address)
{
    for (size_t i = 0; i < program->segment_count; i++) {
        const struct elf_segment *segment = &program->segments[i];
        if (segment->executable && address - segment->vaddr < segment->memory_bytes)
            return address % 2 == 0;
    }
    return false;
}

enum elf_error elf_parse(const void *file, size_t length, struct elf_program *program)
{
    struct file_header header;
    struct program_header segment;

    memset(program, 0, sizeof *program);
    if (length < sizeof header)
        return ELF_TRUNCATED;
    memcpy(&header, file, sizeof header);
    enum elf_error error = check_identity(&header);
    if (error == ELF_OK)
        error = check_table(&header, length);
    program->entry = header.entry;
    program->stack_bytes = DEFAULT_STACK_BYTES;
    for (size_t i = 0; error == ELF_OK && i < header.program_header_count; i++) {
        memcpy(&segment,
               (const uint8_t *)file + header.program_headers + i * sizeof segment,
               sizeof segment);
        error = take_header(program, &segment, length);
    }
    if (error == ELF_OK && program->segment_count == 0)
        error = ELF_NO_SEGMENT;
    if (error == ELF_OK && !is_code(program, program->entry))
        error = ELF_BAD_ENTRY;
    return error;
}

const char *elf_error_text(enum elf_error error)
{
    static const char *const texts[] = {
        [ELF_OK] = "no error",
#define ELF_ERROR(code, name, meaning) [name] = meaning,
#include <elf_errors.def>
#undef ELF_ERROR
    };
    return error < sizeof texts / sizeof texts[0] ? texts[error] : "unknown error";
}
