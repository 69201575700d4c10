/* SPDX-License-Identifier: MIT
 *
 * Where an actor begins.
 *
 *   void actor_start(struct actor *actor, long (*role)(struct actor *));
 *
 * On entry: a0, a1 as process_start gave them; sp is the top of the actor's stack. Does not
 * return: the role's result is the actor's exit status.
 */
    .equ    EXIT, 10            # SYS_process_exit; actors.c checks it

    .section .text.actor_start, "ax"
    .globl  actor_start
    .type   actor_start, @function
actor_start:
    .cfi_startproc
    .cfi_undefined ra           # a backtrace ends here
    .option push
    .option norelax
    lla     gp, __global_pointer$
    .option pop
    jalr    a1
    li      a7, EXIT
    ecall
    .cfi_endproc
    .size   actor_start, . - actor_start
