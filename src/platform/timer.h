/* SPDX-License-Identifier: MIT
 *
 * This hart's timer: one absolute time at which a supervisor timer interrupt becomes
 * pending, by SBI TIME or by the Sstc extension's stimecmp. All times are ticks of the
 * `time` register.
 */
#pragma once

#include <stdbool.h>

#include "platform/csr.h"

/* Chooses how to program the timer; nothing is pending afterwards. */
void timer_init(bool use_sstc);

/* Now. On harts where `time` traps to the firmware this takes hundreds of cycles: it
 * belongs on no hot path. */
static inline uint64_t timer_now(void) { return csr_read(time); }

/* The interrupt becomes pending at `time`; one in the past does at once. */
void timer_set(uint64_t time);

/* No interrupt until the next timer_set. */
void timer_stop(void);

/* Whether the timer is a register, stimecmp. */
bool timer_is_direct(void);

/* How often timer_set has been called since boot. */
uint64_t timer_programmings(void);
