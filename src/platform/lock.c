/* SPDX-License-Identifier: MIT
 *
 * The kernel lock, where somebody waits.
 */
#include "platform/lock.h"

#include "platform/csr.h"

#define HELD 0xffU /* the byte of the word that is not 0 while it is held */
#define ONE_WAITER (1U << 16)

struct kernel_lock kernel_lock __attribute__((section(".data.lock"), aligned(4096)));

void lock_wait(struct kernel_lock *lock, uint32_t word)
{
    if ((word & HELD) == 0) /* it was free, but others wait: they go first */
        lock_release(lock);
    __atomic_fetch_add(&lock->word, ONE_WAITER, __ATOMIC_RELAXED);
    uint32_t ticket = __atomic_fetch_add(&lock->next_ticket, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
        spin_pause();
    while (__atomic_fetch_or(&lock->word, 1, __ATOMIC_ACQUIRE) & HELD)
        spin_pause();
    __atomic_fetch_sub(&lock->word, ONE_WAITER, __ATOMIC_RELAXED);
    __atomic_store_n(&lock->serving, ticket + 1, __ATOMIC_RELEASE);
}
