/* SPDX-License-Identifier: MIT
 *
 * Reads the kernel's command line (/chosen's bootargs). Words are separated by spaces;
 * between quotes spaces do not separate, and `\` makes the next character literal.
 *
 *   timer=sbi|sstc|auto             slice=10us...10s (us, ms, s)
 *   preempt=on|off                  asidbits=0...16
 *   smp=1...8                       fastpath=on|off
 *
 * What begins with `trapeze.` is the first process's to read. What the kernel cannot
 * use it says in the log, and keeps the default.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MIN_SLICE_US 10U
#define MAX_SLICE_US 10000000U
#define MAX_ASID_BITS 16U
#define MAX_HARTS 8U

/* AUTO: SSTC where the device tree lists it. */
enum boot_timer { BOOT_TIMER_SBI, BOOT_TIMER_SSTC, BOOT_TIMER_AUTO };

struct boot_options {
    enum boot_timer timer;
    uint64_t slice_us; /* MIN_SLICE_US to MAX_SLICE_US */
    bool preempt;
    bool fastpath;
    uint32_t asid_bits_limit; /* 0 to MAX_ASID_BITS */
    uint32_t harts_limit;     /* 1 to MAX_HARTS */
};

/* Where an option is given twice the last one holds. */
struct boot_options command_line_parse(const char *text);
