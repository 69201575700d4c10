/* SPDX-License-Identifier: MIT
 *
 * A stub `long sys_NAME(...)` for every call of syscalls.def, and a wrapper for each call with
 * further argument or result registers: the messages and those that tell something. A message
 * call preserves callee-saved registers only; every other call preserves all but a0 and the
 * results that it names, so there a wrapper may keep a pointer in a temporary. C prototypes:
 * trapeze.h.
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

/* struct trapeze_message. */
    .equ    MESSAGE_KIND, 0
    .equ    MESSAGE_LABEL, 8
    .equ    MESSAGE_WORDS, 16
    .equ    MESSAGE_TOKEN, 48
    .equ    MESSAGE_BADGE, 56
    .equ    MESSAGE_GRANT, 64
    .equ    MESSAGE_DEADLINE, 72
    .equ    MESSAGE_WELCOME, 80

/* Label, words, and the handle to grant. */
    .macro  load_content message
    ld      a2, MESSAGE_WORDS + 0(\message)
    ld      a3, MESSAGE_WORDS + 8(\message)
    ld      a4, MESSAGE_WORDS + 16(\message)
    ld      a5, MESSAGE_WORDS + 24(\message)
    ld      t0, MESSAGE_GRANT(\message)
    ld      a1, MESSAGE_LABEL(\message)
    .endm

/* A call that receives leaves only callee-saved registers as they were: s0 is to keep the
 * message, which is in a1. */
    .macro  keep_message
    addi    sp, sp, -16
    .cfi_def_cfa_offset 16
    sd      s0, 0(sp)
    .cfi_offset s0, -16
    mv      s0, a1
    .endm

/* The system call, and the way back from it: what was received goes to the message at s0, where
 * an error leaves all but the kind alone. */
    .macro  receive number
    li      a7, \number
    ecall
    sd      a0, MESSAGE_KIND(s0)
    bltz    a0, 1f
    sd      a1, MESSAGE_LABEL(s0)
    sd      a2, MESSAGE_WORDS + 0(s0)
    sd      a3, MESSAGE_WORDS + 8(s0)
    sd      a4, MESSAGE_WORDS + 16(s0)
    sd      a5, MESSAGE_WORDS + 24(s0)
    sd      a6, MESSAGE_TOKEN(s0)
    sd      a7, MESSAGE_BADGE(s0)
    sd      t0, MESSAGE_GRANT(s0)
1:  ld      s0, 0(sp)
    .cfi_restore s0
    addi    sp, sp, 16
    .cfi_def_cfa_offset 0
    ret
    .endm

/* long trapeze_call(uint64_t endpoint, struct trapeze_message *message); */
    function trapeze_call
    keep_message
    load_content s0
    li      a6, 0
    ld      t1, MESSAGE_DEADLINE(s0)
    ld      t2, MESSAGE_WELCOME(s0)
    receive SYS_call
    end_function trapeze_call

/* long trapeze_reply_recv(uint64_t endpoint, struct trapeze_message *message); */
    function trapeze_reply_recv
    keep_message
    load_content s0
    ld      a6, MESSAGE_TOKEN(s0)
    ld      t1, MESSAGE_DEADLINE(s0)
    ld      t2, MESSAGE_WELCOME(s0)
    receive SYS_reply_recv
    end_function trapeze_reply_recv

/* long trapeze_recv(uint64_t endpoint, struct trapeze_message *message); */
    function trapeze_recv
    keep_message
    li      a6, 0
    li      t0, 0
    ld      t1, MESSAGE_DEADLINE(s0)
    ld      t2, MESSAGE_WELCOME(s0)
    receive SYS_recv
    end_function trapeze_recv

/* long trapeze_send(uint64_t endpoint, struct trapeze_message *message); */
    function trapeze_send
    mv      t3, a1
    load_content t3
    li      a6, 0
    ld      t1, MESSAGE_DEADLINE(t3)
    li      t2, 0
    li      a7, SYS_send
    ecall
    ret
    end_function trapeze_send

/* long trapeze_reply(uint64_t token, const struct trapeze_message *message); */
    function trapeze_reply
    mv      t3, a1
    mv      a6, a0
    li      a0, 0
    load_content t3
    li      t1, 0
    li      t2, 0
    li      a7, SYS_reply
    ecall
    ret
    end_function trapeze_reply

/* The system call; on success a1 to a4 go to the four words at `results`. */
    .macro  read_words number, results
    addi    sp, sp, -16
    .cfi_def_cfa_offset 16
    sd      s0, 0(sp)
    .cfi_offset s0, -16
    mv      s0, \results
    li      a7, \number
    ecall
    bltz    a0, 1f
    sd      a1, 0(s0)
    sd      a2, 8(s0)
    sd      a3, 16(s0)
    sd      a4, 24(s0)
1:  ld      s0, 0(sp)
    .cfi_restore s0
    addi    sp, sp, 16
    .cfi_def_cfa_offset 0
    ret
    .endm

/* long trapeze_handle_inspect(uint64_t handle, struct trapeze_handle *results); */
    function trapeze_handle_inspect
    read_words SYS_handle_inspect, a1
    end_function trapeze_handle_inspect

/* long trapeze_process_inspect(uint64_t process, uint64_t group, uint64_t results[4]); */
    function trapeze_process_inspect
    read_words SYS_process_inspect, a2
    end_function trapeze_process_inspect

/* long trapeze_registers_read(uint64_t process, uint64_t group, uint64_t results[4]); */
    function trapeze_registers_read
    read_words SYS_registers_read, a2
    end_function trapeze_registers_read

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
