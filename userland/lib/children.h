/* SPDX-License-Identifier: MIT
 *
 * The table of a program's children: what each is made of, and how it ended. spawn.c
 * makes children, trapeze_wait() and trapeze_collect() take them out.
 */
#pragma once

#include <trapeze.h>

struct child {
    uint64_t process; /* handle; 0: there is no process yet, or the place is free */
    uint64_t memory;  /* handle of what its pages are in; 0: none yet */
    uintptr_t entry_point; /* where it starts */
    bool is_ours;          /* supervised by children.c, so that trapeze_wait() tells */
    bool has_ended;        /* it is ours, and in the list of those to be told of */
    struct trapeze_child end;
    struct child *next; /* in the list of free places, or of ends to tell */
};

/* A place in the table; all of it is zero. NULL: no memory for one. */
struct child *child_add(void);

/* The child with this handle, or NULL. */
struct child *child_find(uint64_t process);

/* Makes it one that trapeze_wait() tells of: *supervisor and *badge are for
 * process_create, which is to come next. Errors: those of endpoint_create. */
long child_adopt(struct child *child, uint64_t *supervisor, uint64_t *badge);

/* Ends what there is of it, and takes it out; if it is ours, its end is awaited and
 * told to nobody. */
void child_abandon(struct child *child);
