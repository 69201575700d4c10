/* SPDX-License-Identifier: MIT
 *
 * The floating-point registers (F and D extensions). Who may use them is
 * sched/fpu_owner.h's.
 */
#pragma once

#include <stdint.h>

struct fpu_state {
    uint64_t f[32];
    uint64_t fcsr;
};

/* Copies the registers out, and in. sstatus.FS must not be off; loading makes it
 * dirty. */
void fpu_save(struct fpu_state *state);
void fpu_load(const struct fpu_state *state);
