/* SPDX-License-Identifier: MIT
 *
 *   void fpu_save(struct fpu_state *state)
 *   void fpu_load(const struct fpu_state *state)
 *
 * On entry: S-mode, sstatus.FS not off. They clobber t0 and nothing else.
 */
#include "platform/offsets.h"

    .option arch, +d
    .section .text

    .macro each_register instruction
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, \
        20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \instruction f\number, (8 * \number)(a0)
    .endr
    .endm

    .global fpu_save
    .type fpu_save, @function
fpu_save:
    each_register fsd
    frcsr t0
    sd t0, FPU_STATE_FCSR(a0)
    ret
    .size fpu_save, . - fpu_save

    .global fpu_load
    .type fpu_load, @function
fpu_load:
    each_register fld
    ld t0, FPU_STATE_FCSR(a0)
    fscsr t0
    ret
    .size fpu_load, . - fpu_load
