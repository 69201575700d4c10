/* SPDX-License-Identifier: MIT
 *
 * The programs that the shell has started. It is their supervisor: it hears of their
 * faults, which end them, and of their ends.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <trapeze.h>

#include "parser.h"

#define JOBS_MAX 32

struct job {
    uint64_t process; /* handle; 0: the entry is free */
    uint64_t number;  /* the process's own */
    bool ended;
    struct trapeze_child end; /* valid when it has ended */
    char name[40];
};

/* 0, or an error: without an endpoint there are no jobs. */
long jobs_init(void);

/* Starts a program. Its job's number, 1 to JOBS_MAX; or a negative error: SPAWN_* and
 * the kernel's. */
long jobs_start(struct command *command, bool foreground);

/* A job by its number, NULL if there is none. */
struct job *jobs_find(unsigned number);

/* Gives the job the keyboard and waits until it has ended; ^C ends it. Says how it
 * ended, unless all is well, and forgets it. Its status, as $? has it in other shells.
 */
int jobs_wait(struct job *job);

/* Says which jobs have ended, and forgets them. Never waits. */
void jobs_report(void);
