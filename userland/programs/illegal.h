/* SPDX-License-Identifier: MIT
 *
 * What `bench` knows of the program `illegal`, which tells by the pc of its fault when
 * it was.
 */
#pragma once

#define ILLEGAL_CLOCK_BITS 11 /* low bits of instret that the pc tells */
#define ILLEGAL_AFTER_CLOCK 4 /* instructions from reading it to the illegal one */
/* A reserved encoding of quadrant 1. Not 0: for that stval is 0 as well, as on a hart
 * that does not tell the bits, and the kernel has to try whether the FPU is what was
 * missing. */
#define ILLEGAL_HALFWORD 0x9c41
#define ILLEGAL_FIELD_ALIGNMENT 4096 /* the field is aligned to it, and as long */
