/* SPDX-License-Identifier: MIT
 *
 * Several harts, one queue: the scheduler and the flush marks on simulated harts that
 * enter the kernel one after the other, at random, with random calls, against a plain
 * model of who is ready and in which order. Interrupts between harts arrive late, or in
 * the middle of something else. After every exit of the kernel:
 *
 *   - a thread is in one place;
 *   - who is chosen is the most urgent of those who may run there, and the first of its
 *     equals, the pinned ones and the others in turn;
 *   - nobody ready is more urgent than who runs where it may run, unless a hart is on
 *     its way to choose; once all interrupts have been taken, without exception;
 *   - a hart is interrupted only to get a more urgent thread, to lose one that may not
 *     stay, or to time a slice;
 *   - a hart that waits has nothing to do, and a pinned thread runs on its hart only;
 *   - no hart uses a translation, an instruction or a kernel stack that was there
 *     before the last change.
 */
#include "host_test.h"

#include "memory/address_space.h"
#include "platform/sbi.h"
#include "platform/timer.h"
#include "random_steps.h"
#include "sched/fpu_owner.h"
#include "sched/harts.h"
#include "sched/sched.h"
#include "sched/sched_policy.h"
#include "sched/swtch.h"
#include "sched/translations.h"

#include <stdio.h>
#include <string.h>

#define STEPS 1000000U
#define EPISODE 4000U /* steps on one machine */
#define TASKS_MAX 24U
#define URGENCIES 4U /* priorities that are given */
#define SLICE_TICKS 1000U
#define STACK_PAGES 2U
#define STACKS 0xffffffd000000000UL
#define EXPIRY_BATCH 4
#define ROUNDS_MAX (TASKS_MAX + 8) /* the dying go one after the other */
#define SETTLED_AFTER (8U * HARTS_MAX)

static struct task {
    struct thread thread;
    struct address_space space;
    bool exists;
    bool ready;        /* the model's opinion */
    int64_t turn;      /* among equals: the least goes first */
    uint64_t version;  /* of its page tables */
    uint64_t code;     /* of its instructions */
    uint64_t stack;    /* of its kernel stack */
    uint64_t last_ran; /* time */
} tasks[TASKS_MAX];
static uint32_t task_count;
static int64_t last_turn, first_turn;

/* What a hart has, beside what the kernel knows. */
static struct machine {
    bool interrupted; /* by another hart, not taken yet */
    uint64_t timer;
    bool tie_seen, last_tie_pinned; /* who went first among equals the last time */
    /* What it has cached; 0: nothing. With one ASID for all, whose it is. */
    uint64_t version[TASKS_MAX], code[TASKS_MAX], stack[TASKS_MAX];
} machines[HARTS_MAX];

struct hart *simulated_hart = harts;
static uint64_t now;
static bool shared_asid;
static bool limit_changes; /* who pays is interrupted then */
static uint64_t interrupts, choices, hand_overs, remote_fences, idle_waits;
static jmp_buf boundary;

static uint32_t number_of(const struct hart *hart) { return (uint32_t)(hart - harts); }
static struct machine *here(void) { return &machines[number_of(hart_this())]; }

static struct task *task_of(const struct thread *thread)
{
    return (struct task *)(void *)container_of(thread, struct task, thread);
}

static bool is_idle(const struct hart *hart) { return hart->current == &hart->idle; }

static bool may_run(const struct thread *thread, const struct hart *hart)
{
    return thread->pin == NULL || thread->pin == hart;
}

/* It chooses soon, whatever happens. */
static bool is_disturbed(const struct hart *hart)
{
    if (is_idle(hart))
        return !hart->waiting || machines[number_of(hart)].interrupted;
    return (hart->current->flags & (THREAD_RESCHEDULE | THREAD_DYING)) != 0 &&
           (machines[number_of(hart)].interrupted || hart == hart_this());
}

/* The hart, as the kernel sees it. */

uint64_t hart_csr_read(const char *name)
{
    if (strcmp(name, "time") == 0)
        return now;
    return strcmp(name, "cycle") == 0 ? 50 * now : 0;
}

void hart_csr_write(const char *name, uint64_t value) { (void)name, (void)value; }

void timer_set(uint64_t time) { here()->timer = time; }
void timer_stop(void) { here()->timer = UINT64_MAX; }
bool timer_is_direct(void) { return false; }
uint64_t address_space_kernel_satp(void) { return 0; }

void fpu_switch_status(struct hart *hart, uint64_t status, struct thread *from,
                       struct thread *to)
{
    (void)hart, (void)status, (void)from, (void)to;
    fail_msg("nobody uses the FPU here");
}

static bool somebody_is_for(const struct hart *hart, bool more_urgent)
{
    for (uint32_t i = 0; i < task_count; i++) {
        const struct thread *thread = &tasks[i].thread;
        if (tasks[i].exists && thread->state == THREAD_READY && may_run(thread, hart) &&
            (!more_urgent || thread->urgency > hart->current->urgency))
            return true;
    }
    return false;
}

void sbi_send_ipi(uint64_t hart_id)
{
    struct hart *hart = &harts[hart_id];
    const struct thread *current = hart->current;
    const bool must_leave =
        !is_idle(hart) && (current->hurried || !may_run(current, hart));
    const bool times_slice = hart->slice_end == 0 && somebody_is_for(hart, false);

    assert_ptr_not_equal(hart, hart_this());
    if (!is_idle(hart) && !must_leave && !times_slice && !limit_changes &&
        !somebody_is_for(hart, true))
        fail_msg("hart %lu is interrupted for nothing", hart_id);
    if (is_idle(hart) && !somebody_is_for(hart, false))
        fail_msg("hart %lu is woken for nothing", hart_id);
    machines[hart_id].interrupted = true;
    interrupts++;
}

/* Translations. */

static void forget_space(struct machine *machine, uint64_t asid)
{
    for (uint32_t i = 0; i < task_count; i++)
        if (tasks[i].space.asid == asid)
            machine->version[i] = 0;
}

void fence_address_space(uint64_t asid) { forget_space(here(), asid); }

void fence_address_space_page(uint64_t vaddr, uint64_t asid)
{
    (void)vaddr;
    forget_space(here(), asid);
}

void fence_instructions(void) { memset(here()->code, 0, sizeof here()->code); }

void fence_page(uint64_t vaddr)
{
    here()->stack[(vaddr - STACKS) / PAGE_SIZE / STACK_PAGES] = 0;
}

void sbi_remote_sfence_vma_asid(uint64_t hart_id, uint64_t asid)
{
    forget_space(&machines[hart_id], asid);
    remote_fences++;
}

void sbi_remote_fence_i(uint64_t hart_id)
{
    memset(machines[hart_id].code, 0, sizeof machines[hart_id].code);
}

static void look(uint64_t *cached, uint64_t there, const char *what)
{
    if (*cached != 0 && *cached != there)
        fail_msg("hart %u uses a stale %s", number_of(hart_this()), what);
    *cached = there;
}

/* The hart runs its thread in user mode. With one ASID for all it may use whatever the
 * TLB has of the others. */
static void run_user(void)
{
    struct task *task = task_of(hart_this()->current);
    const uint32_t number = (uint32_t)(task - tasks);

    task->last_ran = now;
    if (shared_asid)
        for (uint32_t i = 0; i < task_count; i++)
            if (i != number && here()->version[i] != 0)
                fail_msg("hart %u has another's translation", number_of(hart_this()));
    look(&here()->version[number], task->version, "translation");
    look(&here()->code[number], task->code, "instruction");
    look(&here()->stack[number], task->stack, "kernel stack");
}

/* The model of the queues. */

static void model_add(struct task *task, bool front)
{
    task->ready = true;
    task->turn = front || task->thread.hurried ? --first_turn : ++last_turn;
}

/* Somebody may have become ready in the call that has been made. */
static void model_update(void)
{
    for (uint32_t i = 0; i < task_count; i++) {
        const bool ready = tasks[i].exists && tasks[i].thread.state == THREAD_READY &&
                           hart_this()->direct != &tasks[i].thread;
        if (ready && !tasks[i].ready)
            model_add(&tasks[i], false);
        assert_true(ready || !tasks[i].ready);
    }
}

/* Of those who are pinned to this hart, or of the others. */
static struct task *model_first(const struct hart *hart, bool pinned)
{
    struct task *first = NULL;

    for (uint32_t i = 0; i < task_count; i++) {
        struct task *task = &tasks[i];
        if (!task->ready || (task->thread.pin == NULL) == pinned ||
            !may_run(&task->thread, hart))
            continue;
        if (first == NULL || task->thread.urgency > first->thread.urgency ||
            (task->thread.urgency == first->thread.urgency && task->turn < first->turn))
            first = task;
    }
    return first;
}

static void model_choose(struct hart *hart)
{
    struct task *common = model_first(hart, false), *own = model_first(hart, true);
    struct task *chosen = is_idle(hart) ? NULL : task_of(hart->current);
    struct machine *machine = &machines[number_of(hart)];
    struct task *expected = common == NULL ? own : common;

    choices++;
    if (common == NULL && own == NULL)
        machine->tie_seen = false; /* whoever was passed over has run meanwhile */
    if (common != NULL && own != NULL && harts_count > 1) {
        const bool tie = common->thread.urgency == own->thread.urgency;
        if (tie) {
            assert_true(chosen == common || chosen == own);
            if (machine->tie_seen)
                assert_true(machine->last_tie_pinned == (chosen == common));
            machine->tie_seen = true;
            machine->last_tie_pinned = chosen == own;
            expected = chosen;
        } else if (own->thread.urgency > common->thread.urgency) {
            expected = own;
        }
    } else if (common != NULL && own != NULL) { /* one hart, one queue */
        const uint8_t one = common->thread.urgency, other = own->thread.urgency;
        if (other > one || (other == one && own->turn < common->turn))
            expected = own;
    }
    if (chosen != expected)
        fail_msg("hart %u has chosen task %ld, not task %ld", number_of(hart),
                 chosen == NULL ? -1 : chosen - tasks,
                 expected == NULL ? -1 : expected - tasks);
    if (chosen != NULL)
        chosen->ready = false;
}

/* A thread that left the hart, which could go on, is ready before that: `rotate`. */
static struct {
    struct thread *from, *direct, *preemptor;
    bool rotate, running;
} leaving;

static void note_leaving(void)
{
    struct hart *hart = hart_this();

    leaving.from = hart->current;
    leaving.direct = hart->direct;
    leaving.preemptor = hart->preemptor;
    leaving.rotate = hart->rotate;
    leaving.running = !is_idle(hart) && hart->current->state == THREAD_RUNNING;
}

static void check_choice(void)
{
    struct hart *hart = hart_this();

    if (leaving.direct != NULL) {
        hand_overs++;
        assert_ptr_equal(hart->current, leaving.direct);
        assert_true(may_run(hart->current, hart));
        for (uint32_t i = 0; i < task_count; i++)
            assert_false(tasks[i].ready && may_run(&tasks[i].thread, hart) &&
                         tasks[i].thread.urgency > hart->current->urgency);
        return;
    }
    if (leaving.running &&
        (leaving.from->state == THREAD_READY || hart->current == leaving.from))
        model_add(task_of(leaving.from), !leaving.rotate);
    if (leaving.preemptor != NULL && hart->current != leaving.preemptor)
        model_add(task_of(leaving.preemptor), false); /* it is queued only now */
    model_choose(hart);
}

/* Who left the hart goes on at the boundary. */
void swtch(struct thread *from, struct thread *to)
{
    (void)from, (void)to;
    check_choice();
    longjmp(boundary, 1);
}

void swtch_leave(struct thread *to)
{
    (void)to;
    limit_changes = false;
    if (leaving.from->state != THREAD_ENDED)
        check_choice();
    longjmp(boundary, 1);
}

/* What a thread, or an interrupt, asks of the kernel. */

static uint8_t any_priority(void) { return (uint8_t)random_below(URGENCIES); }

static struct task *any_task(void)
{
    struct task *task = &tasks[random_below(task_count)];
    return task->exists && task->thread.state != THREAD_ENDED ? task : NULL;
}

static struct task *any_blocked(void)
{
    for (uint32_t i = 0; i < 4; i++) {
        struct task *task = any_task();
        if (task != NULL && thread_is_blocked(&task->thread) &&
            task->thread.state != THREAD_HELD)
            return task;
    }
    return NULL;
}

static void change_tables(struct task *task)
{
    const bool executable = random_below(4) == 0;

    if (task->thread.space == NULL)
        return;
    task->version++;
    task->code += executable;
    if (random_below(2) == 0)
        fence_address_space(translations_asid(&task->thread));
    else
        fence_address_space_page(0x1000, translations_asid(&task->thread));
    translations_changed(&task->thread, executable);
}

static void set_priority(struct task *task, uint8_t priority)
{
    const bool queued = task->ready;

    task->ready = false;
    sched_set_priority(&task->thread, priority);
    if (queued)
        model_add(task, false);
}

static void pin(struct task *task, struct hart *hart)
{
    const bool queued = task->ready;

    task->ready = false;
    sched_pin(&task->thread, hart);
    if (queued)
        model_add(task, false);
}

/* As death_mark. */
static void kill(struct task *task)
{
    struct thread *thread = &task->thread;
    const bool queued = task->ready;

    if (thread->flags & THREAD_DYING)
        return;
    thread->flags |= THREAD_DYING;
    task->ready = false;
    sched_hurry(thread);
    if (queued)
        model_add(task, true);
    if (thread_is_blocked(thread))
        sched_make_ready(thread);
}

static void set_limit(struct task *task)
{
    const uint64_t ticks = random_below(2) == 0 ? 0 : 1 + random_below(SLICE_TICKS);

    limit_changes = true;
    sched_set_limit(&task->thread, ticks, ticks == 0 ? 0 : 4 * SLICE_TICKS);
    limit_changes = false;
}

static void create(struct task *task, uint8_t priority)
{
    const uint32_t number = (uint32_t)(task - tasks);
    const uint64_t version = task->version, code = task->code, stack = task->stack;

    memset(task, 0, sizeof *task);
    task->exists = true;
    task->last_ran = now;
    task->version = version + 1; /* of whoever had the ASID before, there is the rest */
    task->code = code + 1;
    task->stack = stack + 1;
    task->space.asid = shared_asid ? 0 : (uint16_t)(number + 1);
    task->space.satp = (uint64_t)task->space.asid << SATP_ASID_SHIFT | 1;
    thread_init(&task->thread, hart_this(), 0,
                STACKS + (number * STACK_PAGES + 1) * PAGE_SIZE, &task->space);
    task->thread.own_priority = task->thread.priority = priority;
    sched_admit(&task->thread);
    sched_make_ready(&task->thread);
}

static void block(struct thread *thread)
{
    const uint64_t deadline =
        random_below(2) == 0 ? 0 : now + 1 + random_below(3 * SLICE_TICKS);
    sched_block(thread, THREAD_RECEIVING, deadline);
}

static void hand_over(struct thread *thread, struct task *to)
{
    sched_block(thread, THREAD_AWAITING_REPLY, 0);
    sched_hand_to(&to->thread);
}

/* A call of the current thread's. */
static void call(void)
{
    struct thread *current = hart_this()->current;
    struct task *any = any_task(), *blocked = any_blocked();
    struct hart *any_hart = &harts[random_below(harts_count)];
    struct task *slot = &tasks[random_below(task_count)];

    switch (random_below(16)) {
    case 0:
    case 1:
        block(current);
        break;
    case 2:
    case 3:
    case 4:
        if (blocked != NULL)
            sched_make_ready(&blocked->thread);
        break;
    case 5:
    case 6:
        if (blocked != NULL)
            hand_over(current, blocked);
        break;
    case 7:
    case 8:
        sched_yield(current);
        break;
    case 9:
        if (any != NULL)
            set_priority(any, any_priority());
        break;
    case 10:
        if (any != NULL && random_below(2) == 0)
            pin(any, random_below(2) == 0 ? NULL : any_hart);
        break;
    case 11:
        if (any != NULL && random_below(4) == 0)
            kill(any);
        break;
    case 12:
        if (any != NULL && random_below(4) == 0)
            set_limit(any);
        break;
    case 13:
    case 14:
        if (any != NULL)
            change_tables(any);
        break;
    default:
        if (!slot->exists)
            create(slot, any_priority());
        break;
    }
    model_update();
}

static void take_interrupts(void)
{
    if (here()->interrupted) {
        here()->interrupted = false;
        clock_ensure_slice(hart_this());
    }
    if (here()->timer > now)
        return;
    for (uint32_t i = 0; i < EXPIRY_BATCH && sched_next_expiry() <= now; i++) {
        struct thread *expired = sched_take_expired(now);
        if (expired != NULL)
            sched_make_ready(expired);
        model_update();
    }
    /* Whose slice ends while somebody more urgent runs goes behind its equals. */
    const struct hart *hart = hart_this();
    struct thread *slice = hart->slice;
    const bool turn_ends = hart->slice_end != 0 && now >= hart->slice_end &&
                           hart->highest_ready != 0 && slice->state == THREAD_READY &&
                           !slice->hurried && slice->urgency < hart->current->urgency;
    if (turn_ends)
        model_add(task_of(slice), false);
    clock_tick(now, sched_next_expiry());
}

/* trap_idle. False: the hart waits. */
static bool idle(void)
{
    struct hart *hart = hart_this();

    hart->waiting = false;
    take_interrupts();
    if (hart->departed != NULL) {
        struct task *task = task_of(hart->departed);
        hart->departed = NULL;
        task->exists = false;
        return true;
    }
    note_leaving();
    if (sched_leave_idle())
        return true;
    check_choice();
    hart->waiting = true;
    idle_waits++;
    return false;
}

/* trap_work */
static void work(struct thread *current)
{
    note_leaving();
    if (current->flags & THREAD_RESCHEDULE) {
        sched_switch(current); /* returns if it goes on */
        if (!is_idle(hart_this()))
            check_choice();
        else if (leaving.from == &hart_this()->idle)
            check_choice();
    } else {
        assert_true(current->flags & THREAD_DYING);
        if (current->space != NULL && random_below(2) == 0) {
            translations_leave(current);
            tasks[task_of(current) - tasks].version++;
        }
        limit_changes = true; /* of whoever ran at its expense elsewhere */
        sched_depart(current);
    }
}

/* The hart enters the kernel, does what there is to do, and `action` if that is none of
 * its own, and leaves. */
static void enter(struct hart *hart, void (*volatile action)(void))
{
    volatile uint32_t rounds = 0;
    simulated_hart = hart;
    (void)setjmp(boundary);
    for (;;) {
        if (++rounds > ROUNDS_MAX)
            fail_msg("hart %u does not leave the kernel", number_of(hart));
        struct thread *current = hart_this()->current;
        if (is_idle(hart_this())) {
            action = NULL;
            if (!idle())
                return;
        } else if (current->flags != 0) {
            action = NULL;
            work(current);
        } else if (action != NULL) {
            void (*once)(void) = action;
            action = NULL;
            once();
        } else {
            break;
        }
    }
    run_user();
}

/* What must hold whenever no hart is in the kernel. */

static void check_places(void)
{
    uint32_t running[TASKS_MAX] = {0};

    for (uint32_t n = 0; n < harts_count; n++) {
        const struct hart *hart = &harts[n];
        assert_null(hart->direct);
        assert_null(hart->preemptor);
        if (is_idle(hart)) {
            assert_true(hart->waiting != machines[n].interrupted);
            continue;
        }
        assert_false(hart->waiting);
        assert_ptr_equal(hart->current->hart, hart);
        assert_int_equal(hart->current->state, THREAD_RUNNING);
        running[task_of(hart->current) - tasks]++;
        if (!may_run(hart->current, hart) && !is_disturbed(hart))
            fail_msg("hart %u runs what is pinned elsewhere", n);
    }
    for (uint32_t i = 0; i < task_count; i++) {
        const struct thread *thread = &tasks[i].thread;
        if (!tasks[i].exists)
            continue;
        assert_int_equal(running[i], thread->state == THREAD_RUNNING);
        if (thread->state == THREAD_READY)
            assert_ptr_equal(thread->ready_next->ready_previous, thread);
        assert_int_equal(tasks[i].ready, thread->state == THREAD_READY);
    }
}

/* The first hart where somebody more urgent than this one waits to run. */
static const struct hart *find_inversion(void)
{
    for (uint32_t n = 0; n < harts_count; n++)
        if (!is_disturbed(&harts[n]) && somebody_is_for(&harts[n], true))
            return &harts[n];
    return NULL;
}

static void check_urgency(void)
{
    const struct hart *hart = find_inversion();
    bool on_the_way = false;

    for (uint32_t n = 0; n < harts_count; n++)
        on_the_way |= is_disturbed(&harts[n]);
    if (hart != NULL && !on_the_way)
        fail_msg("somebody waits who is more urgent than what hart %u runs",
                 number_of(hart));
}

static void check_all(void)
{
    simulated_hart = NULL; /* nobody is in the kernel */
    check_places();
    check_urgency();
}

/* Interrupts are taken, and nothing else happens. */
static void settle(void)
{
    for (uint32_t i = 0; i < SETTLED_AFTER; i++) {
        bool calm = true;
        for (uint32_t n = 0; n < harts_count; n++)
            if (machines[n].interrupted) {
                enter(&harts[n], take_interrupts);
                calm = false;
            }
        if (calm)
            break;
    }
    check_all();
    assert_null(find_inversion());
    for (uint32_t n = 0; n < harts_count; n++) {
        assert_false(machines[n].interrupted);
        assert_false(harts[n].waiting && somebody_is_for(&harts[n], false));
        assert_true(is_idle(&harts[n]) || may_run(harts[n].current, &harts[n]));
    }
}

static void show(void)
{
    print_message("at %lu:\n", now);
    for (uint32_t n = 0; n < harts_count; n++)
        print_message(
            "  hart %u runs task %ld of urgency %u, slice until %lu, timer %lu\n", n,
            is_idle(&harts[n]) ? -1 : task_of(harts[n].current) - tasks,
            harts[n].current->urgency, harts[n].slice_end, machines[n].timer);
    for (uint32_t i = 0; i < task_count; i++)
        if (tasks[i].ready)
            print_message("  task %u of urgency %u is ready, pinned to %ld\n", i,
                          tasks[i].thread.urgency,
                          tasks[i].thread.pin == NULL ? -1
                                                      : tasks[i].thread.pin - harts);
}

/* Somebody who waits behind an equal will have a turn: a slice is being timed there,
 * or, if it may run anywhere, on any hart, whose end begins one on the others. */
static void check_slices(void)
{
    for (uint32_t i = 0; i < task_count; i++) {
        const struct thread *thread = &tasks[i].thread;
        bool behind_equal = false, timed = false;
        for (uint32_t n = 0; n < harts_count && tasks[i].ready; n++) {
            const struct hart *hart = &harts[n];
            if (!may_run(thread, hart))
                continue;
            behind_equal |= hart->current->urgency == thread->urgency;
            timed |= hart->slice_end != 0 && machines[n].timer <= hart->slice_end;
        }
        if (behind_equal && !timed) {
            show();
            fail_msg("task %u waits behind an equal, and no slice is timed", i);
        }
    }
}

/* Whoever is ready stands in one queue, once. */
static void drain(void)
{
    uint32_t taken[TASKS_MAX] = {0};

    for (uint32_t n = 0; n < harts_count; n++) {
        struct thread *thread;
        simulated_hart = &harts[n];
        while ((thread = policy_take(harts[n].pinned)) != NULL ||
               (thread = policy_take(harts[n].common)) != NULL) {
            assert_true(may_run(thread, &harts[n]));
            taken[task_of(thread) - tasks]++;
        }
    }
    for (uint32_t i = 0; i < task_count; i++)
        assert_int_equal(taken[i], tasks[i].exists && tasks[i].ready);
    for (uint32_t i = 0; i < task_count; i++)
        tasks[i].thread.hurried = true; /* no limit holds it back any more */
    while (sched_next_expiry() != DEADLINE_NONE)
        sched_take_expired(UINT64_MAX);
    for (uint32_t n = 0; n < harts_count; n++)
        while (harts_take(&harts[n]) != NULL)
            continue;
}

static void start(uint32_t count, uint32_t tasks_wanted)
{
    memset(tasks, 0, sizeof tasks);
    memset(machines, 0, sizeof machines);
    task_count = tasks_wanted;
    now++;
    simulated_hart = harts;
    sched_init(SLICE_TICKS, true);
    for (uint32_t n = 0; n < count; n++) {
        harts_add(n, 0, STACKS);
        machines[n].timer = UINT64_MAX;
    }
    for (uint32_t n = 0; n < count; n++) {
        simulated_hart = &harts[n];
        sched_begin();
        enter(&harts[n], NULL);
    }
}

/* A hart that waits does so until it is interrupted, or a device has a reason. */
static void step(struct hart *hart)
{
    const struct machine *machine = &machines[number_of(hart)];
    const bool due = machine->interrupted || machine->timer <= now;

    now += random_below(40);
    if (is_idle(hart) && hart->waiting && !due && random_below(16) != 0)
        return;
    enter(hart, due && random_below(4) != 0 ? take_interrupts : call);
}

/* By the first hart, which leaves the kernel afterwards. */
static void create_tasks(uint32_t from, uint32_t to, bool equal)
{
    simulated_hart = harts;
    harts->waiting = false;
    for (uint32_t i = from; i < to; i++) {
        create(&tasks[i], equal ? 1 : any_priority());
        model_update();
    }
}

static void random_calls_on_several_harts(void **state)
{
    (void)state;
    const uint64_t steps = random_steps(STEPS);
    random_start(1);
    print_message("seed %lu, %lu steps\n", random_seed, steps);
    while (random_step < steps) {
        const uint32_t count = 1 + (uint32_t)random_below(HARTS_MAX);
        shared_asid = random_below(4) == 0;
        start(count, 1 + (uint32_t)random_below(TASKS_MAX));
        create_tasks(0, 1 + task_count / 2, false);
        enter(harts, NULL);
        for (uint32_t i = 0; i < EPISODE && random_step < steps; i++, random_step++) {
            step(&harts[random_below(harts_count)]);
            check_all();
            if (random_below(50) == 0) {
                settle();
                check_slices();
            }
        }
        settle();
        drain();
    }
    /* It was worth it. */
    assert_true(interrupts > steps / 100 && hand_overs > steps / 100);
    assert_true(choices > steps / 20 && remote_fences > steps / 1000);
    assert_true(idle_waits > steps / 100);
}

#define TICKS (SLICE_TICKS / 16)

/* So many steps of time, in which every hart computes and takes its interrupts. */
static void compute(uint32_t steps, uint64_t had[TASKS_MAX], uint64_t longest)
{
    for (uint32_t i = 0; i < steps; i++) {
        now += TICKS;
        for (uint32_t n = 0; n < harts_count; n++) {
            if (is_idle(&harts[n]))
                continue;
            had[task_of(harts[n].current) - tasks] += TICKS;
            enter(&harts[n], take_interrupts);
        }
        settle();
        for (uint32_t k = 0; k < task_count; k++)
            if (tasks[k].exists && now - tasks[k].last_ran > longest)
                fail_msg("task %u has no turn on %u harts", k, harts_count);
    }
}

/* Equals that do nothing but compute: each has its turn, some of them pinned or not. If
 * none is, each has its share, also if the last one comes when nobody has waited. */
static void nobody_starves(void **state)
{
    (void)state;
    random_start(2);
    for (uint32_t round = 0; round < 60; round++) {
        const uint32_t count = 1 + (uint32_t)random_below(HARTS_MAX);
        const uint32_t hogs = 1 + (uint32_t)random_below(TASKS_MAX);
        const uint32_t first = hogs > count ? count : hogs;
        const bool some_pinned = random_below(2) == 0;
        /* Each hart's turns are shared by its pinned and the common ones, in turn. */
        const uint64_t longest = (2 * (uint64_t)hogs + 2 * count + 4) * SLICE_TICKS;
        const uint64_t fair =
            hogs <= count ? 200 * SLICE_TICKS : 200 * SLICE_TICKS * count / hogs;
        uint64_t had[TASKS_MAX] = {0};

        shared_asid = false;
        start(count, hogs);
        create_tasks(0, first, true);
        enter(harts, NULL);
        compute(64, had, longest);
        create_tasks(first, hogs, true);
        for (uint32_t i = 0; i < hogs && some_pinned; i++)
            if (random_below(3) == 0)
                pin(&tasks[i], &harts[random_below(count)]);
        enter(harts, NULL);
        memset(had, 0, sizeof had);
        compute(200 * 16, had, longest);
        for (uint32_t i = 0; i < hogs && !some_pinned; i++)
            if (had[i] < fair * 7 / 10)
                fail_msg("task %u of %u on %u harts had %lu of %lu", i, hogs, count,
                         had[i], fair);
        drain();
    }
}

/* A failure leaves the kernel's queues as they are: nothing else follows. */
static void receives(void) { sched_block(hart_this()->current, THREAD_RECEIVING, 0); }
static void calls_first(void) { hand_over(hart_this()->current, &tasks[0]); }

/* Its client has ended on another hart: the server pays for itself, and has a limit. */
static void a_limit_begins_when_the_payer_ends(void **state)
{
    (void)state;
    start(2, 2);
    simulated_hart = &harts[1];
    create(&tasks[0], 1);
    model_update();
    enter(&harts[1], NULL);
    enter(&harts[1], receives);
    sched_set_limit(&tasks[0].thread, SLICE_TICKS / 2, 4 * SLICE_TICKS);
    create(&tasks[1], 1);
    model_update();
    enter(&harts[1], NULL);
    enter(&harts[1], calls_first);
    assert_ptr_equal(harts[1].current, &tasks[0].thread);
    assert_ptr_equal(harts[1].payer, &tasks[1].thread);
    simulated_hart = &harts[0];
    kill(&tasks[1]);
    model_update();
    enter(&harts[0], NULL);
    assert_false(tasks[1].exists);
    assert_ptr_equal(harts[1].payer, &tasks[0].thread);
    enter(&harts[1], take_interrupts);
    assert_int_equal(machines[1].timer, now + SLICE_TICKS / 2);
    now += SLICE_TICKS / 2;
    enter(&harts[1], take_interrupts);
    assert_int_equal(tasks[0].thread.state, THREAD_HELD);
    drain();
}

int main(void)
{
    const struct CMUnitTest calls[] = {
        cmocka_unit_test_teardown(random_calls_on_several_harts, report_steps)};
    const struct CMUnitTest turns[] = {
        cmocka_unit_test(a_limit_begins_when_the_payer_ends),
        cmocka_unit_test(nobody_starves)};

    if (cmocka_run_group_tests(calls, NULL, NULL) != 0)
        return 1;
    return cmocka_run_group_tests(turns, NULL, NULL);
}
