/* SPDX-License-Identifier: MIT
 *
 * A first instruction that stores all registers before it changes any: fresh_registers in spin.h.
 */
    .section .text.start, "ax"
    .globl  _start
    .type   _start, @function
_start:
    # 1. A base register, by way of the stack.
    sd      t0, -8(sp)
    .option push
    .option norelax             # gp is not set up yet
    lla     t0, fresh_registers
    .option pop
    # 2. x1 to x31; x5 (t0) from the stack.
    .irp    number, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\number, (\number - 1) * 8(t0)
    .endr
    ld      t1, -8(sp)
    sd      t1, (5 - 1) * 8(t0)
    # 3. f0 to f31, fcsr.
    .irp    number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd     f\number, (31 + \number) * 8(t0)
    .endr
    frcsr   t1
    sd      t1, (31 + 32) * 8(t0)
    # 4. On, as any program does.
    tail    crt0_start
    .size   _start, . - _start

    .bss
    .balign 8
    .globl  fresh_registers
fresh_registers:
    .zero   (31 + 32 + 1) * 8
