/* SPDX-License-Identifier: MIT
 *
 * For `bench`: a program that executes an illegal instruction and tells when, by where. It jumps
 * into a field of illegal instructions, as many halfwords deep as instret's low bits say, and the
 * pc of its fault tells them to the parent. illegal.h has the numbers.
 */
#include "illegal.h"

    .section .text.start, "ax"
    .globl  _start
_start:
    .option norelax                                 # gp is 0
    lla     a1, field
    rdinstret a0
    slli    a0, a0, 64 - ILLEGAL_CLOCK_BITS         # ILLEGAL_AFTER_CLOCK: from here
    srli    a0, a0, 64 - ILLEGAL_CLOCK_BITS - 1     # in bytes, two for each
    add     a0, a0, a1
    jr      a0                                      # to here

    .text
    .balign ILLEGAL_FIELD_ALIGNMENT
field:
    .fill   1 << ILLEGAL_CLOCK_BITS, 2, ILLEGAL_HALFWORD
