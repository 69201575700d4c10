/* SPDX-License-Identifier: MIT
 *
 * A move: registers x1 to x31 from a frame (play.h), one instruction that traps, and all of
 * them into the frame again. The register that points to the frame meanwhile is one that
 * survives everything: tp, or s0 to have tp tried as well. The stores follow the trapping
 * instruction at once: a pc that is wrong by one instruction leaves ra's place alone.
 */
    .equ    AFTER, 31 * 8
    .equ    SAVED, 62 * 8
    .equ    LEFT, 78 * 8
    .equ    ARRIVED, 79 * 8

    .macro  survivors instruction, base
    \instruction ra, SAVED + 0(\base)
    \instruction sp, SAVED + 8(\base)
    \instruction gp, SAVED + 16(\base)
    \instruction s1, SAVED + 24(\base)
    \instruction s2, SAVED + 32(\base)
    \instruction s3, SAVED + 40(\base)
    \instruction s4, SAVED + 48(\base)
    \instruction s5, SAVED + 56(\base)
    \instruction s6, SAVED + 64(\base)
    \instruction s7, SAVED + 72(\base)
    \instruction s8, SAVED + 80(\base)
    \instruction s9, SAVED + 88(\base)
    \instruction s10, SAVED + 96(\base)
    \instruction s11, SAVED + 104(\base)
    .endm

    /* `other` is the one of tp (x4) and s0 (x8) that is not the base. */
    .macro  move name, base, other, other_number, instruction:vararg
    .section .text.\name, "ax"
    .globl  \name
    .type   \name, @function
\name:
    .cfi_startproc
    .option push
    .option norelax
    .option norvc
    survivors sd, a0
    sd      tp, SAVED + 112(a0)
    sd      s0, SAVED + 120(a0)
    mv      \base, a0
    ld      \other, (\other_number - 1) * 8(\base)
    .irp number, 1,2,3,5,6,7,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    ld      x\number, (\number - 1) * 8(\base)
    .endr
    rdinstret t6
    sd      t6, LEFT(\base)
    ld      t6, 30 * 8(\base)
    \instruction
    .irp number, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\number, AFTER + (\number - 1) * 8(\base)
    .endr
    rdinstret t6
    sd      t6, ARRIVED(\base)
    mv      a0, \base
    survivors ld, a0
    ld      tp, SAVED + 112(a0)
    ld      s0, SAVED + 120(a0)
    ret
    .option pop
    .cfi_endproc
    .size   \name, . - \name
    .endm

    move    play_ecall_by_tp, tp, s0, 8, ecall
    move    play_ecall_by_s0, s0, tp, 4, ecall
    move    play_fault_ebreak, tp, s0, 8, ebreak
    move    play_fault_load, s0, tp, 4, lw zero, 0(zero)
    move    play_fault_illegal, tp, s0, 8, unimp
    move    play_store_by_tp, tp, s0, 8, sw a1, (a0)
    move    play_store_by_s0, s0, tp, 4, sw a1, (a0)

/* Until the word at a0 is not a1 any more; a2 is what it is. */
    .macro  spin_while_equal
1:  ld      a2, (a0)
    beq     a2, a1, 1b
    .endm
    move    play_spin_by_tp, tp, s0, 8, spin_while_equal
    move    play_spin_by_s0, s0, tp, 4, spin_while_equal

    .macro  floats name, instruction
    .section .text.\name, "ax"
    .globl  \name
    .type   \name, @function
\name:
    .cfi_startproc
    .irp number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \instruction f\number, \number * 8(a0)
    .endr
    .endm

    .macro  end_floats name
    ret
    .cfi_endproc
    .size   \name, . - \name
    .endm

/* void play_floats_load(const uint64_t floats[33]); fcsr is the last. */
    floats  play_floats_load, fld
    ld      t0, 32 * 8(a0)
    fscsr   t0
    end_floats play_floats_load

/* void play_floats_store(uint64_t floats[33]); */
    floats  play_floats_store, fsd
    frcsr   t0
    sd      t0, 32 * 8(a0)
    end_floats play_floats_store
