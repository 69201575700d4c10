/* SPDX-License-Identifier: MIT
 *
 * System calls: the machine, the kernel's log, and what the kernel knows.
 */
#include "trap/calls.h"

#include "base/printk.h"
#include "memory/address_space.h"
#include "memory/frame.h"
#include "platform/console.h"
#include "platform/machine.h"
#include "platform/power.h"
#include "platform/timer.h"
#include "sched/clock.h"
#include "sched/harts.h"
#include "sched/sched_policy.h"

int64_t sys_machine_off(const struct call *call)
{
    if (call->frame->a1 > STATUS_MAX)
        return E_INVALID;
    console_flush();
    power_off((uint8_t)call->frame->a1);
}

/* The bytes are in a2 to a6, which are neighbours in the trapframe. */
int64_t sys_log_write(const struct call *call)
{
    if (call->frame->a1 == 0 || call->frame->a1 > LOG_WRITE_BYTES)
        return E_INVALID;
    printk("%.*s", (int)call->frame->a1, (const char *)&call->frame->a2);
    console_flush();
    return E_OK;
}

int64_t sys_log_claim(const struct call *call)
{
    if (call->frame->a1 > 1)
        return E_INVALID;
    console_claim(call->frame->a1 == 1);
    return E_OK;
}

int64_t sys_kernel_info(const struct call *call)
{
    uint64_t item = call->frame->a0, switches = 0, idle_cycles = 0, hart_ids = 0;
    for (const struct hart *hart = harts; hart < harts + harts_count; hart++) {
        switches += hart->switches;
        idle_cycles += hart->idle.cycles;
        if (hart->online && hart->id < 64)
            hart_ids |= 1UL << hart->id;
    }
    const uint64_t values[] = {
        [INFO_ABI_VERSION] = TRAPEZE_ABI_VERSION,
        [INFO_FEATURES] = machine.features,
        [INFO_TIMEBASE_HZ] = machine.timebase_hz,
        [INFO_HARTS] = machine.hart_count,
        [INFO_HART] = call->caller->thread.hart->id,
        [INFO_MEMORY_BYTES] = machine.memory_bytes,
        [INFO_FREE_PAGES] = frame_free_count(),
        [INFO_LARGEST_RUN_PAGES] = frame_largest_run(),
        [INFO_PROCESSES] = process_count(),
        [INFO_SLICE_TICKS] = call->caller->thread.hart->slice_ticks,
        [INFO_TIMER_PROGRAMMINGS] = timer_programmings() + clock_fast_slices(),
        [INFO_SWITCHES] = switches,
        [INFO_ENTRY_INSTRET] = machine.entry_instret,
        [INFO_ASID_BITS] = address_space_asid_bits(),
        [INFO_IDLE_WAITS] = machine.idle_waits,
        [INFO_FREE_SLOTS] = object_free_count(),
        [INFO_SCHEDULER] = policy_number,
        [INFO_IDLE_CYCLES] = idle_cycles,
        [INFO_PROCESS_SLOTS] = object_cost(OBJECT_PROCESS),
        [INFO_HARTS_ONLINE] = machine.harts_online,
        [INFO_HART_IDS] = hart_ids,
    };
    return item < sizeof values / sizeof values[0] ? (int64_t)values[item] : E_INVALID;
}
