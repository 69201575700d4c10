/* SPDX-License-Identifier: MIT
 *
 * Who disturbs whom. The kernel lock is held.
 */
#include "sched/harts.h"

#include "base/boot_text.h"
#include "platform/sbi.h"
#include "sched/sched_policy.h"
#include "sched/translations.h"

struct hart harts[HARTS_MAX];
uint32_t harts_count;
bool harts_preempt;

/* On one hart the common queue writes highest_ready itself. */
static void note_highest(void)
{
    for (struct hart *hart = harts; hart < harts + harts_count; hart++) {
        uint32_t common = *hart->common->highest, pinned = *hart->pinned->highest;
        hart->highest_ready = common > pinned ? common : pinned;
    }
}

BOOT_ONLY void harts_init(bool preempt)
{
    harts_preempt = preempt;
    harts_count = 0;
    for (uint32_t number = 0; number <= HARTS_MAX; number++)
        policy_queue(number)->highest = &policy_queue(number)->own;
}

BOOT_ONLY struct hart *harts_add(uint64_t id, uint64_t trap_return, uint64_t stack_top)
{
    struct hart *hart = &harts[harts_count];
    *hart = (struct hart){.id = id,
                          .trap_return = trap_return,
                          .marks = 1U << harts_count | TRANSLATIONS_SHARED,
                          .satp = address_space_kernel_satp(),
                          .common = policy_queue(0),
                          .pinned = policy_queue(1 + harts_count),
                          .timer_target = UINT64_MAX};
    hart->idle.hart = hart;
    hart->idle.state = THREAD_RUNNING;
    hart->idle.stack_top = stack_top;
    hart->idle.satp = hart->satp;
    hart->current = hart->payer = &hart->idle;
    harts_count++;
    hart->common->highest =
        harts_count == 1 ? &hart->highest_ready : &hart->common->own;
    for (struct hart *each = harts; each <= hart && harts_count > 1; each++) {
        each->several = true;
        each->fast_slices = false;
    }
    note_highest();
    return hart;
}

static bool is_idle(const struct hart *hart) { return hart->current == &hart->idle; }

static void interrupt(struct hart *hart)
{
    hart->waiting = false;
    if (hart != hart_this())
        sbi_send_ipi(hart->id);
}

void harts_recall(struct hart *hart)
{
    if (!is_idle(hart)) {
        hart->current->flags |= THREAD_RESCHEDULE;
        thread_unquick(hart->current);
    }
    interrupt(hart);
}

/* Whether it would be to some avail. */
static bool can_be_disturbed(const struct hart *hart)
{
    return is_idle(hart) ? hart->waiting
                         : harts_preempt && !(hart->current->flags & THREAD_RESCHEDULE);
}

void harts_reconsider(struct hart *hart)
{
    if (hart->highest_ready > hart->current->urgency && can_be_disturbed(hart))
        harts_recall(hart);
}

void harts_share_pinned(void)
{
    hart_this()->unshared = false;
    for (struct hart *hart = harts; hart < harts + harts_count; hart++) {
        uint32_t pinned = *hart->pinned->highest;
        if (pinned == 0 || !can_be_disturbed(hart))
            continue;
        if (pinned > hart->current->urgency)
            harts_recall(hart);
        else if (hart->slice_end == 0)
            interrupt(hart); /* its slice begins */
    }
}

void harts_share(const struct hart *preferred)
{
    struct hart *best = NULL;
    struct hart *here = hart_this();
    note_highest();
    here->unshared = is_idle(here) || (here->current->flags & THREAD_RESCHEDULE);
    if (here->unshared)
        return;
    uint32_t least = *here->common->highest;
    for (struct hart *hart = harts; hart < harts + harts_count; hart++) {
        uint32_t urgency = hart->current->urgency, pinned = *hart->pinned->highest;
        if (!can_be_disturbed(hart))
            continue;
        if (pinned > urgency) {
            harts_recall(hart);
        } else if (urgency < least ||
                   (urgency == least && best != NULL && hart == preferred)) {
            least = urgency;
            best = hart;
        } else if (pinned != 0 && hart->slice_end == 0 && hart != here) {
            interrupt(hart); /* its slice begins */
        }
    }
    if (best != NULL)
        harts_recall(best);
}

void harts_time_slices(void)
{
    for (struct hart *hart = harts; hart < harts + harts_count; hart++)
        if (hart != hart_this() && !is_idle(hart) && hart->slice_end == 0 &&
            hart->highest_ready >= hart->current->urgency)
            interrupt(hart);
}

bool harts_all_wait(void)
{
    for (struct hart *hart = harts; hart < harts + harts_count; hart++)
        if (hart != hart_this() && hart->online && !hart->waiting)
            return false;
    return true;
}

struct hart *harts_find(uint64_t id)
{
    for (struct hart *hart = harts; hart < harts + harts_count; hart++)
        if (hart->id == id && hart->online)
            return hart;
    return NULL;
}

struct thread *harts_take(struct hart *hart)
{
    uint32_t common = *hart->common->highest, pinned = *hart->pinned->highest;
    if (common == pinned)
        hart->pinned_turn = !hart->pinned_turn;
    bool own = pinned > common || (pinned == common && hart->pinned_turn);
    return policy_take(own ? hart->pinned : hart->common);
}
