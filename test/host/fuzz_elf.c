/* SPDX-License-Identifier: MIT
 *
 * An ELF file of any bytes: what the loader may rely on when the parser finds no error.
 */
#include "fuzz.h"

#include "lib/elf.h"

static uint64_t page_down(uint64_t address)
{
    return address / PAGE_BYTES * PAGE_BYTES;
}

static uint64_t page_up(uint64_t address)
{
    return page_down(address + PAGE_BYTES - 1);
}

static void check_program(const struct elf_program *program, size_t size)
{
    uint64_t free_from = USER_IMAGE_BASE;
    uint64_t page_count = 0;
    bool entry_is_code = false;

    CHECK(program->segment_count >= 1 && program->segment_count <= ELF_MAX_SEGMENTS);
    for (size_t i = 0; i < program->segment_count; i++) {
        const struct elf_segment *segment = &program->segments[i];
        CHECK(segment->memory_bytes != 0);
        CHECK(segment->file_bytes <= segment->memory_bytes);
        CHECK(segment->file_offset <= size &&
              segment->file_bytes <= size - segment->file_offset);
        CHECK(page_down(segment->vaddr) >=
              free_from); /* ascending, and no page is shared */
        CHECK(segment->vaddr < USER_TOP &&
              segment->memory_bytes <= USER_TOP - segment->vaddr);
        CHECK(segment->readable || segment->executable);
        CHECK(!segment->writable || (segment->readable && !segment->executable));
        free_from = page_up(segment->vaddr + segment->memory_bytes);
        page_count += (free_from - page_down(segment->vaddr)) / PAGE_BYTES;
        entry_is_code |= segment->executable && program->entry >= segment->vaddr &&
                         program->entry < segment->vaddr + segment->memory_bytes;
    }
    CHECK(program->image_end == free_from && free_from <= USER_TOP);
    CHECK(program->page_count == page_count);
    CHECK(page_count <= ELF_MAX_MEMORY_BYTES / PAGE_BYTES);
    CHECK(entry_is_code && program->entry % 2 == 0);
    CHECK(program->stack_bytes != 0 && program->stack_bytes <= MAX_STACK_BYTES);
    CHECK(program->stack_bytes % PAGE_BYTES == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct elf_program program;
    const enum elf_error error = elf_parse(data, size, &program);

    CHECK(elf_error_text(error) != NULL);
    if (error == ELF_OK)
        check_program(&program, size);
    return 0;
}
