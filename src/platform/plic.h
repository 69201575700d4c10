/* SPDX-License-Identifier: MIT
 *
 * The platform-level interrupt controller (RISC-V PLIC 1.0.0), as far as one hart's
 * S-mode sees it. Every source is enabled; one that is masked has priority 0.
 *
 * That order matters: the completion of a source that is disabled is dropped, and it
 * would never interrupt again. So it is masked by its priority, then completed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PLIC_SOURCES_MAX 1023

/* Where the registers are; known to assembly. */
struct plic {
    uint64_t registers; /* each source's priority */
    uint64_t claim;     /* reading claims, writing completes */
};

extern struct plic plic;

/* The registers are at `base`, a virtual address; `context` is this hart's in S-mode.
 * Sources 1 to `source_count`, all masked; external interrupts come from now on. */
void plic_init(uint64_t base, uint32_t context, uint32_t source_count);

/* At most PLIC_SOURCES_MAX; 0 without plic_init. */
uint32_t plic_source_count(void);

void plic_set_masked(uint32_t source, bool masked);

/* The source whose interrupt is pending, which is masked and completed now; 0: none. */
uint32_t plic_take(void);
