/* SPDX-License-Identifier: MIT */
#include "simulation.h"

#include "host_test.h"

#include "base/list.h"
#include "platform/sbi.h"
#include "platform/timer.h"
#include "sched/fpu_owner.h"
#include "sched/harts.h"
#include "sched/swtch.h"
#include "sched/translations.h"

#include <string.h>

#define EXPIRY_BATCH 8
#define STACK_TOP 0x10000UL

uint64_t simulated_time, simulated_cycle, simulated_sstatus;
struct hart *simulated_hart = harts;
struct task tasks[TASKS_MAX];
uint32_t task_count;
uint64_t dispatches;

static uint64_t timer;
static uint64_t forgotten_at;
static jmp_buf hart_loop;

/* What sched.c calls of the machine. */

void timer_set(uint64_t time) { timer = time; }

bool timer_is_direct(void) { return false; }

void timer_stop(void) { timer = UINT64_MAX; }

void sbi_send_ipi(uint64_t hart_id) { fail_msg("hart %lu is called", hart_id); }

uint64_t address_space_kernel_satp(void) { return 0; }

void translations_forget(struct hart *hart, struct thread *thread)
{
    thread->stale &= ~hart->marks;
}

void fpu_switch_status(struct hart *hart, uint64_t status, struct thread *from,
                       struct thread *to)
{
    (void)hart, (void)status, (void)from, (void)to;
    fail_msg("nobody uses the FPU here");
}

static bool is_idle(void) { return simulated_hart->current == &simulated_hart->idle; }

static struct task *task_of(struct thread *thread)
{
    return container_of(thread, struct task, thread);
}

static void arrive(void)
{
    dispatches++;
    if (is_idle())
        return;
    struct task *task = task_of(simulated_hart->current);
    if (task->woken_at == UINT64_MAX)
        return;
    const uint64_t latency = simulated_time - task->woken_at;
    task->woken_at = UINT64_MAX;
    task->wakings++;
    task->latency_sum += latency;
    if (latency > task->latency_max)
        task->latency_max = latency;
}

/* No stacks here: whoever left the hart goes on in simulate when its turn comes. */
void swtch(struct thread *from, struct thread *to)
{
    (void)from, (void)to;
    arrive();
}

void swtch_leave(struct thread *to)
{
    (void)to;
    arrive();
    longjmp(hart_loop, 1);
}

/* The kernel starts once; here its queues have to be empty again. */
static void drain(void)
{
    for (uint32_t i = 0; i < task_count; i++)
        tasks[i].thread.hurried = true; /* no limit holds it back any more */
    while (sched_next_expiry() != DEADLINE_NONE)
        sched_take_expired(UINT64_MAX);
    while (policy_take(simulated_hart->common) != NULL)
        continue;
}

void simulation_start(void)
{
    if (task_count != 0)
        drain();
    memset(tasks, 0, sizeof tasks);
    task_count = 0;
    dispatches = 0;
    simulated_time = 1;
    simulated_cycle = 1000;
    timer = UINT64_MAX;
    forgotten_at = 1;
    sched_init(SLICE_TICKS, true);
    harts_add(0, 0, STACK_TOP);
    sched_begin();
    simulated_hart->paid_until = simulated_cycle;
}

struct task *task_add(enum task_kind kind, uint8_t priority, uint64_t run,
                      uint64_t away)
{
    assert_true(task_count < TASKS_MAX);
    struct task *task = &tasks[task_count++];
    *task = (struct task){
        .kind = kind, .run = run, .left = run, .away = away, .woken_at = UINT64_MAX};
    thread_init(&task->thread, simulated_hart, 0, STACK_TOP, NULL);
    task->thread.priority = priority;
    sched_admit(&task->thread);
    if (kind == SERVER)
        task->thread.state = THREAD_RECEIVING;
    else
        sched_make_ready(&task->thread);
    return task;
}

static void pass(uint64_t ticks)
{
    simulated_time += ticks;
    simulated_cycle += ticks * CYCLES_PER_TICK;
}

static void interrupt(void)
{
    const uint64_t now = simulated_time;
    for (uint32_t i = 0; i < EXPIRY_BATCH && sched_next_expiry() <= now; i++) {
        struct thread *expired = sched_take_expired(now);
        if (expired != NULL) {
            task_of(expired)->woken_at = now;
            sched_make_ready(expired);
        }
    }
    clock_tick(now, sched_next_expiry());
}

static void call(struct task *task)
{
    struct task *server = &tasks[task->server];
    sched_block(&task->thread, THREAD_AWAITING_REPLY, 0);
    assert_int_equal(server->thread.state, THREAD_RECEIVING);
    server->caller = (uint32_t)(task - tasks);
    sched_hand_to(&server->thread);
}

static void reply(struct task *task)
{
    sched_block(&task->thread, THREAD_RECEIVING, 0);
    sched_hand_to(&tasks[task->caller].thread);
}

static void act(struct task *task)
{
    task->left = task->run;
    task->count++;
    switch (task->kind) {
    case HOG:
        break;
    case SLEEPER:
        sched_block(&task->thread, THREAD_RECEIVING, simulated_time + task->away);
        break;
    case YIELDER:
        sched_yield(&task->thread);
        break;
    case CLIENT:
        call(task);
        break;
    case SERVER:
        reply(task);
        break;
    }
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

/* The hart runs its thread until something happens, by `end` at the latest. */
static void run(uint64_t end)
{
    struct task *task = task_of(simulated_hart->current);
    uint64_t until = earlier(timer, end);
    until = earlier(until, simulated_time + task->left);
    if (until > simulated_time) {
        const uint64_t ticks = until - simulated_time;
        task->had += ticks;
        task->left -= ticks;
        pass(ticks);
    }
    if (timer > simulated_time && task->left != 0)
        return;
    pass(TRAP_TICKS);
    task->had += TRAP_TICKS;
    if (timer <= simulated_time)
        interrupt();
    else
        act(task);
    if (simulated_hart->current->flags & THREAD_RESCHEDULE)
        sched_switch(simulated_hart->current);
}

static void wait(uint64_t end)
{
    if (sched_leave_idle())
        return;
    const uint64_t until = earlier(timer, end);
    if (until > simulated_time)
        pass(until - simulated_time);
    if (timer <= simulated_time)
        interrupt();
}

void simulate_switch(void)
{
    if (setjmp(hart_loop) == 0)
        sched_switch(simulated_hart->current);
}

void simulate_end(void)
{
    if (setjmp(hart_loop) == 0)
        sched_depart(simulated_hart->current);
    simulated_hart->departed = NULL;
}

void simulate(uint64_t ticks)
{
    const uint64_t end = simulated_time + ticks;
    (void)setjmp(hart_loop);
    while (simulated_time < end) {
        sched_check(64);
        if (is_idle())
            wait(end);
        else
            run(end);
    }
}

void simulation_forget(void)
{
    forgotten_at = simulated_time;
    for (uint32_t i = 0; i < task_count; i++) {
        tasks[i].had = tasks[i].count = 0;
        tasks[i].wakings = tasks[i].latency_sum = tasks[i].latency_max = 0;
    }
}

uint64_t task_share(const struct task *task)
{
    return task->had * 1000000 / (simulated_time - forgotten_at);
}
