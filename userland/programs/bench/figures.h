/* SPDX-License-Identifier: MIT
 *
 * The figures of `bench`, by kind. A figure without `other` takes this process alone.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SAMPLES 9
#define FEW_SAMPLES 3 /* where each takes long */

struct figure {
    const char *name;
    int samples;
    bool (*begin)(const struct figure *figure); /* NULL: there is nothing to prepare */
    bool (*sample)(uint64_t *cost);             /* false: this one does not count */
    void (*other)(void); /* what the other process does: does not return */
};

/* Each list ends with a figure without name. */
extern const struct figure call_figures[];       /* calls.c: one process */
extern const struct figure message_figures[];    /* messages.c: a client and a server */
extern const struct figure event_figures[];      /* events.c: who waits for an event */
extern const struct figure preemption_figures[]; /* preemption.c: the timer */
extern const struct figure float_figures[];      /* messages.c: with the FPU in use */
