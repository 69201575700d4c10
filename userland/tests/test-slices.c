/* SPDX-License-Identifier: MIT
 *
 * How long a process has the CPU before the timer takes it away, and for how long it
 * has to wait beside one other that wants it, too. Under QEMU's -icount alone, where it
 * is to be run: there an instruction takes a nanosecond.
 */
#include <inttypes.h>
#include <stdint.h>

#include "children.h"

#define PROGRAM "test-slices"
#define TURNS 6
/* The timer interrupt, the firmware and the switch take less than this part of a slice
 * of FEWEST instructions. */
#define TOLERANCE 100
#define FEWEST UINT64_C(1000000)

struct turn {
    uint64_t own, others; /* instructions */
};

/* Reads instret until this process has been off the CPU; `last` is the read before, and
 * the one after. */
static struct turn take_turn(uint64_t *last, uint64_t slice)
{
    uint64_t begin = *last, before, now = begin;

    do {
        before = now;
        now = trapeze_instret();
    } while (now - before < slice / 2);
    *last = now;
    return (struct turn){before - begin, now - before};
}

int main(int argc, char *argv[])
{
    struct turn turns[TURNS];
    uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    uint64_t slice = (uint64_t)sys_kernel_info(INFO_SLICE_TICKS) * (1000000000 / hz);

    (void)argv;
    while (argc == 3)
        __asm__ volatile("");
    if (slice < FEWEST) {
        puts(PROGRAM ": such slices are too short to be measured: slice=1ms will do");
        return 2;
    }
    let_others_finish();
    uint64_t last = trapeze_instret();
    long other = start_child(PROGRAM, "spin", 0);
    take_turn(&last, slice); /* begins in the middle of a slice */
    for (int i = 0; i < TURNS; i++)
        turns[i] = take_turn(&last, slice);
    kill_child(other);

    for (int i = 0; i < TURNS; i++) {
        printf(PROGRAM ": %" PRIu64 " instructions, then %" PRIu64
                       " for the other, of %" PRIu64 "\n",
               turns[i].own, turns[i].others, slice);
        CHECK(turns[i].own <= slice && turns[i].own > slice - slice / TOLERANCE);
        CHECK(turns[i].others > turns[i].own &&
              turns[i].others < slice + slice / TOLERANCE);
    }
    return check_end(PROGRAM);
}
