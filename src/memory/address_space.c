/* SPDX-License-Identifier: MIT
 *
 * Address spaces, and which of them the hart uses.
 */
#include "memory/address_space.h"

#include "base/assert.h"
#include "base/boot_text.h"
#include "base/string.h"
#include "platform/csr.h"

static paddr_t kernel_root;
static uint32_t asid_bits;

static uint64_t satp_of(paddr_t root, uint16_t asid)
{
    return (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT |
           (uint64_t)asid << SATP_ASID_SHIFT | root.value >> PAGE_SHIFT;
}

/* Writes ones into satp's ASID field and counts those that stay (Privileged 1.12,
 * 4.1.11). */
BOOT_ONLY static uint32_t probe_asid_bits(void)
{
    csr_write(satp, satp_of(kernel_root, UINT16_MAX));
    uint16_t implemented = (uint16_t)(csr_read(satp) >> SATP_ASID_SHIFT);
    csr_write(satp, satp_of(kernel_root, 0));
    fence_translations();
    uint32_t bits = 0;
    while (implemented >> bits & 1)
        bits++;
    return bits;
}

BOOT_ONLY void address_space_init(paddr_t root, uint32_t asid_bits_limit)
{
    kernel_root = root;
    asid_bits = probe_asid_bits();
    if (asid_bits > asid_bits_limit)
        asid_bits = asid_bits_limit;
}

BOOT_ONLY bool address_space_suits_hart(void) { return probe_asid_bits() >= asid_bits; }

uint32_t address_space_asid_bits(void) { return asid_bits; }

BOOT_ONLY uint64_t address_space_kernel_satp(void) { return satp_of(kernel_root, 0); }

bool address_space_create(struct address_space *space, struct budget *pages,
                          uint32_t slot)
{
    paddr_t root = frame_alloc(0);
    if (paddr_is_none(root))
        return false;
    const size_t half = KERNEL_HALF_ROOT_INDEX * sizeof(uint64_t);
    memset(direct_map(root), 0, half);
    memcpy((char *)direct_map(root) + half, (char *)direct_map(kernel_root) + half,
           PAGE_SIZE - half);
    uint32_t asid = slot + 1 < 1U << asid_bits ? slot + 1 : 0;
    *space = (struct address_space){
        .table = {.root = root, .pages = pages, .region = NO_REGION},
        .asid = (uint16_t)asid,
        .satp = satp_of(root, (uint16_t)asid)};
    return true;
}

bool address_space_shrink(struct address_space *space)
{
    paddr_t frame = frame_list_pop(&space->table.frames);
    if (paddr_is_none(frame))
        return false;
    frame_free(frame);
    budget_give(space->table.pages, 1);
    return true;
}

void address_space_destroy(struct address_space *space)
{
    assert(space->table.frames.count == 0);
    frame_free(space->table.root);
    space->table.root = PADDR_NONE;
}
