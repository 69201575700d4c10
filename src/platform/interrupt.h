/* SPDX-License-Identifier: MIT
 *
 * Interrupts are off in the kernel; long operations look here whether they ought to let
 * one in.
 */
#pragma once

#include <stdbool.h>

#include "platform/csr.h"

/* A software interrupt of this hart's own: comes as soon as it is back in user mode. */
static inline void interrupt_raise(void) { csr_set(sip, SIE_SSIE); }

/* Whether an interrupt would be taken at once in user mode. */
static inline bool interrupt_is_pending(void)
{
    return (csr_read(sip) & csr_read(sie)) != 0;
}
