/* SPDX-License-Identifier: MIT
 *
 * Calls into the firmware (RISC-V Supervisor Binary Interface 1.0; the debug console is
 * of 2.0).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SBI_BASE 0x10
#define SBI_DEBUG_CONSOLE 0x4442434e
#define SBI_HSM 0x48534d
#define SBI_IPI 0x735049
#define SBI_LEGACY_CONSOLE_PUTCHAR 0x01
#define SBI_RFENCE 0x52464e43
#define SBI_SRST 0x53525354
#define SBI_TIME 0x54494d45

struct sbi_result {
    int64_t error; /* 0, or an SBI error, which is negative */
    int64_t value;
};

struct sbi_result sbi_call(uint64_t arg0, uint64_t arg1, uint64_t arg2, uint64_t arg3,
                           uint64_t arg4, uint64_t arg5, uint64_t function,
                           uint64_t extension);

/* The specification's version: major in bits 24 to 30, minor below (SBI 1.0, 4.1). */
uint32_t sbi_spec_version(void);

/* Whether the firmware has the extension (SBI 1.0, 4.4). */
bool sbi_has_extension(uint64_t extension);

/* Sets this hart's timer to `time`, absolute, in ticks of the time register; a past one
 * is pending at once, UINT64_MAX never (SBI 1.0, 6.1). */
void sbi_set_timer(uint64_t time);

/* A software interrupt becomes pending on the hart `hart_id` (SBI 1.0, 7.1). */
void sbi_send_ipi(uint64_t hart_id);

/* The same on every hart. */
void sbi_send_ipi_to_all(void);

/* On the hart `hart_id`, before this returns: fence.i; sfence.vma of one address
 * space (SBI 1.0, 8.1 and 8.3). */
void sbi_remote_fence_i(uint64_t hart_id);
void sbi_remote_sfence_vma_asid(uint64_t hart_id, uint64_t asid);

/* On every hart: sfence.vma of everything (SBI 1.0, 8.2). Without effect where the
 * firmware cannot. */
void sbi_remote_sfence_vma_to_all(void);

/* A stopped hart begins at the physical address `start`, translation off, with a0 = its
 * id and a1 = `argument`. Returns 0, or an SBI error (SBI 1.0, 9.1). */
int64_t sbi_hart_start(uint64_t hart_id, uint64_t start, uint64_t argument);

/* Powers the machine off. Returns only where the firmware cannot (SBI 1.0, 10.1). */
void sbi_shutdown(void);

/* Writes a byte to the firmware's console: its debug console (SBI 2.0, 12.3), or, if it
 * has none, the legacy one (SBI 1.0, 5.2). */
void sbi_console_write(char character);
