/* SPDX-License-Identifier: MIT
 *
 * Who runs at whose priority.
 */
#include "object/priority.h"

#include "base/bits.h"
#include "platform/interrupt.h"
#include "sched/sched.h"

/* What one call does of a chain; a call changes up to three. */
#define LINKS_AT_ONCE 8

/* `count` lend it this priority, or no longer. */
static void borrow(struct process *process, uint32_t priority, uint32_t count)
{
    process->borrowed[priority] += (uint16_t)count;
    process->borrowed_levels |= 1U << priority;
}

static void give_back(struct process *process, uint32_t priority, uint32_t count)
{
    process->borrowed[priority] -= (uint16_t)count;
    if (process->borrowed[priority] == 0)
        process->borrowed_levels &= ~(1U << priority);
}

static uint8_t highest(const struct process *process)
{
    uint32_t levels = process->borrowed_levels | 1U << process->thread.own_priority;
    if (process->caller != NULL)
        levels |= 1U << process->caller->thread.priority;
    return (uint8_t)highest_bit(levels);
}

static struct process *borrower(const struct process *process)
{
    return process->lent_at != NULL ? process->lent_at->endpoint.server
                                    : process->lent_to;
}

/* A process that lends runs at another priority now. Returns who borrows it. */
static struct process *lend_anew(struct process *process)
{
    if (process_awaits_reply(process) && process->server->caller == process)
        return process->server; /* which has it counted nowhere */
    uint8_t before = process->lent, now = process->thread.priority;
    struct process *to = borrower(process);
    if (process->lent_at != NULL) {
        process->lent_at->endpoint.lent[before]--;
        process->lent_at->endpoint.lent[now]++;
    }
    if (to != NULL) {
        borrow(to, now, 1);
        give_back(to, before, 1);
    }
    process->lent = now;
    return to;
}

/* Processes at which a long chain has been left, to go on there. */
static struct list left = {&left, &left};

void priority_refresh(struct process *process)
{
    for (uint32_t links = 0; process != NULL; links++) {
        uint8_t now = highest(process);
        if (now == process->thread.priority)
            return;
        if (links == LINKS_AT_ONCE) {
            if (!list_is_linked(&process->refresh))
                list_append(&left, &process->refresh);
            interrupt_raise();
            return;
        }
        sched_set_priority(&process->thread, now);
        if (now != process->thread.own_priority)
            process->thread.quick_reply = (uint64_t)process;
        process = lend_anew(process);
    }
}

void priority_go_on(void)
{
    struct process *process = LIST_FIRST(&left, struct process, refresh);
    if (process != NULL) {
        list_remove(&process->refresh);
        priority_refresh(process);
    }
    if (!list_is_empty(&left))
        interrupt_raise();
}

void priority_forget(struct process *process)
{
    if (list_is_linked(&process->refresh))
        list_remove(&process->refresh);
}

static void lend(struct process *process, struct process *server)
{
    process->lent = process->thread.priority;
    if (server == NULL)
        return;
    borrow(server, process->lent, 1);
    if (process->lent > server->thread.priority)
        priority_refresh(server);
}

void priority_lend_to(struct process *process, struct process *server)
{
    process->lent_to = server;
    lend(process, server);
}

void priority_take_back(struct process *process, struct process *server)
{
    process->lent_to = NULL;
    give_back(server, process->lent, 1);
    if (process->lent > server->thread.own_priority)
        priority_refresh(server);
}

void priority_lend_at(struct process *process, struct object *endpoint)
{
    process->lent_at = endpoint;
    endpoint->endpoint.lent[process->thread.priority]++;
    lend(process, endpoint->endpoint.server);
}

void priority_return(struct process *process)
{
    if (process->lent_at != NULL)
        process->lent_at->endpoint.lent[process->lent]--;
    struct process *to = borrower(process);
    process->lent_at = NULL;
    if (to != NULL)
        priority_take_back(process, to);
}

void priority_set_server(struct object *endpoint, struct process *server)
{
    struct endpoint *at = &endpoint->endpoint;
    struct process *before = at->server;
    if (before == server)
        return;
    if (before != NULL) {
        list_remove(&at->served);
        before->receive_id = NO_ID;
    }
    if (server != NULL)
        list_append(&server->serves, &at->served);
    at->server = server;
    for (uint32_t priority = 0; priority < PRIORITIES; priority++) {
        if (at->lent[priority] == 0)
            continue;
        if (before != NULL)
            give_back(before, priority, at->lent[priority]);
        if (server != NULL)
            borrow(server, priority, at->lent[priority]);
    }
    priority_refresh(before);
    priority_refresh(server);
}

void priority_set_own(struct process *process, uint8_t priority)
{
    process->thread.own_priority = priority;
    process->thread.quick_reply = (uint64_t)process;
    priority_refresh(process);
}
