/* SPDX-License-Identifier: MIT
 *
 * The checks of the debug build.
 */
#include "trap/invariants.h"

#include "memory/frame.h"
#include "object/process.h"
#include "sched/sched.h"

#define SAMPLE 16 /* elements of each structure at one exit */

void invariants_check(void)
{
    struct thread *current = hart_this()->current;
    sched_check(SAMPLE);
    frame_check(SAMPLE);
    if (current != &hart_this()->idle)
        process_check(process_of(current));
}
