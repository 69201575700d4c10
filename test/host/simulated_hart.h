/* SPDX-License-Identifier: MIT
 *
 * Harts for sched/sched.c on this machine: their registers, tp among them, are
 * variables. Compile with -include simulated_hart.h, and add simulation.c, which moves
 * the time.
 */
#pragma once

#include "platform/csr.h"

extern uint64_t simulated_time, simulated_cycle, simulated_sstatus;

#undef csr_read
#undef csr_write
#undef csr_set
#undef csr_clear
#define csr_read(name) simulated_##name
#define csr_write(name, value) ((void)(value))
#define csr_set(name, value) ((void)(value))
#define csr_clear(name, value) ((void)(value))

#include "simulated_tp.h"
