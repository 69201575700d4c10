/* SPDX-License-Identifier: MIT
 *
 * Handles: a process's weak names for objects. A handle is a number: the place in the
 * process's table, and above it the generation of that place, which counts how often it
 * has been used. So the number of a closed handle is never good again; nor is a handle
 * whose object has ended, since the table keeps the object's id.
 *
 * The first places lie in the process's own page; more come a page at a time.
 */
#pragma once

#include "memory/budget.h"
#include "object/object.h"

#define HANDLES_INLINE 64
#define HANDLES_PER_PAGE 128
#define HANDLE_INDEX_BITS 17 /* of a number */

struct handle {
    struct object *object; /* NULL: the place is free */
    uint64_t id; /* the object's, as it was named; free: as first_free, the next one */
    uint64_t badge;
    uint32_t generation; /* of the place: of its next use, if it is free */
    uint32_t rights;     /* RIGHT_* */
};

static_assert(sizeof(struct handle) * HANDLES_PER_PAGE == PAGE_SIZE, "a page");
static_assert(HANDLES_MAX <= 1 << HANDLE_INDEX_BITS, "a place has a number");
static_assert((HANDLES_MAX - HANDLES_INLINE) / HANDLES_PER_PAGE < PAGE_SIZE / 8,
              "one directory is enough");

/* An empty one is zero, but for `pages`; the places need not be. */
struct handle_table {
    struct budget *pages;      /* of the process that has the table */
    uint32_t count;            /* handles in use */
    uint32_t fresh;            /* places from here on have never been used */
    uint32_t first_free;       /* place + 1 of the first free one below; 0: none */
    uint32_t page_count;       /* behind the inline places */
    uint32_t inline_end;       /* of those the ones below `fresh`, in bytes */
    struct handle **directory; /* a page of their addresses; NULL: none is needed yet */
    struct handle inline_places[HANDLES_INLINE];
};

/* Makes sure that the next handle_add succeeds. Errors: E_NO_MEMORY, E_NO_SLOT
 * (HANDLES_MAX). */
enum trapeze_error handle_reserve(struct handle_table *table);

/* A new handle to a living object. The place has been reserved. Its number. */
uint64_t handle_add(struct handle_table *table, struct object *object, uint32_t rights,
                    uint64_t badge);

/* The place with this index, which is below `fresh`. */
INLINE struct handle *handle_place(struct handle_table *table, uint64_t index)
{
    if (index < HANDLES_INLINE)
        return &table->inline_places[index];
    index -= HANDLES_INLINE;
    return &table->directory[index / HANDLES_PER_PAGE][index % HANDLES_PER_PAGE];
}

/* The handle with this number, whether or not its object lives; NULL: none. */
INLINE struct handle *handle_find(struct handle_table *table, uint64_t number)
{
    uint64_t index = number & ((1UL << HANDLE_INDEX_BITS) - 1);
    if (index >= table->fresh)
        return NULL;
    struct handle *handle = handle_place(table, index);
    bool used = handle->object != NULL;
    return used && handle->generation == number >> HANDLE_INDEX_BITS ? handle : NULL;
}

/* Finds a handle to an object of this `type` (0: any) with all of these rights. Errors:
 * E_BAD_HANDLE, E_GONE, E_WRONG_TYPE, E_RIGHTS, in this order; but for the first,
 * *found is the handle. */
enum trapeze_error handle_lookup(struct handle_table *table, uint64_t number,
                                 uint8_t type, uint32_t rights, struct handle **found);

/* The same, where a call would cost too much. */
INLINE enum trapeze_error handle_lookup_inline(struct handle_table *table,
                                               uint64_t number, uint8_t type,
                                               uint32_t rights, struct handle **found)
{
    struct handle *handle = handle_find(table, number);
    if (handle == NULL)
        return E_BAD_HANDLE;
    *found = handle;
    if (handle->id != handle->object->id)
        return E_GONE;
    if (type != 0 && handle->object->type != type)
        return E_WRONG_TYPE;
    return (handle->rights & rights) == rights ? E_OK : E_RIGHTS;
}

/* The number of another handle to the same object. Errors: E_BAD_HANDLE, E_GONE,
 * E_RIGHTS (not a subset), E_BADGE (it has one), and those of handle_reserve. */
int64_t handle_duplicate(struct handle_table *table, uint64_t number, uint64_t rights,
                         uint64_t badge);

/* Errors: E_BAD_HANDLE. */
enum trapeze_error handle_close(struct handle_table *table, uint64_t number);

/* Gives one page of the table back; false: none is left. The handles are gone with the
 * first. */
bool handle_table_shrink(struct handle_table *table);

/* Panics unless the counts agree. */
void handle_check(const struct handle_table *table);
