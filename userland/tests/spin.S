/* SPDX-License-Identifier: MIT
 *
 * Loops that hold every register the while; the prototypes are in spin.h.
 */
#define SYSCALL(number, name, arity, arguments, summary) .equ SYS_##name, number;
#include <trapeze/syscalls.def>

    .macro  function name
    .globl  \name
    .type   \name, @function
    .balign 4
\name:
    .endm

    .macro  for_callee_saved instruction, base
    .irp    number, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    \instruction x\number, (\number - 1) * 8(\base)
    .endr
    .endm

    .macro  for_x1_to_x30 instruction
    .irp    number, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    \instruction x\number, (\number - 1) * 8(t6)
    .endr
    .endm

    .macro  for_f0_to_f31 instruction
    .irp    number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \instruction f\number, \number * 8(a0)
    .endr
    .endm

/* In between, sp, gp and tp are not the C program's either; ft0 keeps t6 as they are stored. */
    .macro  spin_counting counter
    # 1. Keep the C caller's registers, and the structure's address.
    lla     t0, saved
    for_callee_saved sd, t0
    sd      a0, 31 * 8(t0)
    # 2. Load the given ones.
    mv      t6, a0
    for_x1_to_x30 ld
    ld      t6, 30 * 8(t6)
    # 3. Spin.
1:  addi    \counter, \counter, -1
    bnez    \counter, 1b
    # 4. Store them back.
    fmv.d.x ft0, t6
    lla     t6, saved
    ld      t6, 31 * 8(t6)
    for_x1_to_x30 sd
    mv      t5, t6
    fmv.x.d t6, ft0
    sd      t6, 30 * 8(t5)
    # 5. Give the C caller its registers back.
    lla     t0, saved
    for_callee_saved ld, t0
    ret
    .endm

    .text
    .option push
    .option norelax             # gp is not the program's in between
    function spin_counting_t6
    spin_counting t6

    function spin_counting_ra
    spin_counting ra
    .option pop

    # The C caller's fs0 to fs11 and fcsr are kept below the stack pointer; f0 to f31 and fcsr
    # are loaded from a0.
    .macro  begin_fpu
    addi    sp, sp, -112
    .irp    number, 0,1,2,3,4,5,6,7,8,9,10,11
    fsd     fs\number, \number * 8(sp)
    .endr
    frcsr   t0
    sd      t0, 96(sp)
    for_f0_to_f31 fld
    ld      t0, 256(a0)
    fscsr   t0
    .endm

    # They are stored back, and the caller's restored.
    .macro  end_fpu
    frcsr   t0
    sd      t0, 256(a0)
    for_f0_to_f31 fsd
    ld      t0, 96(sp)
    fscsr   t0
    .irp    number, 0,1,2,3,4,5,6,7,8,9,10,11
    fld     fs\number, \number * 8(sp)
    .endr
    addi    sp, sp, 112
    .endm

    function spin_with_fpu
    addi    sp, sp, -32
    .irp    number, 0,1,2
    sd      s\number, \number * 8(sp)
    .endr
    # A system call leaves these alone.
    mv      s0, a0
    mv      s1, a1
    mv      s2, a2
    begin_fpu
1:  beqz    s2, 2f
    li      a7, SYS_yield
    ecall
2:  addi    s1, s1, -1
    bnez    s1, 1b
    mv      a0, s0
    end_fpu
    .irp    number, 0,1,2
    ld      s\number, \number * 8(sp)
    .endr
    addi    sp, sp, 32
    ret

    function message_with_fpu
    addi    sp, sp, -32
    .irp    number, 0,1,2,3
    sd      s\number, \number * 8(sp)
    .endr
    mv      s0, a0
    mv      s1, a1
    mv      s2, a2
    mv      s3, a3
    begin_fpu
    # a6 is the token of the message that was received, and then of the one to reply to.
    li      a6, 0
    li      t0, 0
    li      t1, 0
    li      t2, 0
1:  fmv.d   f0, f0              # the FPU is in use
    mv      a0, s2
    mv      a7, s3
    ecall
    bnez    a0, 2f
    addi    s1, s1, -1
    bnez    s1, 1b
2:  mv      s1, a0
    mv      a0, s0
    end_fpu
    mv      a0, s1
    bnez    a0, 3f
    mv      a0, a6
3:  .irp    number, 0,1,2,3
    ld      s\number, \number * 8(sp)
    .endr
    addi    sp, sp, 32
    ret

    .bss
    .balign 8
saved:
    .zero   32 * 8
