/* SPDX-License-Identifier: MIT
 *
 * The kernel's half of the address space.
 */
#include "memory/kernel_map.h"

#include <stddef.h>

#include "base/assert.h"
#include "base/boot_text.h"
#include "base/panic.h"
#include "memory/frame.h"
#include "memory/image.h"
#include "memory/page_table.h"
#include "platform/csr.h"
#include "platform/sbi.h"

#define KERNEL_READ (PAGE_READ | PAGE_GLOBAL)
#define KERNEL_WRITE (PAGE_READ | PAGE_WRITE | PAGE_GLOBAL)
#define KERNEL_EXECUTE (PAGE_READ | PAGE_EXECUTE | PAGE_GLOBAL)
#define STACK_STRIDE (2 * PAGE_SIZE)

#define STACKS_PER_TABLE (LARGE_PAGE_SIZE / STACK_STRIDE)

static struct frame_list stack_tables; /* for stacks that have not been used yet */
static struct page_table table = {.region = NO_REGION};

BOOT_ONLY static void check(enum trapeze_error error)
{
    if (error == E_NO_MEMORY)
        panic("too little memory for the kernel's page tables");
}

BOOT_ONLY static void map(uint64_t address, uint64_t target, uint64_t bytes,
                          uint64_t permissions)
{
    check(page_table_map(&table, vaddr(address), paddr(target), bytes, permissions));
}

BOOT_ONLY static void map_image(paddr_t image, const char *start, const char *end,
                                uint64_t permissions)
{
    map((uint64_t)start, (uint64_t)(start - image_text) + image.value,
        (uint64_t)(end - start), permissions);
}

BOOT_ONLY static void map_direct(uint64_t start, uint64_t end)
{
    uint64_t first_page = page_align_down(start);
    if (end > DIRECT_MAP_SIZE)
        panic("physical address 0x%lx is beyond the direct map", end - 1);
    map(DIRECT_MAP_BASE + first_page, first_page, page_align_up(end) - first_page,
        KERNEL_WRITE);
}

static vaddr_t stack_page(uint32_t slot)
{
    static_assert(STACK_STRIDE == 2 * PAGE_SIZE, "a guard and one page");
    return vaddr(KERNEL_STACKS_BASE + (uint64_t)slot * STACK_STRIDE + PAGE_SIZE);
}

BOOT_ONLY void kernel_map_init(paddr_t image, const struct range_set *ram,
                               uint32_t stack_count)
{
    assert(stack_count <= KERNEL_STACKS_SIZE / STACK_STRIDE);
    table.root = frame_alloc_zeroed(NULL);
    check(paddr_is_none(table.root) ? E_NO_MEMORY : E_OK);
    map_image(image, image_text, image_code_end, KERNEL_EXECUTE);
    map_image(image, image_constants, image_constants_end, KERNEL_READ);
    map_image(image, image_data, image_data_end, KERNEL_WRITE);
    map_image(image, image_boot_stack, image_boot_stack_end, KERNEL_WRITE);
    map_image(image, image_emergency_stack, image_emergency_stack_end, KERNEL_WRITE);
    for (uint32_t i = 0; i < ram->count; i++)
        map_direct(ram->ranges[i].start, ram->ranges[i].end);

    /* The root's entry for the stacks is there to be copied. All tables that they need
     * are put aside now, so that processes come and go without leaving any behind, and
     * are written when the first of their stacks is. */
    uint64_t *entry;
    check(page_table_reserve(&table, stack_page(0), 1, &entry));
    /* The same for the code that is dropped: all code is in 2 MiB. */
    check(page_table_reserve(&table, vaddr(DIRECT_MAP_BASE + image.value), 1, &entry));
    for (uint32_t slot = STACKS_PER_TABLE; slot < stack_count;
         slot += STACKS_PER_TABLE) {
        paddr_t frame = frame_alloc(0);
        check(paddr_is_none(frame) ? E_NO_MEMORY : E_OK);
        frame_list_push(&stack_tables, frame);
    }
}

void kernel_map_drop(paddr_t image, const char *start, const char *end)
{
    uint64_t first = (uint64_t)(start - image_text) + image.value;
    uint64_t last = (uint64_t)(end - image_text) + image.value;
    for (uint64_t frame = first; frame < last; frame += PAGE_SIZE, start += PAGE_SIZE) {
        *page_table_entry(&table, vaddr((uint64_t)start)) = 0;
        *page_table_entry(&table, vaddr(DIRECT_MAP_BASE + frame)) =
            page_entry(paddr(frame), KERNEL_WRITE);
    }
    fence_translations();
    sbi_remote_sfence_vma_to_all();
    frame_add(first, last);
}

BOOT_ONLY void kernel_map_device(paddr_t base, uint64_t length)
{
    map_direct(base.value, base.value + length);
}

BOOT_ONLY paddr_t kernel_map_root(void) { return table.root; }

uint64_t kernel_stack_create(uint32_t slot)
{
    vaddr_t page = stack_page(slot);
    if (page_table_entry(&table, page) == NULL)
        page_table_add(&table, page, frame_list_pop(&stack_tables));
    uint64_t *entry = page_table_entry(&table, page);
    assert(*entry == 0);
    paddr_t frame = frame_alloc(0);
    if (paddr_is_none(frame))
        return 0;
    *entry = page_entry(frame, KERNEL_WRITE);
    return page.value + PAGE_SIZE;
}

void kernel_stack_destroy(uint32_t slot)
{
    vaddr_t page = stack_page(slot);
    uint64_t *entry = page_table_entry(&table, page);
    assert(*entry & PTE_V);
    paddr_t frame = page_entry_target(*entry);
    *entry = 0;
    frame_free(frame);
}

bool kernel_stack_is_guard(vaddr_t address)
{
    uint64_t offset = address.value - KERNEL_STACKS_BASE;
    if (offset < KERNEL_STACKS_SIZE)
        return offset % STACK_STRIDE < PAGE_SIZE;
    uint64_t page = page_align_down(address.value);
    return page == (uint64_t)image_boot_stack - PAGE_SIZE ||
           page == (uint64_t)image_emergency_stack - PAGE_SIZE;
}

bool kernel_stack_is_mapped(vaddr_t address)
{
    if (address.value - KERNEL_STACKS_BASE >= KERNEL_STACKS_SIZE)
        return false;
    return *page_table_walk(table.root, address).entry & PTE_V;
}
