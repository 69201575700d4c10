/* SPDX-License-Identifier: MIT
 *
 * userland/lib/elf.c: one good file, then one mistake at a time. The structures are the
 * C library's <elf.h>, so that a wrong offset in the loader's own would show. Files are
 * allocated to the byte, so ASan sees a read outside.
 */
#include "host_test.h"

#include "lib/elf.h"

#include <elf.h>

#include <stdlib.h>
#include <string.h>

#define HEADERS_MAX 40U
#define CONTENT_BYTES 64U
#define TEXT_BASE USER_IMAGE_BASE
#define RODATA_BASE (USER_IMAGE_BASE + PAGE_BYTES)
#define DATA_BASE (USER_IMAGE_BASE + 2 * PAGE_BYTES)

/* A file: header, program headers, and 64 bytes that the segments take their contents
 * from. */
struct sample {
    Elf64_Ehdr header;
    Elf64_Phdr segments[HEADERS_MAX];
    uint8_t content[CONTENT_BYTES];
};

#define CONTENT_OFFSET offsetof(struct sample, content)

static struct sample sample;
static struct elf_program program;

static Elf64_Phdr load(uint64_t vaddr, uint32_t flags, uint64_t file_bytes,
                       uint64_t memory_bytes)
{
    return (Elf64_Phdr){.p_type = PT_LOAD,
                        .p_flags = flags,
                        .p_offset = CONTENT_OFFSET,
                        .p_vaddr = vaddr,
                        .p_paddr = vaddr,
                        .p_filesz = file_bytes,
                        .p_memsz = memory_bytes,
                        .p_align = 1};
}

static void make_sample(void)
{
    memset(&sample, 0, sizeof sample);
    memcpy(sample.header.e_ident, ELFMAG, SELFMAG);
    sample.header.e_ident[EI_CLASS] = ELFCLASS64;
    sample.header.e_ident[EI_DATA] = ELFDATA2LSB;
    sample.header.e_ident[EI_VERSION] = EV_CURRENT;
    sample.header.e_type = ET_EXEC;
    sample.header.e_machine = EM_RISCV;
    sample.header.e_version = EV_CURRENT;
    sample.header.e_entry = TEXT_BASE + 4;
    sample.header.e_phoff = offsetof(struct sample, segments);
    sample.header.e_flags = EF_RISCV_RVC | EF_RISCV_FLOAT_ABI_DOUBLE;
    sample.header.e_ehsize = sizeof(Elf64_Ehdr);
    sample.header.e_phentsize = sizeof(Elf64_Phdr);
    sample.header.e_phnum = 4;
    sample.segments[0] = load(TEXT_BASE, PF_R | PF_X, 32, 32);
    sample.segments[1] = load(RODATA_BASE, PF_R, 64, 64);
    sample.segments[2] = load(DATA_BASE, PF_R | PF_W, 16, 3 * PAGE_BYTES + 1);
    sample.segments[3] = (Elf64_Phdr){.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W};
}

static enum elf_error parse_length(size_t length)
{
    uint8_t *file = malloc(length == 0 ? 1 : length);
    assert_non_null(file);
    memcpy(file, &sample, length);
    memset(&program, 0xa5, sizeof program); /* every field has to be written */
    const enum elf_error error = elf_parse(file, length, &program);
    free(file);
    return error;
}

static enum elf_error parse(void) { return parse_length(sizeof sample); }

/* Makes one field another, expects this error, and mends it. */
#define EXPECT(error, field, value)       \
    do {                                  \
        make_sample();                    \
        sample.field = (value);           \
        assert_int_equal(parse(), error); \
    } while (0)

static void a_good_file(void **state)
{
    (void)state;
    make_sample();
    assert_int_equal(parse(), ELF_OK);
    assert_int_equal(program.entry, TEXT_BASE + 4);
    assert_int_equal(program.segment_count, 3);
    assert_int_equal(program.stack_bytes, DEFAULT_STACK_BYTES);
    assert_int_equal(program.image_end, DATA_BASE + 4 * PAGE_BYTES);
    assert_int_equal(program.page_count, 6);

    const struct elf_segment *text = &program.segments[0];
    assert_int_equal(text->vaddr, TEXT_BASE);
    assert_int_equal(text->memory_bytes, 32);
    assert_int_equal(text->file_offset, CONTENT_OFFSET);
    assert_int_equal(text->file_bytes, 32);
    assert_true(text->readable && !text->writable && text->executable);
    const struct elf_segment *rodata = &program.segments[1];
    assert_true(rodata->readable && !rodata->writable && !rodata->executable);
    const struct elf_segment *data = &program.segments[2];
    assert_int_equal(data->vaddr, DATA_BASE);
    assert_int_equal(data->memory_bytes, 3 * PAGE_BYTES + 1);
    assert_int_equal(data->file_bytes, 16);
    assert_true(data->readable && data->writable && !data->executable);
}

static void files_need_no_alignment(void **state)
{
    (void)state;
    uint8_t *file = malloc(sizeof sample + 7);
    assert_non_null(file);
    make_sample();
    for (size_t shift = 0; shift < 8; shift++) {
        memcpy(file + shift, &sample, sizeof sample);
        assert_int_equal(elf_parse(file + shift, sizeof sample, &program), ELF_OK);
        assert_int_equal(program.entry, TEXT_BASE + 4);
        assert_int_equal(program.segment_count, 3);
        assert_int_equal(program.segments[2].vaddr, DATA_BASE);
        assert_int_equal(program.segments[2].memory_bytes, 3 * PAGE_BYTES + 1);
    }
    free(file);
}

static void truncated_files(void **state)
{
    (void)state;
    make_sample();
    const size_t table_end = offsetof(struct sample, segments) + 4 * sizeof(Elf64_Phdr);
    for (size_t length = 0; length < sizeof sample; length++) {
        const enum elf_error expected = length < sizeof(Elf64_Ehdr) ? ELF_TRUNCATED
                                        : length < table_end ? ELF_HEADERS_OUTSIDE
                                                             : ELF_SEGMENT_OUTSIDE_FILE;
        assert_int_equal(parse_length(length), expected);
    }
}

static void identity(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SELFMAG; i++)
        EXPECT(ELF_BAD_MAGIC, header.e_ident[i], 'x');
    EXPECT(ELF_NOT_64_BIT, header.e_ident[EI_CLASS], ELFCLASS32);
    EXPECT(ELF_NOT_64_BIT, header.e_ident[EI_CLASS], 0);
    EXPECT(ELF_NOT_LITTLE_ENDIAN, header.e_ident[EI_DATA], ELFDATA2MSB);
    EXPECT(ELF_BAD_VERSION, header.e_ident[EI_VERSION], 0);
    EXPECT(ELF_BAD_VERSION, header.e_version, 2);
    EXPECT(ELF_OK, header.e_ident[EI_OSABI],
           ELFOSABI_GNU); /* says nothing about loading */
    EXPECT(ELF_NOT_EXECUTABLE, header.e_type, ET_DYN);
    EXPECT(ELF_NOT_EXECUTABLE, header.e_type, ET_REL);
    EXPECT(ELF_NOT_EXECUTABLE, header.e_type, ET_CORE);
    EXPECT(ELF_NOT_RISCV, header.e_machine, EM_X86_64);
}

static void flags(void **state)
{
    (void)state;
    EXPECT(ELF_OK, header.e_flags, 0);
    EXPECT(ELF_OK, header.e_flags, EF_RISCV_FLOAT_ABI_DOUBLE);
    EXPECT(ELF_OK, header.e_flags, EF_RISCV_RVC);
    EXPECT(ELF_BAD_FLOAT_ABI, header.e_flags, EF_RISCV_FLOAT_ABI_SINGLE);
    EXPECT(ELF_BAD_FLOAT_ABI, header.e_flags, EF_RISCV_FLOAT_ABI_QUAD);
    EXPECT(ELF_RVE, header.e_flags, 0x8);
    EXPECT(ELF_UNKNOWN_FLAGS, header.e_flags, 0x10); /* RVTSO */
    EXPECT(ELF_UNKNOWN_FLAGS, header.e_flags, 0x80000000);
}

static void tables(void **state)
{
    (void)state;
    EXPECT(ELF_BAD_HEADER_BYTES, header.e_ehsize, 52);
    EXPECT(ELF_BAD_HEADER_BYTES, header.e_ehsize, 65);
    EXPECT(ELF_BAD_ENTRY_BYTES, header.e_phentsize, 32);
    EXPECT(ELF_BAD_ENTRY_BYTES, header.e_phentsize, 57);
    EXPECT(ELF_NO_HEADER, header.e_phnum, 0);
    EXPECT(ELF_OK, header.e_phnum, ELF_MAX_HEADERS);
    EXPECT(ELF_TOO_MANY_HEADERS, header.e_phnum, ELF_MAX_HEADERS + 1);
    EXPECT(ELF_TOO_MANY_HEADERS, header.e_phnum, PN_XNUM);
    EXPECT(ELF_HEADERS_OUTSIDE, header.e_phoff,
           sizeof sample - 4 * sizeof(Elf64_Phdr) + 1);
    EXPECT(ELF_NO_SEGMENT, header.e_phoff,
           sizeof sample - 4 * sizeof(Elf64_Phdr)); /* zeros */
    EXPECT(ELF_HEADERS_OUTSIDE, header.e_phoff, sizeof sample);
    EXPECT(ELF_HEADERS_OUTSIDE, header.e_phoff, sizeof sample + 1);
    EXPECT(ELF_HEADERS_OUTSIDE, header.e_phoff, UINT64_MAX);
    EXPECT(ELF_HEADERS_OUTSIDE, header.e_phoff,
           UINT64_MAX - 4 * sizeof(Elf64_Phdr) + 1);
}

static void other_headers(void **state)
{
    (void)state;
    EXPECT(ELF_INTERPRETER, segments[3].p_type, PT_INTERP);
    EXPECT(ELF_DYNAMIC, segments[3].p_type, PT_DYNAMIC);
    EXPECT(ELF_OK, segments[3].p_type, PT_NOTE);
    EXPECT(ELF_OK, segments[3].p_type, PT_TLS);
    EXPECT(ELF_OK, segments[3].p_type, 0x70000003); /* RISC-V attributes */
    EXPECT(ELF_OK, segments[3].p_type, PT_NULL);
}

static void sizes(void **state)
{
    (void)state;
    EXPECT(ELF_FILE_EXCEEDS_MEMORY, segments[0].p_filesz, 33);
    EXPECT(ELF_FILE_EXCEEDS_MEMORY, segments[0].p_filesz, UINT64_MAX);
    EXPECT(ELF_FILE_EXCEEDS_MEMORY, segments[0].p_memsz, 31);
    EXPECT(ELF_FILE_EXCEEDS_MEMORY, segments[0].p_memsz, 0);
    EXPECT(ELF_OK, segments[1].p_offset,
           CONTENT_OFFSET); /* up to the file's last byte */
    EXPECT(ELF_SEGMENT_OUTSIDE_FILE, segments[1].p_offset, CONTENT_OFFSET + 1);
    EXPECT(ELF_SEGMENT_OUTSIDE_FILE, segments[1].p_offset, UINT64_MAX);
    make_sample();
    sample.segments[2].p_filesz = 0; /* nothing comes from the file, at its very end */
    sample.segments[2].p_offset = sizeof sample;
    assert_int_equal(parse(), ELF_OK);
    sample.segments[2].p_offset = sizeof sample + 1;
    assert_int_equal(parse(), ELF_SEGMENT_OUTSIDE_FILE);
    EXPECT(ELF_SEGMENT_OUTSIDE_FILE, segments[1].p_offset, UINT64_MAX - 63);
}

static void addresses(void **state)
{
    (void)state;
    EXPECT(ELF_BAD_ADDRESS, segments[0].p_vaddr, TEXT_BASE - 1);
    EXPECT(ELF_BAD_ADDRESS, segments[0].p_vaddr, 0);
    EXPECT(ELF_BAD_ADDRESS, segments[2].p_vaddr, USER_TOP);
    EXPECT(ELF_BAD_ADDRESS, segments[2].p_vaddr, USER_TOP + 1);
    EXPECT(ELF_BAD_ADDRESS, segments[2].p_vaddr, UINT64_MAX);
    EXPECT(ELF_BAD_ADDRESS, segments[2].p_vaddr, 0xffffffc000000000);
    EXPECT(ELF_BAD_ADDRESS, segments[2].p_vaddr, USER_TOP - 3 * PAGE_BYTES);
    EXPECT(ELF_OK, segments[2].p_vaddr, USER_TOP - 3 * PAGE_BYTES - 1);
    assert_int_equal(program.image_end, USER_TOP);
    EXPECT(ELF_BAD_ADDRESS, segments[2].p_memsz, UINT64_MAX);
    EXPECT(ELF_BAD_ADDRESS, segments[2].p_memsz, UINT64_MAX - DATA_BASE + 1);
}

static void alignments(void **state)
{
    (void)state;
    EXPECT(ELF_OK, segments[1].p_align, 0);
    EXPECT(ELF_BAD_ALIGNMENT, segments[1].p_align, 3);
    EXPECT(ELF_BAD_ALIGNMENT, segments[1].p_align, UINT64_MAX);
    EXPECT(CONTENT_OFFSET % PAGE_BYTES == 0 ? ELF_OK : ELF_BAD_ALIGNMENT,
           segments[1].p_align, PAGE_BYTES);
    EXPECT(ELF_BAD_ALIGNMENT, segments[1].p_align, 1UL << 63);
    make_sample();
    sample.segments[1].p_vaddr = RODATA_BASE + CONTENT_OFFSET % PAGE_BYTES;
    sample.segments[1].p_align = PAGE_BYTES;
    assert_int_equal(parse(), ELF_OK);
}

static void permissions(void **state)
{
    (void)state;
    EXPECT(ELF_NO_ACCESS, segments[1].p_flags, 0);
    EXPECT(ELF_NO_ACCESS, segments[1].p_flags, 0xfffffff8);
    EXPECT(ELF_WRITABLE_CODE, segments[0].p_flags, PF_R | PF_W | PF_X);
    EXPECT(ELF_WRITABLE_CODE, segments[0].p_flags, PF_W | PF_X);
    EXPECT(ELF_OK, segments[2].p_flags, PF_W);
    assert_true(program.segments[2].readable && program.segments[2].writable);
    EXPECT(ELF_OK, segments[0].p_flags, PF_X);
    assert_false(program.segments[0].readable);
}

static void neighbours(void **state)
{
    (void)state;
    EXPECT(ELF_NOT_ASCENDING, segments[1].p_vaddr, DATA_BASE + 4 * PAGE_BYTES);
    EXPECT(ELF_OVERLAP, segments[1].p_vaddr, TEXT_BASE);
    EXPECT(ELF_OVERLAP, segments[1].p_vaddr, TEXT_BASE + 31);
    EXPECT(ELF_SHARED_PAGE, segments[1].p_vaddr, TEXT_BASE + 32);
    EXPECT(ELF_SHARED_PAGE, segments[1].p_vaddr, TEXT_BASE + PAGE_BYTES - 1);
    EXPECT(ELF_OK, segments[1].p_vaddr, TEXT_BASE + PAGE_BYTES);
    EXPECT(ELF_OK, segments[0].p_memsz, PAGE_BYTES);
    EXPECT(ELF_OVERLAP, segments[0].p_memsz, PAGE_BYTES + 1);
}

static void how_many_segments(void **state)
{
    (void)state;
    make_sample();
    for (unsigned i = 0; i <= ELF_MAX_SEGMENTS; i++)
        sample.segments[i] = load(TEXT_BASE + i * PAGE_BYTES, PF_R | PF_X, 4, 4);
    sample.header.e_phnum = ELF_MAX_SEGMENTS;
    sample.header.e_entry = TEXT_BASE + 7 * PAGE_BYTES + 2;
    assert_int_equal(parse(), ELF_OK);
    assert_int_equal(program.segment_count, ELF_MAX_SEGMENTS);
    assert_int_equal(program.image_end, TEXT_BASE + 8 * PAGE_BYTES);
    sample.header.e_phnum = ELF_MAX_SEGMENTS + 1;
    assert_int_equal(parse(), ELF_TOO_MANY_SEGMENTS);
    /* An empty one counts for nothing, wherever it claims to be. */
    sample.segments[3] = load(0, 0, 0, 0);
    assert_int_equal(parse(), ELF_OK);
    assert_int_equal(program.segment_count, ELF_MAX_SEGMENTS);

    make_sample();
    sample.segments[0].p_type = sample.segments[1].p_type = sample.segments[2].p_type =
        PT_NULL;
    assert_int_equal(parse(), ELF_NO_SEGMENT);
}

static void how_much_memory(void **state)
{
    (void)state;
    const uint64_t rest = ELF_MAX_MEMORY_BYTES - 2 * PAGE_BYTES;
    EXPECT(ELF_OK, segments[2].p_memsz, rest);
    assert_int_equal(program.page_count, ELF_MAX_MEMORY_BYTES / PAGE_BYTES);
    EXPECT(ELF_TOO_LARGE, segments[2].p_memsz, rest + 1);
    EXPECT(ELF_TOO_LARGE, segments[2].p_memsz, USER_TOP - DATA_BASE);
}

static void entries(void **state)
{
    (void)state;
    EXPECT(ELF_OK, header.e_entry, TEXT_BASE);
    EXPECT(ELF_OK, header.e_entry, TEXT_BASE + 30);
    EXPECT(ELF_BAD_ENTRY, header.e_entry, TEXT_BASE + 32);
    EXPECT(ELF_BAD_ENTRY, header.e_entry, TEXT_BASE - 2);
    EXPECT(ELF_BAD_ENTRY, header.e_entry, TEXT_BASE + 5); /* no instruction is there */
    EXPECT(ELF_BAD_ENTRY, header.e_entry, RODATA_BASE);
    EXPECT(ELF_BAD_ENTRY, header.e_entry, 0);
    EXPECT(ELF_BAD_ENTRY, header.e_entry, UINT64_MAX - 1);
}

static void stacks(void **state)
{
    (void)state;
    EXPECT(ELF_OK, segments[3].p_memsz, 1);
    assert_int_equal(program.stack_bytes, PAGE_BYTES);
    EXPECT(ELF_OK, segments[3].p_memsz, PAGE_BYTES + 1);
    assert_int_equal(program.stack_bytes, 2 * PAGE_BYTES);
    EXPECT(ELF_OK, segments[3].p_memsz, MAX_STACK_BYTES);
    assert_int_equal(program.stack_bytes, MAX_STACK_BYTES);
    EXPECT(ELF_STACK_TOO_LARGE, segments[3].p_memsz, MAX_STACK_BYTES + 1);
    EXPECT(ELF_STACK_TOO_LARGE, segments[3].p_memsz, UINT64_MAX);
    EXPECT(ELF_OK, segments[3].p_type, PT_NULL);
    assert_int_equal(program.stack_bytes, DEFAULT_STACK_BYTES);
}

static void every_error_has_a_text(void **state)
{
    (void)state;
    static const enum elf_error errors[] = {
        ELF_OK,
#define ELF_ERROR(code, name, text) name,
#include <elf_errors.def>
#undef ELF_ERROR
    };
    for (size_t i = 0; i < ARRAY_LENGTH(errors); i++) {
        assert_int_equal(errors[i], i); /* no code is missing */
        for (size_t other = 0; other < i; other++)
            assert_string_not_equal(elf_error_text(errors[i]),
                                    elf_error_text(errors[other]));
    }
    assert_string_equal(elf_error_text((enum elf_error)ARRAY_LENGTH(errors)),
                        "unknown error");
    assert_string_equal(elf_error_text((enum elf_error)1000), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_file),
        cmocka_unit_test(files_need_no_alignment),
        cmocka_unit_test(truncated_files),
        cmocka_unit_test(identity),
        cmocka_unit_test(flags),
        cmocka_unit_test(tables),
        cmocka_unit_test(other_headers),
        cmocka_unit_test(sizes),
        cmocka_unit_test(addresses),
        cmocka_unit_test(alignments),
        cmocka_unit_test(permissions),
        cmocka_unit_test(neighbours),
        cmocka_unit_test(how_many_segments),
        cmocka_unit_test(how_much_memory),
        cmocka_unit_test(entries),
        cmocka_unit_test(stacks),
        cmocka_unit_test(every_error_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
