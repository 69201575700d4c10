/* SPDX-License-Identifier: MIT
 *
 * The C half of a program's start: constructors, main, exit. Called by crt0.S alone.
 */
#include <stdlib.h>

extern void __libc_init_array(void);
extern int main(int argc, char *argv[], char *envp[]);

_Noreturn void program_start(int argc, char *argv[]);

/* The environment is empty: the NULL that ends argv. */
_Noreturn void program_start(int argc, char *argv[])
{
    __libc_init_array();
    exit(main(argc, argv, argv + argc));
}
