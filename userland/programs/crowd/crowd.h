/* SPDX-License-Identifier: MIT
 *
 * Many small processes: each executes a function of bench/measured.S, of which all have
 * the same copy, and has a stack of one page. That, the page that all share, and the
 * kernel's own is all that it takes.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What a member has mapped, at the same address in each. The stack is the page below
 * the code. */
#define CROWD_CODE 0x100000UL
#define CROWD_SHARED 0x110000UL
#define CROWD_MEMBERS_MAX 4100

/* The page that all members and this process have. */
struct crowd_shared {
    uint64_t begun;     /* bench_wait() counts here */
    uint64_t times[32]; /* for a server */
};

/* Before anything else: room for so many stacks at a time. NULL: too little memory. */
struct crowd_shared *crowd_begin(unsigned members);

/* A handle to a member that is at the beginning of `function` with these in a0 to a2,
 * ready to run; negative: an error. A handle that is not 0 is given to it, and its
 * number there is what `function` gets in a0. */
long crowd_add(void (*function)(void), uint64_t handle, uint64_t a1, uint64_t a2);

/* The address that something in the shared page has for a member. */
#define CROWD_ADDRESS(field) (CROWD_SHARED + offsetof(struct crowd_shared, field))

/* Kills all members, and waits until nothing is left of them. */
void crowd_end(void);
