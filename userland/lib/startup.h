/* SPDX-License-Identifier: MIT
 *
 * The startup block (struct trapeze_startup): the caller's own, and those that spawn
 * makes for children.
 */
#pragma once

#include <trapeze.h>

/* The caller's own, from now on. */
void startup_set(struct trapeze_startup *block);

/* Makes a block of these strings, without handles, in TRAPEZE_STARTUP_BYTES of zeros at
 * `block`. `environment` ends with NULL. False: it would not fit, with the pointers
 * that startup_pointers needs behind it. */
bool startup_build(struct trapeze_startup *block, int argc, char *const argv[],
                   char *const environment[]);

/* The handle has this name from now on. E_INVALID (the name is empty or too long),
 * E_NO_SLOT. */
long startup_set_handle(struct trapeze_startup *block, const char *name,
                        uint64_t handle);

/* Makes argv behind the block's strings, and envp behind it, each with its NULL; argv.
 */
char **startup_pointers(struct trapeze_startup *block);
