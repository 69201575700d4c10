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

/* The registers are at `base`, a virtual address; `context` is this hart's in S-mode.
 * Sources 1 to `source_count`, all masked; external interrupts come from now on. */
void plic_init(uint64_t base, uint32_t context, uint32_t source_count);

/* At most PLIC_SOURCES_MAX; 0 without plic_init. */
uint32_t plic_source_count(void);

void plic_set_masked(uint32_t source, bool masked);

/* Where its priority is, 0: masked; and where reading claims and writing completes: for
 * assembly. */
uint64_t plic_priority_register(uint32_t source);
uint64_t plic_claim_register(void);

/* The source whose interrupt is pending, which is this hart's to mask and complete; 0:
 * none. */
uint32_t plic_claim(void);
void plic_mask_and_complete(uint32_t source);
