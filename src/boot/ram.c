/* SPDX-License-Identifier: MIT
 *
 * From the device tree's memory to frames and the direct map.
 */
#include "boot/ram.h"

#include "base/panic.h"
#include "base/printk.h"
#include "memory/frame.h"
#include "memory/image.h"
#include "platform/machine.h"

static void take_out(struct range_set *set, struct range range)
{
    /* What lies beyond the direct map is in no set; rounding up must not wrap. */
    uint64_t end = range.end < DIRECT_MAP_SIZE ? range.end : DIRECT_MAP_SIZE;
    if (!range_remove(set, page_align_down(range.start), page_align_up(end)))
        panic("the device tree splits memory into too many pieces");
}

/* Descriptions, of the image as well, of which a part becomes free, come first in the
 * first piece that has room for them; the rest is free. */
static void start_frames(struct range_set *available, uint64_t image)
{
    uint64_t lowest = image, highest = image + LARGE_PAGE_SIZE;
    for (uint32_t i = 0; i < available->count; i++) {
        const struct range *range = &available->ranges[i];
        lowest = range->start < lowest ? range->start : lowest;
        highest = range->end > highest ? range->end : highest;
    }
    uint64_t bytes = frame_descriptions_bytes(lowest, highest);
    struct range *home = available->ranges;
    while (home < available->ranges + available->count &&
           home->end - home->start < bytes)
        home++;
    if (home == available->ranges + available->count)
        panic("no piece of memory has room for the frames' descriptions");
    frame_init(lowest, highest, paddr(home->start));
    home->start += bytes;
    for (uint32_t i = 0; i < available->count; i++)
        frame_add(available->ranges[i].start, available->ranges[i].end);
}

const struct range_set *ram_init(const struct device_tree_facts *facts, uint64_t image,
                                 uint64_t device_tree)
{
    const uint64_t image_bytes = (uint64_t)(image_end - image_text);
    static struct range_set mapped, available; /* large for a stack */
    for (uint32_t i = 0; i < facts->memory.count; i++) {
        const struct range *range = &facts->memory.ranges[i];
        machine.memory_bytes += range->end - range->start;
        machine_reserve(range->start, range->end - range->start);
        if (range->end > DIRECT_MAP_SIZE)
            printk("trapeze: memory beyond 0x%lx stays unused\n", DIRECT_MAP_SIZE);
    }
    if (machine.memory_bytes < RAM_BYTES_MIN)
        panic("this machine has %lu MiB of memory; at least %lu are needed",
              machine.memory_bytes >> 20, RAM_BYTES_MIN >> 20);

    mapped = facts->memory;
    range_remove(&mapped, DIRECT_MAP_SIZE, UINT64_MAX);
    for (uint32_t i = 0; i < mapped.count; i++)
        mapped.ranges[i] = (struct range){page_align_up(mapped.ranges[i].start),
                                          page_align_down(mapped.ranges[i].end)};
    for (uint32_t i = 0; i < facts->reserved.count; i++)
        take_out(&mapped, facts->reserved.ranges[i]);
    take_out(&mapped, facts->initrd);
    take_out(&mapped, (struct range){image, image + image_bytes});
    /* The device tree itself is kept from the allocator, but not from the direct map: a
     * hole would cost it a page of 1 GiB. */
    available = mapped;
    take_out(&available, (struct range){device_tree, device_tree + facts->total_bytes});
    start_frames(&available, image);
    return &mapped;
}
