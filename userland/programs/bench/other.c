/* SPDX-License-Identifier: MIT
 *
 * Starting and ending the other process of a figure.
 */
#include "other.h"

#include <trapeze.h>

#define BADGE 1
#define NAME "bench"
#define START_US 200

struct other other;

void other_forget(void) { other = (struct other){0}; }

bool other_make_endpoint(void)
{
    const long made = sys_endpoint_create();

    other.endpoint = made > 0 ? (uint64_t)made : 0;
    return made > 0;
}

static bool spawn(const struct figure *figure,
                  const struct trapeze_spawn_options *options)
{
    char *const argv[] = {NAME, "--other", (char *)figure->name, NULL};

    other.process = trapeze_spawn_with(3, argv, options);
    return other.process > 0;
}

bool other_spawn(const struct figure *figure, uint64_t rights, int64_t priority)
{
    const long narrow =
        rights == 0 ? 0 : sys_handle_duplicate(other.endpoint, rights, BADGE);
    const struct trapeze_spawn_handle handles[] = {{NAME, (uint64_t)narrow}, {NULL, 0}};
    const struct trapeze_spawn_options options = {
        .priority = priority, .handles = handles, .stopped = true};

    const bool spawned = spawn(figure, &options);
    if (narrow > 0)
        sys_handle_close((uint64_t)narrow);
    return spawned;
}

bool other_spawn_supervised(const struct figure *figure)
{
    const struct trapeze_spawn_options options = {.priority = -1,
                                                  .supervisor = other.endpoint};

    return spawn(figure, &options);
}

bool other_share_page(void)
{
    const long memory = sys_memory_create(1, 0);
    long error = 0;

    if (memory < 0)
        return false;
    other.shared = trapeze_map((uint64_t)memory, 1, RIGHT_READ | RIGHT_WRITE, &error);
    return other.shared != NULL &&
           sys_memory_map((uint64_t)memory, (uint64_t)other.process, OTHER_SHARED, 0, 1,
                          RIGHT_READ | RIGHT_WRITE) > 0;
}

bool other_start(void)
{
    const long error = trapeze_start_spawned(other.process);

    trapeze_sleep_until(trapeze_time() + (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ) *
                                             START_US / 1000000);
    return error == 0;
}

/* A child with a supervisor of its own, which has been killed. */
static void collect(void)
{
    struct trapeze_message message = {.deadline = TRAPEZE_NEVER};

    while (trapeze_recv(other.endpoint, &message) != KIND_END)
        continue;
    trapeze_collect(other.process);
}

void other_end(void)
{
    struct trapeze_child end;

    if (other.process > 0) {
        trapeze_kill(other.process);
        if (trapeze_wait(other.process, TRAPEZE_NEVER, &end) == E_BAD_HANDLE)
            collect();
    }
    if (other.endpoint != 0)
        sys_object_destroy(other.endpoint);
    other_forget();
}

uint64_t other_inherited_endpoint(void) { return trapeze_inherited(NAME); }

int64_t less_urgent(void)
{
    uint64_t schedule[4] = {0}; /* own priority, ... */

    trapeze_process_inspect(0, INSPECT_SCHEDULE, schedule);
    return (int64_t)schedule[0] - 1;
}
