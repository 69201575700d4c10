/* SPDX-License-Identifier: MIT
 *
 * Takes the place of src/platform/csr.h on a host: the test is the hart. Compile with
 * -iquote stand-ins.
 */
#pragma once

#include <stdint.h>

#include "platform/riscv.h"

uint64_t hart_csr_read(const char *name);
void hart_csr_write(const char *name, uint64_t value);

#define csr_read(name) hart_csr_read(#name)
#define csr_write(name, value) hart_csr_write(#name, value)
#define csr_set(name, bits) hart_csr_write(#name, bits)

#define csr_clear(name, bits) hart_csr_write(#name, bits)

void wait_for_interrupt(void);
void fence_csr(void);
void fence_translations(void);
void fence_address_space(uint64_t asid);
void fence_address_space_page(uint64_t vaddr, uint64_t asid);
void fence_instructions(void);
void fence_page(uint64_t vaddr);
void spin_pause(void);
void thread_pointer_write(uint64_t value);
