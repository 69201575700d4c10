/* SPDX-License-Identifier: MIT
 *
 * The ready threads, first come first served.
 */
#include "sched/run_queue.h"

void run_queue_check(const struct run_queue *queue, uint64_t limit)
{
    uint64_t counted = 0;
    LIST_FOR_EACH (link, &queue->threads) {
        if (counted == limit)
            return;
        assert(container_of(link, struct thread, run_link)->state == THREAD_READY);
        counted++;
    }
}
