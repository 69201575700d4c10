/* SPDX-License-Identifier: MIT
 *
 * The hart whose code runs, on this machine: a variable instead of tp. Compile with
 * -include simulated_tp.h.
 */
#pragma once

#include "platform/csr.h"
#include "sched/thread.h"

extern struct hart *simulated_hart;

/* hart.h says where its pointer is: register struct hart *hart __asm__("tp"). */
#define __asm__(name) = simulated_hart
#include "sched/hart.h"
#undef __asm__
