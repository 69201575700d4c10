/* SPDX-License-Identifier: MIT
 *
 * For the tests of the debugger (test/gdb): every register is known at an ecall, in a loop that
 * only the timer interrupts, and in a second process that sleeps.
 *
 * Started with no argument but its name it makes the system call process_self, spawns itself as its
 * child, and then counts down for some time slices. The child (one argument more) sleeps again and
 * again, until its parent's end ends it.
 *
 *   int main(int argc, char *argv[]);
 *
 * On entry and on exit: as the C calling convention has it; the child does not return. In between
 * no register is C's, so those that C expects to survive wait in `saved`.
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

    .macro  for_callee_saved instruction
    lla     t0, saved
    .irp    number, 1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
    \instruction x\number, 8 * \number(t0)
    .endr
    .endm

    .text
    .option norelax                 # gp holds anything
    .globl  main, call_self, called_self, count, child_sleep, child_awake
main:
    li      t0, 1
    bne     a0, t0, child
    for_callee_saved sd

    # 1. A system call, sp and all in the pattern.
    load_pattern pattern_call
    li      a7, SYS_process_self
call_self:
    ecall
called_self:
    for_callee_saved ld
    blez    a0, failed

    # 2. The child, which runs until it sleeps.
    li      a0, 2
    lla     a1, arguments
    call    trapeze_spawn
    blez    a0, failed
    call    sys_yield
    bnez    a0, failed

    # 3. Only the timer gets the CPU from here. t6 (x31) counts, all others stay.
    load_pattern pattern_loop
    li      t6, LOOP_ROUNDS
count:
    addi    t6, t6, -1
    bnez    t6, count
    for_callee_saved ld

    # 4. test-gdb: ok
    lla     a0, success
    call    puts
    li      a0, 0
    j       done
failed:
    li      a0, 1
done:
    for_callee_saved ld
    ret

child:
    load_pattern pattern_child
    li      a0, 0                   # on no endpoint
    li      t2, 0
    li      a7, SYS_recv
    rdtime  t1
    addi    t1, t1, CHILD_TICKS
child_sleep:
    ecall
child_awake:
    j       child

    .section .rodata
name:
    .string "test-gdb"
role:
    .string "child"
success:
    .string "test-gdb: ok"

    .section .data.rel.ro, "aw"
    .balign 8
arguments:
    .dword  name, role, 0

    .bss
    .balign 8
saved:
    .zero   32 * 8
