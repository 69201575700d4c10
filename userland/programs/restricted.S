/* SPDX-License-Identifier: MIT
 *
 * Routines void attempt_NAME(uintptr_t address): the first instruction of each is the one that is
 * tried, so that the pc of its fault is the routine's address. If it does not fault, the routine
 * returns.
 */
#define INSTRUCTION(name, what, ...)                                                               \
    .globl  attempt_##name;                                                                        \
    .balign 4;                                                                                     \
attempt_##name:                                                                                    \
    __VA_ARGS__;                                                                                   \
    ret;

    .text
#include "restricted.def"
INSTRUCTION(load, , ld a0, 0(a0))
INSTRUCTION(store, , sd a0, 0(a0))
INSTRUCTION(fetch, , jr a0)
INSTRUCTION(ebreak, , ebreak)

/* Recursion without an end: the store faults when the next frame would be in the guard page. */
    .globl  attempt_recursion
    .balign 4
attempt_recursion:
    sd      ra, -16(sp)
    addi    sp, sp, -16
    call    attempt_recursion
