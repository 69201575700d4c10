/* SPDX-License-Identifier: MIT
 *
 * The table of object slots. Slots that have never been used stand behind `fresh`; so
 * starting costs the same for few and many.
 */
#include "object/object.h"

#include "base/string.h"

struct pool {
    uint32_t fresh, end; /* slots from `fresh` to `end` have never been used */
    uint32_t free_count;
    struct list free;
};

struct object *object_table;
uint32_t object_processes_used;
static uint64_t last_id;
static uint32_t process_cost;
static struct pool processes, others;

static void pool_init(struct pool *pool, uint32_t start, uint32_t end)
{
    *pool = (struct pool){.fresh = start, .end = end, .free_count = end - start};
    list_init(&pool->free);
}

void object_init(struct object *table, uint32_t count, uint32_t process_count)
{
    object_table = table;
    last_id = object_processes_used = 0;
    process_cost = (count - 2) / (process_count - 1); /* rounded up */
    pool_init(&processes, 0, process_count);
    pool_init(&others, process_count, count);
}

uint32_t object_cost(uint8_t type) { return type == OBJECT_PROCESS ? process_cost : 1; }

uint32_t object_free_count(void) { return processes.free_count + others.free_count; }

static struct object *take(struct pool *pool)
{
    struct list *reused = list_take_first(&pool->free);
    if (reused != NULL)
        return container_of(reused, struct object, owned);
    if (pool->fresh == pool->end)
        return NULL;
    struct object *object = &object_table[pool->fresh];
    *object = (struct object){.sequence = 1, .index = pool->fresh++};
    object_processes_used = processes.fresh;
    return object;
}

struct object *object_alloc(uint8_t type, struct process *payer, struct list *owned)
{
    struct pool *pool = type == OBJECT_PROCESS ? &processes : &others;
    struct object *object = take(pool);
    if (object == NULL)
        return NULL;
    pool->free_count--;
    object->id = ++last_id;
    object->payer = payer;
    object->type = type;
    if (type != OBJECT_MAPPING) /* which is written as a whole */
        memset(&object->endpoint, 0,
               sizeof *object - offsetof(struct object, endpoint));
    if (owned != NULL)
        list_append(owned, &object->owned);
    return object;
}

void object_free(struct object *object)
{
    struct pool *pool = object->type == OBJECT_PROCESS ? &processes : &others;
    if (list_is_linked(&object->owned))
        list_remove(&object->owned);
    object->id = 0;
    object->sequence++;
    object->type = 0;
    object->payer = NULL;
    pool->free_count++;
    list_prepend(&pool->free, &object->owned);
}

struct object *object_at(uint64_t index)
{
    bool other = index >= processes.end && index < others.fresh;
    return other ? &object_table[index] : object_process_at(index);
}
