/* SPDX-License-Identifier: MIT
 *
 * The members' code and stacks are one memory object each, which all of them map.
 */
#include "crowd.h"

#include <string.h>

#include <trapeze.h>

#include "../bench/measured.h"

#define CODE_PAGES 1
#define MAPPINGS 3
#define PAGES (PROCESS_PAGES_MIN + 3) /* page tables, and one to spare */
#define NAME 0x64776f7263             /* "crowd" */
#define WAIT_US 1000

static uint64_t code, stacks, shared;
static uint64_t members[CROWD_MEMBERS_MAX];
static unsigned member_count, stack_count;

static uint64_t copy_code(void)
{
    const size_t bytes = (size_t)(measured_end - measured_begin);
    const long made = sys_memory_create(CODE_PAGES, 0);
    void *page = made > 0 ? trapeze_map((uint64_t)made, CODE_PAGES,
                                        RIGHT_READ | RIGHT_WRITE, NULL)
                          : NULL;

    if (page == NULL || bytes > CODE_PAGES * PAGE_BYTES)
        return 0;
    memcpy(page, measured_begin, bytes);
    trapeze_unmap(page);
    return (uint64_t)made;
}

struct crowd_shared *crowd_begin(unsigned count)
{
    const long stack_memory = sys_memory_create(count, 0);
    const long shared_memory = sys_memory_create(1, 0);

    code = copy_code();
    if (code == 0 || stack_memory < 0 || shared_memory < 0)
        return NULL;
    stacks = (uint64_t)stack_memory;
    shared = (uint64_t)shared_memory;
    stack_count = count;
    return trapeze_map(shared, 1, RIGHT_READ | RIGHT_WRITE, NULL);
}

static bool map(uint64_t memory, uint64_t process, uintptr_t address, size_t page,
                uint64_t rights)
{
    return sys_memory_map(memory, process, address, page, 1, rights) > 0;
}

/* The number of the handle in the member, 0 for none, or an error. */
static long fill(uint64_t process, uint64_t handle)
{
    if (!map(code, process, CROWD_CODE, 0, RIGHT_READ | RIGHT_EXECUTE) ||
        !map(stacks, process, CROWD_CODE - PAGE_BYTES, member_count,
             RIGHT_READ | RIGHT_WRITE) ||
        !map(shared, process, CROWD_SHARED, 0, RIGHT_READ | RIGHT_WRITE))
        return E_NO_MEMORY;
    return handle == 0 ? 0 : sys_process_give(process, handle);
}

long crowd_add(void (*function)(void), uint64_t handle, uint64_t a1, uint64_t a2)
{
    uint64_t schedule[4] = {0}; /* own priority, ... */

    if (member_count == stack_count || member_count == CROWD_MEMBERS_MAX)
        return E_NO_MEMORY;
    trapeze_process_inspect(0, INSPECT_SCHEDULE, schedule);
    const long made = sys_process_create(0, 0, PAGES, MAPPINGS, schedule[0], NAME);
    if (made < 0)
        return made;
    const uint64_t process = (uint64_t)made;
    const uintptr_t pc = CROWD_CODE + (uintptr_t)function - (uintptr_t)measured_begin;
    const long given = fill(process, handle);
    const long started =
        given < 0 ? given
                  : sys_process_start(process, pc, CROWD_CODE, (uint64_t)given, a1, a2);
    if (started < 0) {
        sys_process_kill(process);
        sys_handle_close(process);
        return started;
    }
    members[member_count++] = process;
    return made;
}

void crowd_end(void)
{
    const long others = sys_kernel_info(INFO_PROCESSES) - (long)member_count;

    for (unsigned i = 0; i < member_count; i++) {
        sys_process_kill(members[i]);
        sys_handle_close(members[i]);
    }
    while (sys_kernel_info(INFO_PROCESSES) > others)
        trapeze_sleep_until(trapeze_time() +
                            (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ) * WAIT_US /
                                1000000);
    member_count = 0;
}
