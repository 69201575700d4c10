/* SPDX-License-Identifier: MIT
 *
 * userland/lib/image.c: which pages come from where, for programs as they are built and
 * for odd ones.
 */
#include "host_test.h"

#include "lib/image.h"

#define FILE_OFFSET (16 * PAGE_BYTES)
#define TEXT USER_IMAGE_BASE
#define STACK_BYTES DEFAULT_STACK_BYTES
#define STACK_PAGES (STACK_BYTES / PAGE_BYTES)
#define READ_EXECUTE (RIGHT_READ | RIGHT_EXECUTE)
#define READ_WRITE (RIGHT_READ | RIGHT_WRITE)

static struct image image;

/* As program.ld lays it out: text, rodata, and data with .bss behind it. */
static struct elf_program usual_program(void)
{
    return (struct elf_program){.entry = TEXT,
                                .stack_bytes = STACK_BYTES,
                                .segment_count = 3,
                                .segments = {{.vaddr = TEXT,
                                              .memory_bytes = 2 * PAGE_BYTES + 1,
                                              .file_bytes = 2 * PAGE_BYTES + 1,
                                              .file_offset = PAGE_BYTES,
                                              .readable = true,
                                              .executable = true},
                                             {.vaddr = TEXT + 3 * PAGE_BYTES,
                                              .memory_bytes = 100,
                                              .file_bytes = 100,
                                              .file_offset = 4 * PAGE_BYTES,
                                              .readable = true},
                                             {.vaddr = TEXT + 4 * PAGE_BYTES,
                                              .memory_bytes = 3 * PAGE_BYTES,
                                              .file_bytes = PAGE_BYTES + 1,
                                              .file_offset = 5 * PAGE_BYTES,
                                              .readable = true,
                                              .writable = true}}};
}

static void expect_part(const struct image_part *part, uintptr_t address, size_t pages,
                        uint64_t rights)
{
    assert_int_equal(part->address, address);
    assert_int_equal(part->page_count, pages);
    assert_int_equal(part->rights, rights);
}

static void a_usual_program(void **state)
{
    (void)state;
    const struct elf_program program = usual_program();

    image_plan(&program, FILE_OFFSET, READ_EXECUTE, &image);
    expect_part(&image.stack, USER_STACK_TOP - PAGE_BYTES - STACK_BYTES,
                STACK_PAGES + 1, READ_WRITE);
    assert_false(image.stack.in_archive);
    assert_int_equal(image.stack.first_page, 0);
    assert_int_equal(image.startup_page, STACK_PAGES);

    expect_part(&image.segments[0], TEXT, 3, READ_EXECUTE);
    assert_true(image.segments[0].in_archive);
    assert_int_equal(image.segments[0].first_page, 17);
    expect_part(&image.segments[1], TEXT + 3 * PAGE_BYTES, 1, RIGHT_READ);
    assert_true(image.segments[1].in_archive);
    assert_int_equal(image.segments[1].first_page, 20);
    expect_part(&image.segments[2], TEXT + 4 * PAGE_BYTES, 3, READ_WRITE);
    assert_false(image.segments[2].in_archive);
    assert_int_equal(image.segments[2].first_page, STACK_PAGES + 1);

    assert_int_equal(image.memory_pages, STACK_PAGES + 1 + 3);
    assert_int_equal(image.window_pages, 1 + 2); /* not the last page of .bss */
    assert_int_equal(image_window_offset(&image, &program, 2), PAGE_BYTES);
    assert_int_equal(image.mapping_count, 4);
    assert_int_equal(image.table_pages, 2); /* all of it lies in the lowest 2 MiB */
}

static void what_is_copied(void **state)
{
    (void)state;
    const struct elf_program program = usual_program();

    /* A handle that lacks a right. */
    image_plan(&program, FILE_OFFSET, RIGHT_READ, &image);
    assert_false(image.segments[0].in_archive);
    assert_true(image.segments[1].in_archive);
    assert_int_equal(image.memory_pages, STACK_PAGES + 1 + 3 + 3);
    assert_int_equal(image.segments[2].first_page, STACK_PAGES + 1 + 3);
    assert_int_equal(image.window_pages, 1 + 3 + 2);

    /* Another archive's alignment. */
    image_plan(&program, FILE_OFFSET + 4, READ_EXECUTE, &image);
    assert_false(image.segments[0].in_archive);
    assert_false(image.segments[1].in_archive);
    assert_int_equal(image.memory_pages, STACK_PAGES + 1 + 3 + 1 + 3);
    assert_int_equal(image_window_offset(&image, &program, 1), 4 * PAGE_BYTES);

    /* Zeros behind what the file has. */
    struct elf_program zeros = program;
    zeros.segments[1].memory_bytes++;
    image_plan(&zeros, FILE_OFFSET, READ_EXECUTE, &image);
    assert_true(image.segments[0].in_archive);
    assert_false(image.segments[1].in_archive);
}

static void addresses_inside_pages(void **state)
{
    (void)state;
    struct elf_program program = usual_program();
    program.segments[0].vaddr = TEXT + 8;
    program.segments[0].file_offset = PAGE_BYTES + 8;
    program.segments[0].file_bytes = PAGE_BYTES - 7;
    program.segments[0].memory_bytes = PAGE_BYTES - 7;

    image_plan(&program, FILE_OFFSET, READ_EXECUTE, &image);
    assert_true(image.segments[0].in_archive);
    assert_int_equal(image.segments[0].first_page, 17);
    expect_part(&image.segments[0], TEXT, 2, READ_EXECUTE);

    image_plan(&program, FILE_OFFSET, 0, &image);
    assert_int_equal(image_window_offset(&image, &program, 0), PAGE_BYTES + 8);
    assert_int_equal(image.segments[1].first_page, STACK_PAGES + 1 + 2);
}

static void nothing_from_the_file(void **state)
{
    (void)state;
    struct elf_program program = usual_program();
    program.segments[2].file_bytes = 0;

    image_plan(&program, FILE_OFFSET, READ_EXECUTE, &image);
    assert_int_equal(image.window_pages, 1); /* the startup block alone */
    assert_int_equal(image.memory_pages, STACK_PAGES + 1 + 3);
}

static void tables_and_mappings(void **state)
{
    (void)state;
    struct elf_program program = usual_program();

    program.segments[2].memory_bytes = 1024 * PAGE_BYTES; /* up to the third 2 MiB */
    image_plan(&program, FILE_OFFSET, READ_EXECUTE, &image);
    assert_int_equal(image.table_pages, 3 + 1);
    assert_int_equal(image.mapping_count, 3 + 1024 / MAP_PAGES_MAX);

    program.segments[2].memory_bytes++;
    image_plan(&program, FILE_OFFSET, READ_EXECUTE, &image);
    assert_int_equal(image.mapping_count, 3 + 1024 / MAP_PAGES_MAX + 1);

    program.segments[2].memory_bytes = 1;
    program.segments[2].vaddr = 5UL << 30; /* a region of its own of 1 GiB */
    image_plan(&program, FILE_OFFSET, READ_EXECUTE, &image);
    assert_int_equal(image.table_pages, 2 + 2);

    program.segments[1].vaddr =
        (2UL << 20) - PAGE_BYTES; /* the end of the first 2 MiB */
    program.segments[2].vaddr = 2UL << 20;
    image_plan(&program, FILE_OFFSET, READ_EXECUTE, &image);
    assert_int_equal(image.table_pages, 2 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_usual_program),
        cmocka_unit_test(what_is_copied),
        cmocka_unit_test(addresses_inside_pages),
        cmocka_unit_test(nothing_from_the_file),
        cmocka_unit_test(tables_and_mappings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
