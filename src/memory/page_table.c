/* SPDX-License-Identifier: MIT
 *
 * Sv39 page tables.
 */
#include "memory/page_table.h"

#include "base/boot_text.h"
#include "base/string.h"

#define ROOT_LEVEL 2
#define LEAF (PTE_R | PTE_W | PTE_X)

static_assert(PAGE_READ == PTE_R && PAGE_WRITE == PTE_W && PAGE_EXECUTE == PTE_X,
              "PTE");
static_assert(PAGE_USER == PTE_U && PAGE_GLOBAL == PTE_G, "PTE");

static uint64_t *entry_in(paddr_t table, vaddr_t address, uint32_t level)
{
    uint64_t *entries = direct_map(table);
    return &entries[address.value >> (PAGE_SHIFT + level * LEVEL_BITS) &
                    (PAGE_TABLE_ENTRIES - 1)];
}

struct page_walk page_table_walk(paddr_t root, vaddr_t address)
{
    uint32_t level = ROOT_LEVEL;
    uint64_t *entry = entry_in(root, address, level);
    while (level > 0 && (*entry & PTE_V) && !(*entry & LEAF)) {
        level--;
        entry = entry_in(page_entry_target(*entry), address, level);
    }
    return (struct page_walk){entry, level};
}

BOOT_ONLY static uint64_t level_bytes(uint32_t level)
{
    return 1UL << (PAGE_SHIFT + level * LEVEL_BITS);
}

/* The level of the largest page that both addresses and the rest of the range allow. */
BOOT_ONLY static uint32_t largest_level(vaddr_t address, paddr_t target, uint64_t bytes)
{
    uint32_t level = ROOT_LEVEL;
    while (level > 0 &&
           (((address.value | target.value) & (level_bytes(level) - 1)) != 0 ||
            bytes < level_bytes(level)))
        level--;
    return level;
}

void page_table_add(struct page_table *table, vaddr_t address, paddr_t frame)
{
    struct page_walk walk = page_table_walk(table->root, address);
    assert(walk.level > 0 && !(*walk.entry & PTE_V));
    memset(direct_map(frame), 0, PAGE_SIZE);
    frame_list_push(&table->frames, frame);
    *walk.entry = frame.value >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_V;
}

/* The entry for `address` at `level`, below tables that are made as needed. */
static enum trapeze_error reach(struct page_table *table, vaddr_t address,
                                uint32_t level, uint64_t **entry)
{
    struct page_walk walk = page_table_walk(table->root, address);
    while (walk.level > level && !(*walk.entry & PTE_V)) {
        paddr_t lower = frame_alloc_zeroed(table->pages);
        if (paddr_is_none(lower))
            return E_NO_MEMORY;
        frame_list_push(&table->frames, lower);
        *walk.entry = lower.value >> PAGE_SHIFT << PTE_PPN_SHIFT | PTE_V;
        walk.level--;
        walk.entry = entry_in(lower, address, walk.level);
    }
    *entry = walk.entry;
    return walk.level == level ? E_OK : E_OVERLAP;
}

BOOT_ONLY enum trapeze_error page_table_map(struct page_table *table, vaddr_t address,
                                            paddr_t target, uint64_t bytes,
                                            uint64_t permissions)
{
    assert(((address.value | target.value | bytes) & (PAGE_SIZE - 1)) == 0);
    while (bytes > 0) {
        uint32_t level = largest_level(address, target, bytes);
        uint64_t size = level_bytes(level);
        uint64_t *entry;
        enum trapeze_error error = reach(table, address, level, &entry);
        if (error != E_OK)
            return error;
        do { /* as far as this table and the range go */
            if (*entry & PTE_V)
                return E_OVERLAP;
            *entry++ = page_entry(target, permissions);
            address.value += size;
            target.value += size;
            bytes -= size;
        } while (bytes >= size && ((uint64_t)entry & (PAGE_SIZE - 1)) != 0);
    }
    return E_OK;
}

enum trapeze_error page_table_reserve(struct page_table *table, vaddr_t address,
                                      uint64_t page_count, uint64_t **first)
{
    *first = NULL;
    while (page_count > 0) {
        uint64_t *entry;
        enum trapeze_error error = reach(table, address, 0, &entry);
        if (error != E_OK)
            return error;
        if (*first == NULL)
            *first = entry;
        uint64_t count = page_table_entries_left(entry, page_count), used = 0;
        for (const uint64_t *end = entry + count; entry < end; entry++)
            used |= *entry;
        if (used & PTE_V)
            return E_OVERLAP;
        address.value += count * PAGE_SIZE;
        page_count -= count;
    }
    return E_OK;
}

uint64_t *page_table_look_up(struct page_table *table, vaddr_t address)
{
    struct page_walk walk = page_table_walk(table->root, address);
    if (walk.level > 0)
        return NULL;
    table->region = address.value | REGION_PAGES;
    table->entries = (uint64_t)walk.entry - (address.value / PAGE_SIZE << ENTRY_SHIFT);
    return walk.entry;
}
