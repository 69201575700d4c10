/* SPDX-License-Identifier: MIT
 *
 * The handle table. A new handle takes the place that became free last, or else a fresh
 * one; nothing takes longer in a large table. A place whose generations are used up is
 * never free again.
 */
#include "object/handle.h"

#include "memory/frame.h"

/* A page that the process pays for, or NULL. What has not been used is not read. */
static void *take_page(struct handle_table *table)
{
    if (!budget_take(table->pages, 1))
        return NULL;
    paddr_t frame = frame_alloc(0);
    if (!paddr_is_none(frame))
        return direct_map(frame);
    budget_give(table->pages, 1);
    return NULL;
}

static bool give_page(struct handle_table *table, void *page)
{
    frame_free(direct_map_paddr(page));
    budget_give(table->pages, 1);
    return true;
}

enum trapeze_error handle_reserve(struct handle_table *table)
{
    if (table->first_free != 0)
        return E_OK;
    if (table->fresh == HANDLES_MAX)
        return E_NO_SLOT;
    if (table->fresh < HANDLES_INLINE + table->page_count * HANDLES_PER_PAGE)
        return E_OK;
    if (table->directory == NULL)
        table->directory = take_page(table);
    struct handle *page = table->directory == NULL ? NULL : take_page(table);
    if (page == NULL)
        return E_NO_MEMORY;
    table->directory[table->page_count++] = page;
    return E_OK;
}

uint64_t handle_add(struct handle_table *table, struct object *object, uint32_t rights,
                    uint64_t badge)
{
    const uint64_t reused = table->first_free;
    const uint64_t index = reused != 0 ? reused - 1 : table->fresh;
    struct handle *handle = handle_place(table, index);
    if (index == table->fresh) {
        table->fresh++;
        handle->generation = 1;
        if (index < HANDLES_INLINE)
            table->inline_end += sizeof *handle;
    } else {
        table->first_free = (uint32_t)handle->id;
    }
    handle->object = object;
    handle->id = object->id;
    handle->badge = badge;
    handle->rights = rights;
    table->count++;
    return (uint64_t)handle->generation << HANDLE_INDEX_BITS | index;
}

enum trapeze_error handle_lookup(struct handle_table *table, uint64_t number,
                                 uint8_t type, uint32_t rights, struct handle **found)
{
    return handle_lookup_inline(table, number, type, rights, found);
}

int64_t handle_duplicate(struct handle_table *table, uint64_t number, uint64_t rights,
                         uint64_t badge)
{
    struct handle *handle;
    enum trapeze_error error = handle_lookup(table, number, 0, 0, &handle);
    if (error != E_OK)
        return error;
    if ((rights & ~(uint64_t)handle->rights) != 0)
        return E_RIGHTS;
    if (badge != 0 && handle->badge != 0)
        return E_BADGE;
    error = handle_reserve(table);
    return error != E_OK ? error
                         : (int64_t)handle_add(table, handle->object, (uint32_t)rights,
                                               badge != 0 ? badge : handle->badge);
}

enum trapeze_error handle_close(struct handle_table *table, uint64_t number)
{
    struct handle *handle;
    if (handle_lookup(table, number, 0, 0, &handle) == E_BAD_HANDLE)
        return E_BAD_HANDLE;
    handle->object = NULL;
    table->count--;
    if (++handle->generation != 0) {
        handle->id = table->first_free;
        table->first_free = (uint32_t)(number & ((1UL << HANDLE_INDEX_BITS) - 1)) + 1;
    }
    return E_OK;
}

bool handle_table_shrink(struct handle_table *table)
{
    table->count = table->fresh = table->first_free = table->inline_end = 0;
    if (table->page_count > 0)
        return give_page(table, table->directory[--table->page_count]);
    void *directory = table->directory;
    table->directory = NULL;
    return directory != NULL && give_page(table, directory);
}

void handle_check(const struct handle_table *table)
{
    assert(table->count <= table->fresh && table->first_free <= table->fresh);
    assert(table->fresh <= HANDLES_INLINE + table->page_count * HANDLES_PER_PAGE);
    assert(table->inline_end / sizeof(struct handle) <= table->fresh);
    assert(table->page_count == 0 || table->directory != NULL);
}
