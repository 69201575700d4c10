/* SPDX-License-Identifier: MIT
 *
 * Arithmetic only; spawn.c does what is planned here.
 */
#include "image.h"

#include <trapeze/program.h>

#include "pages.h"

/* What one page of a level-0 and of a level-1 table reaches (Privileged 1.12, 4.4). */
#define TABLE_BYTES (512 * PAGE_BYTES)
#define DIRECTORY_BYTES (512 * TABLE_BYTES)

static size_t page_of(uint64_t bytes) { return bytes / PAGE_BYTES; }

static size_t pages_up(uint64_t bytes) { return (bytes + PAGE_BYTES - 1) / PAGE_BYTES; }

static uint64_t rights_of(const struct elf_segment *segment)
{
    return RIGHT_READ | (segment->writable ? RIGHT_WRITE : 0) |
           (segment->executable ? RIGHT_EXECUTE : 0);
}

/* A page in the archive may hold more than the segment's bytes, but never less. */
static bool can_share(const struct elf_segment *segment, size_t data_offset,
                      uint64_t archive_rights)
{
    return !segment->writable && segment->file_bytes == segment->memory_bytes &&
           (data_offset - segment->vaddr) % PAGE_BYTES == 0 &&
           (rights_of(segment) & ~archive_rights) == 0;
}

/* How many regions of `bytes` the part begins: those that the one below it, which ends
 * at `below`, has not reached. */
static size_t new_regions(const struct image_part *part, uintptr_t below,
                          uint64_t bytes)
{
    const uint64_t first = part->address / bytes;
    const uint64_t last = (part->address + part->page_count * PAGE_BYTES - 1) / bytes;
    const bool is_shared = below != 0 && (below - 1) / bytes == first;

    return last - first + 1 - (is_shared ? 1 : 0);
}

static void count_part(struct image *image, const struct image_part *part,
                       uintptr_t below)
{
    image->table_pages += new_regions(part, below, TABLE_BYTES) +
                          new_regions(part, below, DIRECTORY_BYTES);
    image->mapping_count += pages_pieces(part->page_count);
}

static struct image_part plan_segment(struct image *image,
                                      const struct elf_segment *segment,
                                      size_t file_offset, uint64_t archive_rights)
{
    const size_t data_offset = file_offset + segment->file_offset;
    const size_t skew = segment->vaddr % PAGE_BYTES;
    struct image_part part = {
        .address = segment->vaddr - skew,
        .page_count = pages_up(skew + segment->memory_bytes),
        .rights = rights_of(segment),
        .in_archive = can_share(segment, data_offset, archive_rights),
    };

    if (part.in_archive) {
        part.first_page = page_of(data_offset);
        return part;
    }
    part.first_page = image->memory_pages;
    image->memory_pages += part.page_count;
    if (segment->file_bytes > 0)
        image->window_pages = part.first_page + pages_up(skew + segment->file_bytes) -
                              image->startup_page;
    return part;
}

void image_plan(const struct elf_program *program, size_t file_offset,
                uint64_t archive_rights, struct image *image)
{
    const size_t stack_pages = page_of(program->stack_bytes);

    *image = (struct image){
        .stack = {.address = USER_STARTUP - program->stack_bytes,
                  .page_count = stack_pages + 1,
                  .rights = RIGHT_READ | RIGHT_WRITE},
        .segment_count = program->segment_count,
        .memory_pages = stack_pages + 1,
        .startup_page = stack_pages,
        .window_pages = 1,
    };
    count_part(image, &image->stack, 0);
    uintptr_t below = USER_STACK_TOP;
    for (size_t i = 0; i < program->segment_count; i++) {
        struct image_part *part = &image->segments[i];
        *part = plan_segment(image, &program->segments[i], file_offset, archive_rights);
        count_part(image, part, below);
        below = part->address + part->page_count * PAGE_BYTES;
    }
}

size_t image_window_offset(const struct image *image, const struct elf_program *program,
                           size_t segment)
{
    return (image->segments[segment].first_page - image->startup_page) * PAGE_BYTES +
           program->segments[segment].vaddr % PAGE_BYTES;
}
