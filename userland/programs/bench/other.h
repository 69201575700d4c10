/* SPDX-License-Identifier: MIT
 *
 * The other process of a figure: `bench --other NAME`, in an address space of its own.
 *
 * instret counts for all processes, so either can put its reading where the other finds
 * it, in the page that they share.
 */
#pragma once

#include "figures.h"

/* Where the other process finds what it is given: the shared page, and a device's. */
#define OTHER_SHARED 0x1000000000
#define OTHER_DEVICE (OTHER_SHARED + 2 * PAGE_BYTES)

struct other {
    long process;      /* this process's handle to it; 0: there is none */
    uint64_t endpoint; /* where one of the two waits; 0: there is none */
    void *shared;      /* the page */
};
extern struct other other;

/* Forgets the last figure's. */
void other_forget(void);

bool other_make_endpoint(void);

/* Stopped. `rights` to the endpoint, 0 for none; `priority` negative: this one's. */
bool other_spawn(const struct figure *figure, uint64_t rights, int64_t priority);

/* The same where the endpoint hears of its faults, and running. */
bool other_spawn_supervised(const struct figure *figure);

bool other_share_page(void);

/* Runs until it waits or has nothing but its loop left: this process sleeps the while.
 */
bool other_start(void);

/* Ends it, and the endpoint. What it was given ends with this program. */
void other_end(void);

/* In the other process: its handle to the endpoint. */
uint64_t other_inherited_endpoint(void);

/* A priority below this process's. */
int64_t less_urgent(void);
