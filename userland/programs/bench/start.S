/* SPDX-License-Identifier: MIT
 *
 * Where the kernel enters `bench`: reads instret, and goes on as any program does.
 */
    .section .text.start, "ax"
    .globl  _start
    .type   _start, @function
    .balign 4
_start:
    rdinstret t0
    .option push
    .option norelax             # gp is not set up yet
    lla     t1, bench_first_instret
    .option pop
    sd      t0, 0(t1)
    tail    crt0_start

    .bss
    .balign 8
    .globl  bench_first_instret
bench_first_instret:
    .zero   8
