/* SPDX-License-Identifier: MIT
 *
 * Where a program's first instruction is. A program with an errand of its own there defines
 * _start itself, and goes on to crt0_start with the registers as it found them.
 *
 *   void _start(long argument_count, const char *first_argument);
 *
 * On entry (trapeze/abi.h): a0 = number of arguments; a1 = address of the first, the others
 * follow it back to back, each with its NUL; sp = 16-byte aligned, just below them; all other
 * registers are 0. Does not return: program_start ends in exit().
 */
    .section .text.start, "ax"
    .weak   _start
    .globl  crt0_start
    .type   _start, @function
    .type   crt0_start, @function
_start:
crt0_start:
    .cfi_startproc
    .cfi_undefined ra           # a backtrace ends here

    # 1. The global pointer, and the thread pointer: to the program's only thread-local block.
    .option push
    .option norelax
    lla     gp, __global_pointer$
    .option pop
    lla     tp, __tls_base

    # 2. Room for argv[argc + 1] on the stack.
    addi    t0, a0, 1
    slli    t0, t0, 3
    sub     sp, sp, t0
    andi    sp, sp, -16

    # 3. argv[i] = the start of each string, argv[argc] = NULL.
    mv      t0, sp
    mv      t1, a0
next_argument:
    beqz    t1, arguments_end
    sd      a1, 0(t0)
    addi    t0, t0, 8
    addi    t1, t1, -1
skip_string:
    lbu     t2, 0(a1)
    addi    a1, a1, 1
    bnez    t2, skip_string
    j       next_argument
arguments_end:
    sd      zero, 0(t0)

    # 4. program_start(argc, argv)
    mv      a1, sp
    call    program_start
    .cfi_endproc
    .size   _start, . - _start
    .size   crt0_start, . - crt0_start
