/* SPDX-License-Identifier: MIT
 *
 * The one lock of the kernel. Its rules:
 *
 *   - A hart holds it whenever it is in the kernel, from the first line of
 *     trap_dispatch to trap_return, across a switch of stacks; the idle loop lets go of
 *     it in wfi. Whoever takes it has to be this hart, with interrupts off.
 *   - It guards everything that is not one hart's own register or the firmware's: all
 *     of C works with it held, but for the first lines after a reset and the report of
 * a panic. Nothing waits for another hart while holding it, except for the firmware's
 *     RFENCE, which harts that spin here answer.
 *   - It is fair: who finds it held takes a ticket, and is served in the order of
 *     tickets. A newcomer may pass the head of the queue, in the few instructions
 *     between a release and that one's next look, and no more than once: the next one
 *     sees that somebody queues, and queues as well.
 *   - The head of the queue spins; the others wait in wfi after a while, so that any
 *     number of harts can queue on a machine whose harts are threads of a busy host.
 *     Whoever gets the lock wakes the next head, which is spinning by the time that it
 *     is its turn.
 *
 * The word is known to assembly, which finds it at the beginning of a page (lui is all
 * that takes): the least significant byte is not 0 while somebody has the lock, and the
 * upper half counts who queues. So one amoor.w takes a free lock that nobody waits for,
 * storing a byte releases it, and neither touches the queue.
 */
#pragma once

#include <stdint.h>

#include "base/inline.h"

#define LOCK_SLEEPERS 8 /* harts that can queue */

struct kernel_lock {
    uint32_t word;
    uint32_t next_ticket;
    uint32_t serving;                 /* the ticket whose turn it is */
    uint64_t sleepers[LOCK_SLEEPERS]; /* by ticket: 1 + the hart that waits in wfi */
};

extern struct kernel_lock kernel_lock;

/* The rest of lock_acquire: `word` is what was found. */
void lock_wait(struct kernel_lock *lock, uint32_t word, uint64_t hart_id);

INLINE void lock_acquire(struct kernel_lock *lock, uint64_t hart_id)
{
    uint32_t word = __atomic_fetch_or(&lock->word, 1, __ATOMIC_ACQUIRE);
    if (word != 0)
        lock_wait(lock, word, hart_id);
}

static inline void lock_release(struct kernel_lock *lock)
{
    __atomic_store_n((uint8_t *)&lock->word, 0, __ATOMIC_RELEASE);
}
