/* SPDX-License-Identifier: MIT
 *
 * The platform-level interrupt controller.
 */
#include "platform/plic.h"

#include "base/boot_text.h"
#include "platform/csr.h"
#include "platform/mmio.h"

/* PLIC 1.0.0, chapter 3 */
#define ENABLE(context, word) (registers + 0x2000 + 0x80UL * (context) + 4UL * (word))
#define THRESHOLD(context) (registers + 0x200000 + 0x1000UL * (context))
#define CLAIM(context) (THRESHOLD(context) + 4)

static uint64_t registers;
static uint64_t claim;
static uint32_t sources;

BOOT_ONLY void plic_init(uint64_t base, uint32_t context, uint32_t source_count)
{
    registers = base;
    claim = CLAIM(context);
    sources = source_count < PLIC_SOURCES_MAX ? source_count : PLIC_SOURCES_MAX;
    for (uint32_t source = 1; source <= sources; source++)
        plic_set_masked(source, true);
    for (uint32_t word = 0; word <= sources / 32; word++)
        mmio_write32(ENABLE(context, word), UINT32_MAX);
    mmio_write32(THRESHOLD(context), 0);
    csr_set(sie, SIE_SEIE);
}

uint32_t plic_source_count(void) { return sources; }

void plic_set_masked(uint32_t source, bool masked)
{
    mmio_write32(plic_priority_register(source), masked ? 0 : 1);
}

uint64_t plic_priority_register(uint32_t source) { return registers + 4UL * source; }

uint64_t plic_claim_register(void) { return claim; }

uint32_t plic_claim(void) { return mmio_read32(claim); }

void plic_mask_and_complete(uint32_t source)
{
    plic_set_masked(source, true);
    mmio_write32(claim, source);
}
