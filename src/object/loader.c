/* SPDX-License-Identifier: MIT
 *
 * Fills a process's memory: the segments of its ELF file, its stack, its heap. Each
 * step makes one page, through the kernel's own mapping of the frame. An interrupt ends
 * a run of steps; the progress is in the process, and the file is checked anew when the
 * caller comes back.
 */
#include "base/string.h"
#include "memory/frame.h"
#include "object/elf.h"
#include "object/process.h"
#include "platform/csr.h"
#include "platform/interrupt.h"

static uint64_t minimum(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

static uint64_t first_page(const struct elf_segment *segment)
{
    return page_align_down(segment->vaddr);
}

static uint64_t segment_pages(const struct elf_segment *segment)
{
    uint64_t end = page_align_up(segment->vaddr + segment->memory_bytes);
    return (end - first_page(segment)) / PAGE_SIZE;
}

/* The contents of page `index` of a segment: zeros around what the file holds.
 */
static void fill_page(char *page, const struct elf_segment *segment, uint64_t index,
                      const char *file)
{
    uint64_t address = first_page(segment) + index * PAGE_SIZE;
    uint64_t data_end = segment->vaddr + segment->file_bytes;
    uint64_t start = address < segment->vaddr ? segment->vaddr - address : 0;
    uint64_t end = data_end > address ? minimum(data_end - address, PAGE_SIZE) : 0;
    if (end <= start) {
        memset(page, 0, PAGE_SIZE);
        return;
    }
    memset(page, 0, start);
    memcpy(page + start,
           file + segment->file_offset + (address + start - segment->vaddr),
           end - start);
    memset(page + end, 0, PAGE_SIZE - end);
}

static enum process_step add_page(struct process *process, uint64_t address,
                                  uint64_t permissions, void **page)
{
    enum page_result result =
        address_space_add_page(&process->space, vaddr(address), permissions, page);
    assert(result != PAGE_OVERLAP);
    return result == PAGE_DONE ? STEP_MORE : STEP_NO_MEMORY;
}

static enum process_step load_segment_page(struct process *process,
                                           const struct elf_segment *segment,
                                           uint64_t index)
{
    void *page;
    uint64_t permissions = PAGE_READ | (segment->writable ? PAGE_WRITE : 0) |
                           (segment->executable ? PAGE_EXECUTE : 0);
    enum process_step step =
        add_page(process, first_page(segment) + index * PAGE_SIZE, permissions, &page);
    if (step == STEP_MORE)
        fill_page(page, segment, index, process->file);
    return step;
}

/* The stack's pages are made from the top down: the first one holds the arguments. */
static enum process_step load_stack_page(struct process *process, uint64_t index)
{
    void *page;
    enum process_step step = add_page(process, USER_STACK_TOP - (index + 1) * PAGE_SIZE,
                                      PAGE_READ | PAGE_WRITE, &page);
    if (step != STEP_MORE)
        return step;
    memset(page, 0, PAGE_SIZE);
    if (index == 0)
        process->arguments = (char *)page + PAGE_SIZE - MAX_ARGUMENT_BYTES;
    return STEP_MORE;
}

/* The page after those that are loaded already: of a segment, or of the stack.
 */
static enum process_step load_next_page(struct process *process,
                                        const struct elf_program *program)
{
    uint64_t index = process->pages_loaded;
    for (size_t i = 0; i < program->segment_count; i++) {
        const struct elf_segment *segment = &program->segments[i];
        if (index < segment_pages(segment))
            return load_segment_page(process, segment, index);
        index -= segment_pages(segment);
    }
    if (index < program->stack_bytes / PAGE_SIZE)
        return load_stack_page(process, index);
    return STEP_DONE;
}

enum process_step process_load(struct process *process)
{
    struct elf_program program;
    enum elf_error error = elf_parse(process->file, process->file_bytes, &program);
    assert(error ==
           ELF_OK); /* process_create has checked it, and nobody can write to it */
    enum process_step step;
    while ((step = load_next_page(process, &program)) == STEP_MORE) {
        process->pages_loaded++;
        if (interrupt_is_pending())
            return STEP_MORE;
    }
    if (step == STEP_DONE) {
        process->thread.trapframe.sepc = program.entry;
        fence_instructions();
    }
    return step;
}

enum process_step process_extend_heap(struct process *process, uint64_t end)
{
    uint64_t missing = (end - process->heap_mapped) / PAGE_SIZE;
    uint64_t tables = missing / PAGE_TABLE_ENTRIES + 3; /* at most, with those above */
    if (end > process->heap_mapped && missing + tables > frame_free_count())
        return STEP_NO_MEMORY;
    while (process->heap_mapped < end) {
        void *page;
        enum process_step step =
            add_page(process, process->heap_mapped, PAGE_READ | PAGE_WRITE, &page);
        if (step != STEP_MORE)
            return step;
        memset(page, 0, PAGE_SIZE);
        fence_page(
            process->heap_mapped); /* a hart may remember that nothing was there */
        process->heap_mapped += PAGE_SIZE;
        if (interrupt_is_pending())
            return STEP_MORE;
    }
    process->heap_end = end;
    return STEP_DONE;
}
