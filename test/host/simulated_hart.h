/* SPDX-License-Identifier: MIT
 *
 * A hart for sched/sched.c on this machine: its registers, tp among them, are
 * variables. Compile with -include simulated_hart.h, and add simulation.c, which moves
 * the time.
 */
#pragma once

#include "platform/csr.h"

extern uint64_t simulated_time, simulated_cycle, simulated_sstatus;
extern struct hart simulated_hart;

#undef csr_read
#undef csr_write
#undef csr_set
#undef csr_clear
#define csr_read(name) simulated_##name
#define csr_write(name, value) ((void)(value))
#define csr_set(name, value) ((void)(value))
#define csr_clear(name, value) ((void)(value))

#include "sched/thread.h"

/* hart.h says where its pointer is: register struct hart *hart __asm__("tp"). */
#define __asm__(name) = &simulated_hart
#include "sched/hart.h"
#undef __asm__
