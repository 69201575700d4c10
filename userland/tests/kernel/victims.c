/* SPDX-License-Identifier: MIT
 *
 * Most go round for ever, so that a kill at any moment finds them somewhere else.
 */
#include "victims.h"

#include <trapeze/program.h>

#define WINDOW 0x70000000UL
#define CHILDREN 6
#define GENERATIONS 3
#define CHILD_STACK 0x8000UL

long victim_spins(struct actor *actor)
{
    for (;; actor->step++)
        ;
}

long victim_exits(struct actor *actor) { return (long)actor->words[0]; }

long victim_sends(struct actor *actor)
{
    struct trapeze_message message = {.grant = actor->handles[MEMORY]};

    return trapeze_send(actor->handles[SILENT], &message);
}

long victim_calls(struct actor *actor)
{
    struct trapeze_message message = {.deadline = UINT64_MAX - 1};

    return trapeze_call(actor->handles[SILENT], &message);
}

long victim_awaits(struct actor *actor)
{
    struct trapeze_message message = {.deadline = UINT64_MAX - 1};

    return trapeze_call(actor->handles[MUTE], &message);
}

long victim_receives(struct actor *actor)
{
    const uint64_t endpoint = (uint64_t)sys_endpoint_create();

    (void)actor;
    return trapeze_recv(endpoint, &(struct trapeze_message){.deadline = UINT64_MAX});
}

long victim_sleeps(struct actor *actor)
{
    for (;; actor->step++)
        pause_us(1);
}

long victim_faults(struct actor *actor)
{
    return *(volatile long *)(actor->words[0] % PAGE_BYTES);
}

long victim_maps(struct actor *actor)
{
    for (;;) {
        const long mapping = sys_memory_map(actor->handles[MEMORY], 0, WINDOW, 0,
                                            VICTIM_MEMORY_PAGES, RIGHT_READ);
        sys_memory_protect(0, (uint64_t)mapping, RIGHT_EXECUTE);
        sys_memory_unmap(0, (uint64_t)mapping);
    }
}

long victim_makes_memory(struct actor *actor)
{
    (void)actor;
    for (;;) {
        const long run = sys_memory_create(32, MEMORY_CONTIGUOUS);
        const long pages = sys_memory_create(60, 0);
        sys_object_destroy((uint64_t)run);
        sys_object_destroy((uint64_t)pages);
        sys_handle_close((uint64_t)run);
        sys_handle_close((uint64_t)pages);
    }
}

long victim_destroys(struct actor *actor)
{
    (void)actor;
    for (;;) {
        const uint64_t memory = (uint64_t)sys_memory_create(20, 0);
        const uint64_t endpoint = (uint64_t)sys_endpoint_create();
        for (uint64_t i = 0; i < 8; i++)
            sys_memory_map(memory, 0, WINDOW + i * 32 * PAGE_BYTES, 0, 20, RIGHT_READ);
        const long child = sys_process_create(endpoint, 1, 8, 2, 0, 0);
        sys_process_start((uint64_t)child, 0, 0, 0, 0, 0); /* faults at once */
        sys_yield();
        sys_object_destroy(memory);
        sys_object_destroy(endpoint);
        sys_process_kill((uint64_t)child);
        sys_handle_close((uint64_t)child);
        sys_handle_close(memory);
        sys_handle_close(endpoint);
    }
}

long victim_has_handles(struct actor *actor)
{
    uint64_t handles[4];

    for (;;) {
        for (int i = 0; i < 4; i++)
            handles[i] =
                (uint64_t)sys_handle_duplicate(actor->handles[ECHO], RIGHT_SEND, 0);
        sys_handle_close(handles[actor->step++ % 4]);
    }
}

long victim_converses(struct actor *actor)
{
    for (;;) {
        struct trapeze_message message = {
            .label = 1, .grant = actor->handles[SILENT], .welcome = 1};
        if (trapeze_call(actor->handles[ECHO], &message) == 0)
            sys_handle_close(message.grant);
    }
}

/* Children with no code, stopped, and such that fault at once and that nobody
 * supervises. */
static void make_children(void)
{
    for (int i = 0; i < CHILDREN; i++) {
        const long child = sys_process_create(0, 0, PROCESS_PAGES_MIN, 1, 0, 0);
        if (i % 2 == 0)
            sys_process_start((uint64_t)child, 0, 0, 0, 0, 0);
    }
}

long victim_has_children(struct actor *actor)
{
    (void)actor;
    make_children();
    return trapeze_sleep_until(UINT64_MAX);
}

long victim_leaves_children(struct actor *actor)
{
    (void)actor;
    make_children();
    return 0;
}

/* A process that makes the next generation of its kind: with the code's handle, from a
 * stack of one page that its parent pays for. */
static _Noreturn void ancestor(uint64_t code, uint64_t code_pages, uint64_t generations)
{
    if (generations > 0) {
        const uint64_t pages = 8 * generations + 8;
        const uint64_t stack = (uint64_t)sys_memory_create(1, 0);
        const uint64_t child = (uint64_t)sys_process_create(0, 0, pages, pages, 0, 0);
        sys_memory_map(code, child, USER_IMAGE_BASE, 0, code_pages,
                       RIGHT_READ | RIGHT_EXECUTE);
        sys_memory_map(stack, child, CHILD_STACK, 0, 1, RIGHT_READ | RIGHT_WRITE);
        const uint64_t given = (uint64_t)sys_process_give(child, code);
        sys_process_start(child, (uintptr_t)ancestor, CHILD_STACK + PAGE_BYTES, given,
                          code_pages, generations - 1);
    }
    for (;;)
        sys_yield();
}

long victim_has_descendants(struct actor *actor)
{
    ancestor(actor->handles[CODE], actor->words[1], GENERATIONS);
}

/* Its own endpoint, at which its own child faults, and the others queue. */
long victim_queues_at_own(struct actor *actor)
{
    struct trapeze_message message = {.deadline = in_us(20)};
    const uint64_t endpoint = (uint64_t)sys_endpoint_create();

    (void)actor;
    for (uint64_t i = 1; i <= CHILDREN; i++) {
        const long child = sys_process_create(endpoint, i, PROCESS_PAGES_MIN, 0, 0, 0);
        sys_process_start((uint64_t)child, 0, 0, 0, 0, 0);
    }
    trapeze_recv(endpoint, &message);
    trapeze_recv(endpoint, &message);
    return sys_object_destroy(endpoint);
}

long server_mute(struct actor *actor)
{
    for (;;)
        trapeze_recv(actor->handles[0], &(struct trapeze_message){0});
}

long server_echo(struct actor *actor)
{
    struct trapeze_message message = {.welcome = 1};

    for (;;) {
        const long kind = trapeze_reply_recv(actor->handles[0], &message);
        if (kind < 0) { /* the grant was not taken */
            trapeze_reply(message.token, &(struct trapeze_message){0});
            message.token = 0;
        }
        if (message.grant != 0)
            sys_handle_close(actor->words[0]);
        actor->words[0] = message.grant;
        message.welcome = 1;
    }
}
