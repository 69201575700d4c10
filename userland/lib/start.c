/* SPDX-License-Identifier: MIT
 *
 * The C half of a program's start: arguments, environment, constructors, main, exit.
 * Called by crt0.S alone.
 */
#include "start.h"

#include <stdlib.h>

#include "startup.h"

extern char **environ;
extern int main(int argc, char *argv[], char *envp[]);

_Noreturn void program_start(const uint64_t *registers)
{
    struct trapeze_startup *block = (struct trapeze_startup *)registers[0];
    char **argv = startup_pointers(block);

    startup_set(block);
    environ = argv + block->argument_count + 1;
    __libc_init_array();
    exit(main((int)block->argument_count, argv, environ));
}
