/* SPDX-License-Identifier: MIT
 *
 * platform/lock.c with threads of this machine for harts: one at a time has the lock,
 * everybody gets it as often as it asks, those who sleep are woken by an IPI and by
 * nothing else, and the lock is as at the beginning when all have gone. test/model
 * searches every order of few steps.
 */
#include "host_test.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "platform/csr.h"
#include "platform/lock.h"
#include "platform/sbi.h"

#define HARTS 8U
#define TIMES 1000U
#define LONG 1200U
#define ALL_INTERRUPTS (SIE_SSIE | SIE_STIE | SIE_SEIE)

static uint64_t inside, count; /* guarded by the lock, which is what is tried */
static uint64_t had[HARTS];
static uint64_t calls[HARTS]; /* interrupts pending */

void spin_pause(void) { sched_yield(); }

static _Thread_local uint64_t this_hart;
static _Thread_local uint64_t enabled; /* sie */
static uint64_t ended_at_once;         /* wfi: each hart's timer is due all the time */

void wait_for_interrupt(void)
{
    __atomic_fetch_add(&ended_at_once, enabled != SIE_SSIE, __ATOMIC_RELAXED);
    while (__atomic_load_n(&calls[this_hart], __ATOMIC_SEQ_CST) == 0)
        sched_yield();
}

uint64_t hart_csr_read(const char *name)
{
    assert_string_equal(name, "sie");
    return enabled;
}

/* sip.SSIP: cleared when a hart has woken, raised again for whom it may concern. */
void hart_csr_write(const char *name, uint64_t value)
{
    if (strcmp(name, "sie") == 0) {
        enabled = value;
        return;
    }
    assert_string_equal(name, "sip");
    __atomic_store_n(&calls[this_hart], 0, __ATOMIC_SEQ_CST);
}

void fence_csr(void) {}

void sbi_send_ipi(uint64_t hart_id)
{
    assert_in_range(hart_id, 0, HARTS - 1);
    __atomic_store_n(&calls[hart_id], 1, __ATOMIC_SEQ_CST);
}

static void *hart(void *number)
{
    this_hart = (uint64_t)number;
    enabled = ALL_INTERRUPTS;
    for (uint32_t i = 0; i < TIMES; i++) {
        lock_acquire(&kernel_lock, this_hart);
        inside++;
        for (uint32_t left = i == TIMES / 2 ? LONG : 0; left > 0; left--)
            sched_yield(); /* so long that the others sleep */
        count += inside == 1 && enabled == ALL_INTERRUPTS;
        had[this_hart]++;
        inside--;
        lock_release(&kernel_lock);
    }
    return NULL;
}

static void one_at_a_time(void **state)
{
    (void)state;
    pthread_t threads[HARTS];
    for (uint64_t i = 0; i < HARTS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hart, (void *)i), 0);
    for (uint64_t i = 0; i < HARTS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(ended_at_once, 0);
    assert_int_equal(count, (uint64_t)HARTS * TIMES);
    for (uint64_t i = 0; i < HARTS; i++)
        assert_int_equal(had[i], TIMES);
    assert_int_equal(kernel_lock.word, 0);
    assert_int_equal(kernel_lock.next_ticket, kernel_lock.serving);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_at_a_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
