/* SPDX-License-Identifier: MIT
 *
 * Instead of fast_switch.S, with a policy whose queues assembly does not know: all that it
 * does is C's.
 */
#include "trap/fast_path.h"

    .section .text
    .irp name, yield_to, yield_to_shared, slice_ends, slice_ends_shared, device_interrupts, \
        device_interrupts_shared
    .global \name
\name:
    .endr
    ld s0, TRAPFRAME_X(8)(sp)
    j trap_save

    .irp name, signal_wakes, signal_wakes_shared
    .global \name
\name:
    .endr
    unlock
    .irp number, 8, 18, 19, 20, 21, 22
    ld x\number, TRAPFRAME_X(\number)(sp)
    .endr
    j trap_system_call
