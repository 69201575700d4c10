/* SPDX-License-Identifier: MIT
 *
 * footprint [N]: what a small process takes of the kernel's memory, and how many of N
 * (4,096 unless told) run at the same time. Prints lines `footprint: NAME VALUE UNIT`,
 * for scripts/bench.
 *
 * A small process has code, a stack and a page that it shares, a page each, next to
 * each other. What the kernel takes for it is what is free before and afterwards: pages
 * for its structures, its kernel stack and its page tables, and object slots. Its own
 * pages are not among them: all of those are there before.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <trapeze.h>

#include "../bench/measured.h"
#include "crowd.h"

#define MOST 4096U
#define FIRST                                                               \
    64U /* after these, the tables that this process itself needs are there \
         */

static uint64_t endpoint;

static unsigned add_until(unsigned members, unsigned count)
{
    const uint64_t begun = CROWD_ADDRESS(begun);

    while (members < count) {
        const long added =
            crowd_add((void (*)(void))bench_wait, endpoint, begun, TRAPEZE_NEVER);
        if (added < 0) {
            printf("footprint: after %u processes: %s\n", members,
                   trapeze_error_meaning(added));
            break;
        }
        members++;
    }
    return members;
}

/* `times` as much for each, rounded up; what the caller's table of handles grows by, a
 * page for 128 of them, is in it. */
static void print_each(const char *name, long before, long after, long times,
                       unsigned count, const char *unit)
{
    printf("footprint: %s %ld %s\n", name,
           ((before - after) * times + (long)count - 1) / count, unit);
}

int main(int argc, char *argv[])
{
    const unsigned count = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : MOST;
    if (argc > 2 || count <= FIRST || count > MOST) {
        printf("usage: footprint [N] (N from %u to %u)\n", FIRST + 1, MOST);
        return 2;
    }
    const struct crowd_shared *shared = crowd_begin(count);
    const long made = sys_endpoint_create();
    if (shared == NULL || made < 0) {
        puts("footprint: too little memory for so many stacks");
        return EXIT_FAILURE;
    }
    endpoint = (uint64_t)made;
    unsigned members = add_until(0, FIRST);
    const long pages = sys_kernel_info(INFO_FREE_PAGES);
    const long slots = sys_kernel_info(INFO_FREE_SLOTS);
    members = add_until(members, count);
    if (members == FIRST)
        return EXIT_FAILURE;
    print_each("process_page_bytes", pages, sys_kernel_info(INFO_FREE_PAGES),
               (long)PAGE_BYTES, members - FIRST, "bytes");
    print_each("process_slots", slots, sys_kernel_info(INFO_FREE_SLOTS), 1,
               members - FIRST, "slots");

    /* All of them get their turns while this process sleeps, and none has ended. */
    trapeze_sleep_until(trapeze_time() + (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ));
    const bool all_there = sys_kernel_info(INFO_PROCESSES) > (long)members;
    printf("footprint: processes %" PRIu64 " processes\n",
           all_there ? *(const volatile uint64_t *)&shared->begun : 0);
    return EXIT_SUCCESS;
}
