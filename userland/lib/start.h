/* SPDX-License-Identifier: MIT
 *
 * Between crt0.S and the program: start.c for most, start_init.c for init.
 */
#pragma once

#include <stdint.h>

/* `registers`: a0 to a5 as the program found them. */
_Noreturn void program_start(const uint64_t *registers);

/* picolibc's: runs the constructors. */
void __libc_init_array(void);
