/* SPDX-License-Identifier: MIT
 *
 * The timer is set when it has something to do: not while only one process is ready,
 * and at each slice while two are.
 */
#include <stdint.h>
#include <stdlib.h>

#include "children.h"

#define PROGRAM "test-tickless"
#define SLICES 20U

/* How often the kernel sets the timer while this process spins for so many slices. */
static long programmings_in(unsigned slices)
{
    uint64_t end =
        trapeze_time() + slices * (uint64_t)sys_kernel_info(INFO_SLICE_TICKS);
    long before = sys_kernel_info(INFO_TIMER_PROGRAMMINGS);

    while (trapeze_time() < end)
        continue;
    return sys_kernel_info(INFO_TIMER_PROGRAMMINGS) - before;
}

int main(int argc, char *argv[])
{
    if (argc == 3)
        for (;;)
            __asm__ volatile("");
    (void)argv;
    let_others_finish();
    CHECK_EQUAL(programmings_in(SLICES), 0);
    long spinner = start_child(PROGRAM, "spin", 0);
    long programmings = programmings_in(SLICES);
    CHECK(programmings >= (long)SLICES / 2);
    CHECK(programmings <= (long)SLICES + 2);
    printf(PROGRAM ": beside another, the timer was set %ld times in %u slices\n",
           programmings, SLICES);
    kill_child(spinner);
    programmings_in(2); /* the slice that the spinner had begun may still end */
    let_others_finish();
    CHECK_EQUAL(programmings_in(SLICES), 0);
    return check_end(PROGRAM);
}
