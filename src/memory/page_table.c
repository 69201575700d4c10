/* SPDX-License-Identifier: MIT
 *
 * Sv39 page tables.
 */
#include "memory/page_table.h"

#include "base/assert.h"
#include "platform/riscv.h"

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

static paddr_t entry_target(uint64_t entry)
{
    return paddr(entry >> PTE_PPN_SHIFT << PAGE_SHIFT);
}

static uint64_t make_entry(paddr_t target, uint64_t bits)
{
    return target.value >> PAGE_SHIFT << PTE_PPN_SHIFT | bits | PTE_V;
}

struct page_walk page_table_walk(paddr_t root, vaddr_t address)
{
    uint32_t level = ROOT_LEVEL;
    uint64_t *entry = entry_in(root, address, level);
    while (level > 0 && (*entry & PTE_V) && !(*entry & LEAF)) {
        level--;
        entry = entry_in(entry_target(*entry), address, level);
    }
    return (struct page_walk){entry, level};
}

static uint64_t level_bytes(uint32_t level)
{
    return 1UL << (PAGE_SHIFT + level * LEVEL_BITS);
}

/* The level of the largest page that both addresses and the rest of the range allow. */
static uint32_t largest_level(vaddr_t address, paddr_t target, uint64_t bytes)
{
    uint32_t level = ROOT_LEVEL;
    while (level > 0 &&
           (((address.value | target.value) & (level_bytes(level) - 1)) != 0 ||
            bytes < level_bytes(level)))
        level--;
    return level;
}

/* The entry for `address` at `level`, below tables that are made as needed. */
static enum page_result reach(struct page_table *table, vaddr_t address, uint32_t level,
                              uint64_t **entry)
{
    struct page_walk walk = page_table_walk(table->root, address);
    while (walk.level > level && !(*walk.entry & PTE_V)) {
        paddr_t lower = frame_alloc_zeroed();
        if (paddr_is_none(lower))
            return PAGE_NO_MEMORY;
        frame_list_push(&table->frames, lower);
        *walk.entry = make_entry(lower, 0);
        walk.level--;
        walk.entry = entry_in(lower, address, walk.level);
    }
    *entry = walk.entry;
    return walk.level == level ? PAGE_DONE : PAGE_OVERLAP;
}

enum page_result page_table_map(struct page_table *table, vaddr_t address,
                                paddr_t target, uint64_t bytes, uint64_t permissions)
{
    assert((permissions & (PAGE_WRITE | PAGE_EXECUTE)) != (PAGE_WRITE | PAGE_EXECUTE));
    assert((permissions & PAGE_READ) != 0);
    assert(((address.value | target.value | bytes) & (PAGE_SIZE - 1)) == 0);
    while (bytes > 0) {
        uint32_t level = largest_level(address, target, bytes);
        uint64_t size = level_bytes(level);
        uint64_t *entry;
        enum page_result result = reach(table, address, level, &entry);
        if (result != PAGE_DONE)
            return result;
        do { /* as far as this table and the range go */
            if (*entry & PTE_V)
                return PAGE_OVERLAP;
            *entry++ = make_entry(target, permissions | PTE_A | PTE_D);
            address.value += size;
            target.value += size;
            bytes -= size;
        } while (bytes >= size && ((uint64_t)entry & (PAGE_SIZE - 1)) != 0);
    }
    return PAGE_DONE;
}

paddr_t page_table_unmap(paddr_t root, vaddr_t address)
{
    struct page_walk walk = page_table_walk(root, address);
    if (!(*walk.entry & PTE_V))
        return PADDR_NONE;
    paddr_t target = entry_target(*walk.entry);
    *walk.entry = 0;
    return target;
}
