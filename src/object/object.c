/* SPDX-License-Identifier: MIT
 *
 * The table of object slots. Slots that have never been used stand behind `fresh`; so
 * starting costs the same for few and many.
 */
#include "object/object.h"

#include "base/boot_text.h"
#include "base/string.h"

struct object *object_table;
struct object_pool object_processes, object_others;
static uint64_t last_id;
static uint32_t process_cost;

static struct object_pool *pool_of(uint8_t type)
{
    return type == OBJECT_PROCESS ? &object_processes : &object_others;
}

BOOT_ONLY void object_init(struct object *table, uint32_t count, uint32_t process_count)
{
    object_table = table;
    last_id = 0;
    process_cost = (count - 2) / (process_count - 1); /* rounded up */
    object_processes = (struct object_pool){.end = process_count};
    object_others = (struct object_pool){.fresh = process_count, .end = count};
}

uint32_t object_cost(uint8_t type) { return type == OBJECT_PROCESS ? process_cost : 1; }

static uint64_t unused(const struct object_pool *pool)
{
    return pool->end - pool->fresh + object_pool_free_count(pool);
}

uint32_t object_free_count(void)
{
    return (uint32_t)(unused(&object_processes) + unused(&object_others));
}

struct object *object_take_fresh(struct object_pool *pool)
{
    if (pool->fresh == pool->end)
        return NULL;
    struct object *object = &object_table[pool->fresh];
    *object = (struct object){.number = OBJECT_NUMBER_STEP | pool->fresh++};
    return object;
}

struct object *object_alloc(uint8_t type, struct process *payer, struct list *owned)
{
    struct object *object = object_take(pool_of(type));
    if (object == NULL)
        return NULL;
    object->id = ++last_id;
    object->payer = payer;
    object->type = type;
    object->run_pages = 0;
    object->owned = (struct list){NULL, NULL};
    memset(&object->endpoint, 0, sizeof *object - offsetof(struct object, endpoint));
    if (owned != NULL)
        list_append(owned, &object->owned);
    return object;
}

void object_free(struct object *object)
{
    if (list_is_linked(&object->owned))
        list_remove(&object->owned);
    object->id = 0;
    object->payer = NULL;
    object_put_back(pool_of(object->type), object);
}

struct object *object_at(uint64_t index)
{
    bool other = index >= object_processes.end && index < object_others.fresh;
    return other ? &object_table[index] : object_process_at(index);
}
