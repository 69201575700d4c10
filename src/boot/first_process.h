/* SPDX-License-Identifier: MIT
 *
 * The first process: the one that the command line names. Its end is the machine's.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Makes and starts the process that runs the command `run`: the program's name and its
 * arguments, with the command line's escapes. A command that cannot be run is reported,
 * and powers the machine off with STATUS_NOT_RUN. */
void first_process_start(const char *run, size_t length);

/* The machine's exit status, when trap_idle has returned. */
uint8_t first_process_status(void);
