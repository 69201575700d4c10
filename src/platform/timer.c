/* SPDX-License-Identifier: MIT
 *
 * The timer by SBI TIME or by stimecmp. Stopping it is a bit of `sie` in both cases:
 * that takes one instruction, and a call into the firmware some 300.
 */
#include "platform/timer.h"

#include "base/boot_text.h"
#include "platform/sbi.h"

static bool sstc;
static uint64_t programmings;

BOOT_ONLY void timer_init(bool use_sstc)
{
    sstc = use_sstc;
    timer_stop();
}

void timer_set(uint64_t time)
{
    programmings++;
    if (sstc)
        csr_write(CSR_STIMECMP, time);
    else
        sbi_set_timer(time);
    csr_set(sie, SIE_STIE);
}

bool timer_is_direct(void) { return sstc; }

void timer_stop(void) { csr_clear(sie, SIE_STIE); }

uint64_t timer_programmings(void) { return programmings; }
