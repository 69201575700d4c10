/* SPDX-License-Identifier: MIT
 *
 * The kernel lock, where somebody waits.
 */
#include "platform/lock.h"

#include "platform/csr.h"
#include "platform/sbi.h"

#define HELD 0xffU /* the byte of the word that is not 0 while it is held */
#define SPINS 500  /* that a hart looks for its turn before it sleeps */
#define ONE_WAITER (1U << 16)

struct kernel_lock kernel_lock __attribute__((section(".data.lock"), aligned(4096)));

/* Waits until the ticket is the head's. An interrupt may have been for somebody else
 * than the lock: it is raised again. The timer's, once due, would end each wfi at once:
 * only IPIs do. */
static void wait_for_turn(struct kernel_lock *lock, uint32_t ticket, uint64_t hart_id)
{
    uint64_t *sleeper = &lock->sleepers[ticket % LOCK_SLEEPERS];
    for (uint32_t i = 0; i < SPINS; i++, spin_pause())
        if (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) == ticket)
            return;
    uint64_t enabled = csr_read(sie);
    csr_write(sie, SIE_SSIE);
    __atomic_store_n(sleeper, hart_id + 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&lock->serving, __ATOMIC_SEQ_CST) != ticket) {
        wait_for_interrupt();
        csr_clear(sip, SIE_SSIE);
        fence_csr();
    }
    __atomic_store_n(sleeper, 0, __ATOMIC_RELAXED);
    csr_set(sip, SIE_SSIE);
    csr_write(sie, enabled);
}

/* The head has the lock: the next one is the head. */
static void advance(struct kernel_lock *lock, uint32_t ticket)
{
    __atomic_store_n(&lock->serving, ticket, __ATOMIC_SEQ_CST);
    uint64_t sleeper =
        __atomic_load_n(&lock->sleepers[ticket % LOCK_SLEEPERS], __ATOMIC_SEQ_CST);
    if (sleeper != 0)
        sbi_send_ipi(sleeper - 1);
}

void lock_wait(struct kernel_lock *lock, uint32_t word, uint64_t hart_id)
{
    if ((word & HELD) == 0) /* it was free, but others wait: they go first */
        lock_release(lock);
    __atomic_fetch_add(&lock->word, ONE_WAITER, __ATOMIC_RELAXED);
    uint32_t ticket = __atomic_fetch_add(&lock->next_ticket, 1, __ATOMIC_RELAXED);
    wait_for_turn(lock, ticket, hart_id);
    while (__atomic_fetch_or(&lock->word, 1, __ATOMIC_ACQUIRE) & HELD)
        spin_pause();
    __atomic_fetch_sub(&lock->word, ONE_WAITER, __ATOMIC_RELAXED);
    advance(lock, ticket + 1);
}
