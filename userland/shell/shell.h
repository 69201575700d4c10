/* SPDX-License-Identifier: MIT
 *
 * What the commands share.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct shell {
    int status; /* of the last command */
    bool leaves;
};

/* A command of the shell's own. Returns its status. */
struct builtin {
    const char *name;
    const char *arguments; /* as help shows them */
    const char *summary;
    int (*run)(struct shell *shell, int argc, char *argv[]);
};

/* The command of this name, NULL if there is none; and number `index` of all. */
const struct builtin *builtins_find(const char *name);
const struct builtin *builtins_at(size_t index);

/* ps: the servers and the jobs. */
int ps_run(struct shell *shell, int argc, char *argv[]);

/* The name of program number `index` of the boot archive, NULL if there are no more. */
const char *programs_at(size_t index);
