/* SPDX-License-Identifier: MIT
 *
 * From the device tree's memory to frames and the kernel's own tables.
 */
#include "boot/ram.h"

#include "base/panic.h"
#include "base/printk.h"
#include "memory/frame.h"
#include "memory/image.h"
#include "memory/kernel_map.h"
#include "platform/machine.h"

static uint64_t range_end(const struct device_tree_range *range)
{
    return range->base + range->length;
}

/* Whole pages of RAM that the direct map can reach. */
static void collect_ram(const struct device_tree_facts *facts, struct range_set *ram)
{
    for (size_t i = 0; i < facts->memory_count; i++) {
        uint64_t start = facts->memory[i].base;
        uint64_t end = range_end(&facts->memory[i]);
        machine.memory_bytes += facts->memory[i].length;
        if (end > DIRECT_MAP_SIZE) {
            printk("trapeze: memory beyond 0x%lx stays unused\n", DIRECT_MAP_SIZE);
            end = DIRECT_MAP_SIZE;
        }
        if (start < end)
            range_add(ram, page_align_up(start), page_align_down(end));
    }
    if (facts->memory_dropped != 0)
        printk("trapeze: %zu memory ranges stay unused\n", facts->memory_dropped);
    if (machine.memory_bytes < RAM_BYTES_MIN)
        panic("this machine has %lu MiB of memory; at least %lu are needed",
              machine.memory_bytes >> 20, RAM_BYTES_MIN >> 20);
}

static void take_out(struct range_set *set, uint64_t start, uint64_t end)
{
    /* What lies beyond the direct map is in no set; rounding up must not wrap. */
    end = end < DIRECT_MAP_SIZE ? end : DIRECT_MAP_SIZE;
    if (!range_remove(set, page_align_down(start), page_align_up(end)))
        panic("the device tree splits memory into more than %d pieces", RANGES_MAX);
}

/* Descriptions come first in the first piece that has room for them; the rest is free.
 */
static void start_frames(const struct range_set *available)
{
    uint64_t lowest = UINT64_MAX;
    uint64_t highest = 0;
    for (uint32_t i = 0; i < available->count; i++) {
        const struct range *range = &available->ranges[i];
        lowest = range->start < lowest ? range->start : lowest;
        highest = range->end > highest ? range->end : highest;
    }
    uint64_t bytes = highest == 0 ? 0 : frame_descriptions_bytes(lowest, highest);
    uint32_t home = 0;
    while (home < available->count &&
           available->ranges[home].end - available->ranges[home].start < bytes)
        home++;
    if (home == available->count)
        panic("no piece of memory has room for the frames' descriptions");
    frame_init(lowest, highest, paddr(available->ranges[home].start));
    for (uint32_t i = 0; i < available->count; i++) {
        const struct range *range = &available->ranges[i];
        frame_add(range->start + (i == home ? bytes : 0), range->end);
    }
}

struct boot_archive ram_init(const struct device_tree_facts *facts, paddr_t image,
                             paddr_t device_tree)
{
    uint64_t image_bytes = (uint64_t)(image_end - image_text);
    static struct range_set mapped, available; /* large for a stack */
    collect_ram(facts, &mapped);
    /* The device tree itself is kept from the allocator, but not from the direct map: a
     * hole would cost it a page of 1 GiB. */
    for (size_t i = 0; i < facts->reserved_count; i++)
        if (facts->reserved[i].base != device_tree.value)
            take_out(&mapped, facts->reserved[i].base, range_end(&facts->reserved[i]));
    take_out(&mapped, image.value, image.value + image_bytes);
    take_out(&mapped, facts->initrd.base, range_end(&facts->initrd));
    available = mapped;
    take_out(&available, device_tree.value, device_tree.value + facts->total_bytes);

    start_frames(&available);
    kernel_map_init(image, &mapped);
    const struct device_tree_range *uart = &facts->uart.registers;
    if (uart->length != 0)
        kernel_map_device(paddr(uart->base), uart->length);
    const struct device_tree_range *finisher = &facts->test_finisher;
    if (finisher->length != 0)
        kernel_map_device(paddr(finisher->base), finisher->length);
    const struct device_tree_range *initrd = &facts->initrd;
    if (initrd->length == 0)
        return (struct boot_archive){NULL, 0};
    return (struct boot_archive){
        kernel_map_constants(paddr(initrd->base), initrd->length), initrd->length};
}
