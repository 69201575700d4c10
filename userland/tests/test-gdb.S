/* SPDX-License-Identifier: MIT
 *
 * For the tests of the debugger (test/gdb): every register is known at an ecall, in a loop that
 * only the timer interrupts, and in a second process that sleeps.
 *
 * The first process (one argument, its name) makes the system call process_self, starts itself
 * again as its child, and then counts down for some time slices. The child (no arguments) sleeps
 * again and again, until the first one's end ends it.
 */
    /* What register xN holds, less N: one pattern for each place. GDB reads these symbols. */
    .globl  pattern_call, pattern_loop, pattern_child
    .equ    pattern_call, 0x5ca1ab1e00c0de00
    .equ    pattern_loop, 0xfeedfacecafebe00
    .equ    pattern_child, 0x0badf00ddeadbe00

    .equ    CHILD_TICKS, 2000       /* 0.2 ms: shorter than a time slice */
    .equ    LOOP_ROUNDS, 40000000

#define SYSCALL(number, name, arity, arguments, summary) .equ SYS_##name, number;
#include <trapeze/syscalls.def>
#undef SYSCALL

    .macro  load_pattern pattern
    .irp    number, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, \
            21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    li      x\number, \pattern + \number
    .endr
    .endm

    .section .text.start, "ax"
    .option norelax                 # gp holds anything
    .globl  _start, call, call_return, loop, child, child_sleep, child_awake
_start:
    beqz    a0, child

    # 1. A system call, sp and all in the pattern.
    load_pattern pattern_call
    li      a7, SYS_process_self
call:
    ecall
call_return:
    blez    a0, failed

    # 2. The child: its name, eight letters, fits one word.
    li      a0, 0x6264672d74736574  # "test-gdb"
    li      a1, 0
    li      a2, 0
    li      a3, 0
    li      a4, 0
    li      a7, SYS_process_create
    ecall
    blez    a0, failed
    li      a7, SYS_process_start
    ecall
    bnez    a0, failed
    li      a7, SYS_yield           # it runs until it sleeps
    ecall
    bnez    a0, failed

    # 3. Only the timer gets the CPU from here. t6 (x31) counts, all others stay.
    load_pattern pattern_loop
    li      t6, LOOP_ROUNDS
loop:
    addi    t6, t6, -1
    bnez    t6, loop

    # 4. test-gdb: ok
    li      a0, 13
    li      a1, 0x6264672d74736574  # "test-gdb"
    li      a2, 0x0a6b6f203a        # ": ok\n"
    li      a7, SYS_debug_write
    ecall
    li      a0, 0
    j       exit
failed:
    li      a0, 1
exit:
    li      a7, SYS_process_exit
    ecall

child:
    load_pattern pattern_child
    li      a7, SYS_sleep
    rdtime  t1
    addi    t1, t1, CHILD_TICKS
child_sleep:
    ecall
child_awake:
    j       child
