/* SPDX-License-Identifier: MIT
 *
 * Interrupts, and the loop that a hart without work waits for them in.
 */
#include "trap/interrupt.h"

#include <stddef.h>

#include "base/panic.h"
#include "object/process.h"
#include "platform/interrupt.h"
#include "platform/machine.h"
#include "platform/timer.h"
#include "sched/sched.h"
#include "trap/trap.h"

/* Threads woken by one interrupt. If more are due the timer is set to a time in the
 * past, and the next interrupt goes on with them. */
#define EXPIRY_BATCH 8

void interrupt_timer(struct thread *thread, uint64_t scause)
{
    (void)thread, (void)scause;
    uint64_t now = timer_now();
    for (uint32_t i = 0; i < EXPIRY_BATCH && sched_next_expiry() <= now; i++)
        process_deadline_passed(process_of(sched_take_expired(now)));
    sched_tick(now);
}

void interrupt_unexpected(struct thread *thread, uint64_t scause)
{
    (void)thread;
    panic("interrupt %lu, which nothing has enabled", scause << 1 >> 1);
}

void trap_poll_interrupts(void)
{
    if (csr_read(sip) & csr_read(sie) & SIE_STIE)
        interrupt_timer(NULL, SCAUSE_SUPERVISOR_TIMER);
}

void trap_idle(void)
{
    struct hart *hart = hart_this();
    while (process_first_end() == NULL) {
        trap_poll_interrupts();
        if (hart->departed != NULL) {
            struct process *departed = process_of(hart->departed);
            hart->departed = NULL;
            process_bury(departed);
        } else if (!sched_leave_idle()) {
            if (sched_next_expiry() == DEADLINE_NONE)
                return; /* nothing can wake anybody any more */
            machine.idle_waits++;
            wait_for_interrupt();
        }
    }
}
