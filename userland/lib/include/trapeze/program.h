/* SPDX-License-Identifier: MIT
 *
 * What a program is: how it lies in its address space, and what makes the loader refuse
 * its file. The kernel knows nothing of this but init's part (INIT_BASE and
 * INIT_STACK_TOP of trapeze/abi.h).
 */
#pragma once

#include <trapeze/abi.h>

/*
 * A program's address space, from low to high:
 *
 *   0x0000_0000            never mapped: a null pointer faults
 *   0x000f_e000 - size     the stack, its size from PT_GNU_STACK (DEFAULT_STACK_BYTES
 *                          if 0); the page below it is its guard
 *   0x000f_e000            USER_STARTUP: struct trapeze_startup, one page
 *   0x000f_f000            USER_STACK_TOP; the page above it is never mapped
 *   0x0010_0000            USER_IMAGE_BASE: the lowest address of an ELF segment
 *   end of the image       the heap, grown by sbrk, page-aligned
 *   0x20_0000_0000         USER_RANGES: what trapeze_range_take gives out
 *   0x3f_ffff_f000         USER_RANGES_END
 *   0x40_0000_0000         USER_TOP: the end of Sv39's lower half
 *                          (Privileged 1.12, 4.4.1)
 *
 * A program starts with a0 = sp = USER_STARTUP, and 0 in all other registers.
 */
#define USER_STACK_TOP 0xff000UL
#define USER_STARTUP (USER_STACK_TOP - PAGE_BYTES)
#define USER_IMAGE_BASE 0x100000UL
#define USER_RANGES 0x2000000000UL
#define USER_RANGES_END 0x3ffffff000UL
#define DEFAULT_STACK_BYTES (4 * PAGE_BYTES)
#define MAX_STACK_BYTES (128 * PAGE_BYTES)
#define PROGRAM_NAME_BYTES 40 /* of a name in the boot archive, without its NUL */

#ifndef __ASSEMBLER__
/* Why a file is no program: trapeze_spawn() gives SPAWN_BAD_PROGRAM - error. */
enum elf_error {
    ELF_OK = 0,
#define ELF_ERROR(code, name, meaning) name = (code),
#include <elf_errors.def>
#undef ELF_ERROR
};
#endif
