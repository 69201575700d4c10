/* SPDX-License-Identifier: MIT
 *
 * Interrupts, and the loop that a hart without work waits for them in.
 */
#include "trap/trap.h"

#include "base/panic.h"
#include "object/death.h"
#include "object/irq.h"
#include "object/priority.h"
#include "object/rendezvous.h"
#include "platform/interrupt.h"
#include "platform/machine.h"
#include "platform/timer.h"
#include "sched/sched.h"

/* Threads woken by one interrupt. If more are due the timer is set to a time in the
 * past, and the next interrupt goes on with them. */
#define EXPIRY_BATCH 4

void interrupt_timer(void)
{
    uint64_t now = timer_now();
    for (uint32_t i = 0; i < EXPIRY_BATCH && sched_next_expiry() <= now; i++) {
        struct thread *expired = sched_take_expired(now);
        if (expired != NULL)
            rendezvous_give_up(process_of(expired), E_TIMEOUT);
    }
    clock_tick(now, sched_next_expiry());
}

void interrupt_software(void)
{
    csr_clear(sip, SIE_SSIE);
    clock_ensure_slice(hart_this()); /* unless flags tell what it is for */
    priority_go_on();
}

void interrupt_external(void) { irq_handle(); }

void interrupt_unexpected(void)
{
    panic("interrupt %lu, which nothing has enabled", csr_read(scause) << 1 >> 1);
}

void trap_poll_interrupts(void)
{
    uint64_t pending = csr_read(sip) & csr_read(sie);
    if (pending & SIE_STIE)
        interrupt_timer();
    if (pending & SIE_SSIE)
        interrupt_software();
    if (pending & SIE_SEIE)
        interrupt_external();
}

void trap_idle(void)
{
    struct hart *hart = hart_this();
    while (death_of_first() == NULL) {
        trap_poll_interrupts();
        if (hart->departed != NULL) {
            struct process *departed = process_of(hart->departed);
            hart->departed = NULL;
            death_bury(departed);
        } else if (!sched_leave_idle()) {
            if (sched_next_expiry() == DEADLINE_NONE && !irq_is_awaited() &&
                harts_all_wait())
                return; /* nothing can wake anybody any more */
            machine.idle_waits++;
            hart->waiting =
                true; /* a call from here on stays pending: none is missed */
            lock_release(&kernel_lock);
            wait_for_interrupt();
            lock_acquire(&kernel_lock, hart->id);
            hart->waiting = false;
        }
    }
}
