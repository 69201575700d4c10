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
#define SBI_LEGACY_CONSOLE_PUTCHAR 0x01
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

/* Powers the machine off. Returns only where the firmware cannot (SBI 1.0, 10.1). */
void sbi_shutdown(void);

/* Writes a byte to the firmware's console: its debug console (SBI 2.0, 12.3), or, if it
 * has none, the legacy one (SBI 1.0, 5.2). */
void sbi_console_write(char character);
