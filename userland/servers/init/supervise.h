/* SPDX-License-Identifier: MIT
 *
 * The processes that init has started: one for each section of the manifest at the
 * most. Their faults and their ends come to init's endpoint with the section's number
 * as badge.
 *
 *             start            fault, end, two pings without an answer
 *   IDLE ------------> RUNS ---------------------------------------------> IDLE
 *     ^                                                                     |
 *     +-------------- after the delay of restart.h, if it is to <-----------+
 */
#pragma once

#include <trapeze.h>
#include <trapeze/program.h>

#include "boot_line.h"
#include "manifest.h"
#include "restart.h"

#define SUPERVISED_REGISTERS 32 /* pc, x1 to x31 */
#define PINGS_MAX 2

struct supervised {
    const struct manifest_section *section;
    int64_t process; /* its handle; 0: it does not run */
    uint64_t number; /* of the process, or of the last one */
    uint64_t started_ticks;
    uint64_t due_ticks;  /* when it is to be started; 0: it is not */
    uint64_t ping_ticks; /* when it is to be pinged; 0: it is not */

    struct trapeze_child end;                 /* the last one, if has_ended */
    struct trapeze_child fault;               /* the last one, if has_faulted */
    uint64_t registers[SUPERVISED_REGISTERS]; /* at that fault */
    struct restart restart;
    uint32_t silent; /* pings in a row without an answer; PINGS_MAX ends it */
    bool has_ended;
    bool has_faulted;
    bool end_was_silent; /* it did not answer, so init ended it */

    char program[PROGRAM_NAME_BYTES + 1]; /* as messages call it */
};

/* Starts what the section says, or these arguments instead. NULL, or why it could not.
 */
const char *supervise_start(const struct manifest_section *section,
                            struct boot_arguments *arguments);

/* The process of a section, or NULL. */
struct supervised *supervise_find(const struct manifest_section *section);
struct supervised *supervise_of_badge(uint64_t badge);

/* Waits for what init's endpoint has next, until the deadline at the latest (0: none),
 * and does what is to be done, pings and restarts included. */
void supervise_step(uint64_t deadline_ticks);

/* A line about its last end, in the log. */
void supervise_tell_end(const struct supervised *supervised);

/* Ends it; what follows is as if it had ended by itself. */
long supervise_kill(struct supervised *supervised);

/* So many milliseconds from now. */
uint64_t supervise_after_ms(uint64_t milliseconds);
