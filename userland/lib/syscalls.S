/* SPDX-License-Identifier: MIT
 *
 * A stub `long sys_NAME(...)` for every call of syscalls.def, and the wrappers for those with
 * further argument or result registers. The kernel preserves every register but the results, so
 * a wrapper may keep a pointer in a temporary over the ecall. C prototypes: trapeze.h.
 */
#define SYSCALL(number, name, arity, arguments, summary)                                          \
    .equ    SYS_##name, number;                                                                    \
    .section .text.sys_##name, "ax";                                                               \
    .globl  sys_##name;                                                                            \
    .type   sys_##name, @function;                                                                 \
sys_##name:                                                                                        \
    .cfi_startproc;                                                                                \
    li      a7, number;                                                                            \
    ecall;                                                                                         \
    ret;                                                                                           \
    .cfi_endproc;                                                                                  \
    .size   sys_##name, . - sys_##name;

#include <trapeze/syscalls.def>

    .macro  function name
    .section .text.\name, "ax"
    .globl  \name
    .type   \name, @function
\name:
    .cfi_startproc
    .endm

    .macro  end_function name
    .cfi_endproc
    .size   \name, . - \name
    .endm

/* long trapeze_wait(long process, uint64_t deadline_ticks, struct trapeze_child *child); */
    function trapeze_wait
    # 1. The deadline travels in t1; t0 keeps the pointer.
    mv      t1, a1
    mv      t0, a2
    li      a7, SYS_process_wait
    ecall
    # 2. On success a0 to a4 are the structure's five words, in order.
    bltz    a0, 1f
    sd      a0, 0(t0)
    sd      a1, 8(t0)
    sd      a2, 16(t0)
    sd      a3, 24(t0)
    sd      a4, 32(t0)
1:  ret
    end_function trapeze_wait

/* long trapeze_sleep_until(uint64_t deadline_ticks); */
    function trapeze_sleep_until
    mv      t1, a0
    li      a7, SYS_sleep
    ecall
    ret
    end_function trapeze_sleep_until

/* long trapeze_create_words(const uint64_t name[5], long *elf_error); */
    function trapeze_create_words
    # 1. The name's five words travel in a0 to a4; t0 keeps the pointer.
    mv      t0, a1
    ld      a1, 8(a0)
    ld      a2, 16(a0)
    ld      a3, 24(a0)
    ld      a4, 32(a0)
    ld      a0, 0(a0)
    li      a7, SYS_process_create
    ecall
    # 2. Beside E_BAD_PROGRAM, a1 tells what is wrong with the ELF file.
    sd      a1, 0(t0)
    ret
    end_function trapeze_create_words

/*
 * void trapeze_ecall(struct trapeze_registers *registers);
 *
 * Loads x1 to x31 from the structure (trapeze.h: register n is its word n - 1), executes an
 * ecall, stores x1 to x31 back. Since even sp may be garbage, what this routine needs
 * afterwards is in static memory, and the one address register that it needs for the way back
 * waits in ft0, which no system call touches. Clobbers ft0 and nothing else that
 * the C calling convention preserves.
 */
    .macro  for_callee_saved instruction, base
    \instruction ra, 0(\base)
    \instruction sp, 8(\base)
    \instruction gp, 16(\base)
    \instruction tp, 24(\base)
    \instruction s0, 32(\base)
    \instruction s1, 40(\base)
    \instruction s2, 48(\base)
    \instruction s3, 56(\base)
    \instruction s4, 64(\base)
    \instruction s5, 72(\base)
    \instruction s6, 80(\base)
    \instruction s7, 88(\base)
    \instruction s8, 96(\base)
    \instruction s9, 104(\base)
    \instruction s10, 112(\base)
    \instruction s11, 120(\base)
    \instruction a0, 128(\base)
    .endm

    .macro  for_x1_to_x30 instruction
    .irp    number, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    \instruction x\number, (\number - 1) * 8(t6)
    .endr
    .endm

    function trapeze_ecall
    .option push
    .option norelax             # gp holds the caller's word by then
    # 1. Keep the C caller's registers.
    lla     t0, saved
    for_callee_saved sd, t0
    # 2. Load the given ones; x31 (t6), the base, last.
    mv      t6, a0
    for_x1_to_x30 ld
    ld      t6, 240(t6)
    ecall
    # 3. Store what came back: x31 by way of ft0.
    fmv.d.x ft0, t6
    lla     t6, saved
    ld      t6, 128(t6)
    for_x1_to_x30 sd
    mv      t5, t6
    fmv.x.d t6, ft0
    sd      t6, 240(t5)
    # 4. Give the C caller its registers back.
    lla     t0, saved
    for_callee_saved ld, t0
    ret
    .option pop
    end_function trapeze_ecall

    .section .bss.trapeze_ecall, "aw", @nobits
    .balign 8
saved:
    .zero   17 * 8
