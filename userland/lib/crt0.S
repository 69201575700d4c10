/* SPDX-License-Identifier: MIT
 *
 * Where a program's first instruction is. A program with an errand of its own there defines
 * _start itself, and goes on to crt0_start with the registers as it found them.
 *
 *   void _start(uint64_t a0, uint64_t a1, ... uint64_t a6);
 *
 * On entry: sp is 16-byte aligned and at the end of the stack; a0 to a6 are what who started the
 * program has to say: for init trapeze/abi.h tells, for others a0 is the startup block's address
 * (trapeze/program.h). Does not return: program_start ends in exit().
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

    # 2. program_start(registers)
    addi    sp, sp, -8 * 8          # seven registers, and sp stays aligned
    sd      a0, 0(sp)
    sd      a1, 8(sp)
    sd      a2, 16(sp)
    sd      a3, 24(sp)
    sd      a4, 32(sp)
    sd      a5, 40(sp)
    sd      a6, 48(sp)
    mv      a0, sp
    call    program_start
    .cfi_endproc
    .size   _start, . - _start
    .size   crt0_start, . - crt0_start
