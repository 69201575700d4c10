/* SPDX-License-Identifier: MIT
 *
 * The C half of init's start, in place of start.c: what the kernel gave becomes a
 * startup block, so that the rest of the library finds it where every program has it.
 */
#include "start.h"

#include <stdlib.h>

#include <trapeze/init.h>

#include "startup.h"

static struct trapeze_startup block;

static_assert(INIT_REGISTER_COUNT == 7, "crt0.S saves a0 to a6");

_Noreturn void program_start(const uint64_t *registers)
{
    startup_set(&block);
    trapeze_adopt("machine", registers[INIT_MACHINE]);
    trapeze_adopt("archive", registers[INIT_ARCHIVE]);
    trapeze_adopt("devicetree", registers[INIT_DEVICE_TREE]);
    trapeze_adopt("log", registers[INIT_LOG]);
    trapeze_adopt("self", registers[INIT_SELF]);
    __libc_init_array();
    exit(init_main(registers));
}
