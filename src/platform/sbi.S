/* SPDX-License-Identifier: MIT
 *
 * struct sbi_result sbi_call(arg0, ..., arg5, function, extension)
 *
 * The C calling convention and the SBI's agree (SBI 1.0, chapter 3): the eight
 * arguments are in a0 to a7 already, the two results come back in a0 and a1, every
 * other register survives.
 */
    .section .text
    .global sbi_call
    .type sbi_call, @function
sbi_call:
    ecall
    ret
    .size sbi_call, . - sbi_call
