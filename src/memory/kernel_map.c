/* SPDX-License-Identifier: MIT
 *
 * The kernel's half of the address space.
 */
#include "memory/kernel_map.h"

#include "base/assert.h"
#include "base/panic.h"
#include "memory/frame.h"
#include "memory/image.h"
#include "memory/page_table.h"
#include "platform/csr.h"

#define KERNEL_READ (PAGE_READ | PAGE_GLOBAL)
#define KERNEL_WRITE (PAGE_READ | PAGE_WRITE | PAGE_GLOBAL)
#define KERNEL_EXECUTE (PAGE_READ | PAGE_EXECUTE | PAGE_GLOBAL)
#define STACK_STRIDE (2 * PAGE_SIZE)

static struct page_table table;

static enum page_result map(uint64_t address, uint64_t target, uint64_t bytes,
                            uint64_t permissions)
{
    enum page_result result =
        page_table_map(&table, vaddr(address), paddr(target), bytes, permissions);
    if (result == PAGE_NO_MEMORY)
        panic("too little memory for the kernel's page tables");
    return result;
}

static void map_image(paddr_t image, const char *start, const char *end,
                      uint64_t permissions)
{
    map((uint64_t)start, (uint64_t)(start - image_text) + image.value,
        (uint64_t)(end - start), permissions);
}

static void *map_direct(uint64_t start, uint64_t end, uint64_t permissions)
{
    uint64_t first_page = page_align_down(start);
    if (end > DIRECT_MAP_SIZE)
        panic("physical address 0x%lx is beyond the direct map", end - 1);
    map(DIRECT_MAP_BASE + first_page, first_page, page_align_up(end) - first_page,
        permissions);
    return direct_map(paddr(start));
}

void kernel_map_init(paddr_t image, const struct range_set *ram)
{
    table.root = frame_alloc_zeroed();
    if (paddr_is_none(table.root))
        panic("too little memory for the kernel's page tables");
    map_image(image, image_text, image_text_end, KERNEL_EXECUTE);
    map_image(image, image_constants, image_constants_end, KERNEL_READ);
    map_image(image, image_data, image_data_end, KERNEL_WRITE);
    map_image(image, image_boot_stack, image_boot_stack_end, KERNEL_WRITE);
    map_image(image, image_emergency_stack, image_emergency_stack_end, KERNEL_WRITE);
    for (uint32_t i = 0; i < ram->count; i++)
        map_direct(ram->ranges[i].start, ram->ranges[i].end, KERNEL_WRITE);

    /* The tables that all stacks share hang below one entry of the root, which address
     * spaces copy: it has to exist before the first of them does. */
    if (kernel_stack_create(0) == 0)
        panic("too little memory for a kernel stack");
    kernel_stack_destroy(0);
}

void *kernel_map_device(paddr_t base, uint64_t length)
{
    return map_direct(base.value, base.value + length, KERNEL_WRITE);
}

const void *kernel_map_constants(paddr_t base, uint64_t length)
{
    return map_direct(base.value, base.value + length, KERNEL_READ);
}

paddr_t kernel_map_root(void)
{
    return table.root;
}

static vaddr_t stack_page(uint32_t slot)
{
    return vaddr(KERNEL_STACKS_BASE + (uint64_t)slot * STACK_STRIDE + PAGE_SIZE);
}

uint64_t kernel_stack_create(uint32_t slot)
{
    static_assert(STACK_STRIDE == 2 * PAGE_SIZE, "a guard and one page");
    vaddr_t page = stack_page(slot);
    assert(page.value < KERNEL_STACKS_BASE + KERNEL_STACKS_SIZE);
    paddr_t frame = frame_alloc(0);
    if (paddr_is_none(frame))
        return 0;
    enum page_result result =
        page_table_map(&table, page, frame, PAGE_SIZE, KERNEL_WRITE);
    assert(result != PAGE_OVERLAP);
    if (result != PAGE_DONE) {
        frame_free(frame);
        return 0;
    }
    fence_page(page.value);
    return page.value + PAGE_SIZE;
}

void kernel_stack_destroy(uint32_t slot)
{
    vaddr_t page = stack_page(slot);
    paddr_t frame = page_table_unmap(table.root, page);
    assert(!paddr_is_none(frame));
    fence_page(page.value);
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
