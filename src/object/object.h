/* SPDX-License-Identifier: MIT
 *
 * What handles name. Every object has a slot, a payer (the process whose quota it
 * takes, and with which it ends), and while it lives an id, which no other object ever
 * had or will have. A slot's memory is never used for anything but slots, so that a
 * stale pointer to one can always be followed, and the id there tells that it is stale.
 *
 * Processes have the slots at the beginning of the table: the index of such a slot
 * names its kernel stack, too.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <trapeze/abi.h>

#include "base/list.h"
#include "memory/address.h"

struct process;
struct object;

#define NUMBER_INDEX_BITS 17
#define OBJECT_NUMBER_STEP (1U << NUMBER_INDEX_BITS)

/* object.type, beside those of the interface: needs a slot and no id, no handle names
 * it. */
#define OBJECT_MAPPING 6

/* endpoint.waiting */
#define ENDPOINT_RECEIVERS 1 /* several: in the ring */
#define ENDPOINT_SENDERS 2   /* who has something to say, in the ring */
#define ENDPOINT_SIGNALS 4   /* in `pending` */
#define ENDPOINT_SIGNALLED 8 /* signals came last: a message is next */

/* A rendezvous. `waiting` says whether a message can be delivered at once: it is 0
 * (idle), or the address of the only receiver (which is negative, in the upper half),
 * or else some of ENDPOINT_RECEIVERS to ENDPOINT_SIGNALLED. */
struct endpoint {
    int64_t waiting;
    struct list *first;     /* of the ring of processes, by process_object.queue */
    struct process *server; /* who received last; is lent the priority of who queues */
    struct list served;     /* in the server's list */
    uint64_t pending;       /* signal bits */
    uint16_t lent[PRIORITIES]; /* how many wait in the queue at each priority */
};

struct process_object {
    struct process *process;    /* NULL once it has ended */
    struct list queue;          /* at the endpoint where it waits, or its end does */
    struct object *endpoint;    /* where its end waits; NULL: nowhere */
    uint64_t badge;             /* of the message that waits there */
    uint64_t number;            /* its id, still there when the object's is not */
    uint32_t end;               /* enum trapeze_end, once it has one */
    uint64_t status, pc, value; /* of its fault, or of its end */
};

#define MEMORY_INLINE_PAGES 5

struct memory_object {
    struct list mappings; /* by mapping.of_memory */
    uint64_t base; /* one run, or device: its first byte; else the index page's */
    uint32_t page_count;
    uint32_t pages_ready; /* allocated and zeroed; all of them once it can be used */
    uint8_t kind;         /* enum memory_kind */
    uint64_t pages[MEMORY_INLINE_PAGES]; /* of MEMORY_INDEXED, if there are no more */
};

struct mapping {
    struct list of_memory;
    struct object *memory;
    uint64_t address;
    uint32_t first_page;
    uint8_t granted;    /* RIGHT_READ, RIGHT_WRITE, RIGHT_EXECUTE: at most these */
    uint8_t page_count; /* 1 to MAP_PAGES_MAX */
    uint8_t rights;     /* of the granted ones, what it has now */
};

struct irq_object {
    struct object *endpoint; /* that is signalled; the irq itself: not bound */
    uint64_t endpoint_id;
    uint64_t badge;
    uint64_t wakes;    /* endpoint_id, if there are bits to signal */
    uint64_t priority; /* the register's address */
    uint32_t source;
};

struct object {
    uint64_t id;     /* 0: free, or its end is under way: no handle is good */
    uint64_t number; /* of a call, or a mapping: the slot's, and above NUMBER_INDEX_BITS
                        what only goes up, whoever has the slot */
    struct process *payer; /* NULL: the kernel; of a mapping: whose it is */
    union {
        struct list owned; /* in the payer's list */
        struct {
            struct object *next_free; /* of the same pool */
            uint64_t free_count;      /* of the slots from here on in that list */
        };
    };
    uint8_t type;       /* enum trapeze_object, OBJECT_MAPPING, or 0: free */
    uint32_t run_pages; /* of memory that is one run: how many, else 0 */
    union {
        struct endpoint endpoint;
        struct process_object process;
        struct memory_object memory;
        struct mapping mapping;
        struct irq_object irq;
    };
};

static_assert(sizeof(struct object) == SLOT_BYTES, "a slot");

/* A table of `count` slots at `table`, the first `process_count` of them for
 * processes. Its memory need not be zeroed. */
void object_init(struct object *table, uint32_t count, uint32_t process_count);

/* What an object takes of its payer's quota. Processes have fewer slots of their own
 * than there are others, and cost so much more that the sum of the quotas, which is the
 * number of the others, is used up before they are. */
uint32_t object_cost(uint8_t type);

uint32_t object_free_count(void);

/* Slots: those that have been used and are free, and behind `fresh` those that never
 * have been. */
struct object_pool {
    struct object *free;
    uint32_t fresh, end;
};
extern struct object_pool object_processes, object_others;
static_assert(offsetof(struct object_pool, free) == 0, "fast_map.S");

/* A slot, with a new id, in the list of what `payer` pays for. What there is of each
 * type is zero. The caller has charged the quota. NULL: none is left. */
struct object *object_alloc(uint8_t type, struct process *payer, struct list *owned);

struct object *object_take_fresh(struct object_pool *pool);

static inline uint64_t object_pool_free_count(const struct object_pool *pool)
{
    return pool->free == NULL ? 0 : pool->free->free_count;
}

/* A slot without an id, which the caller fills in; NULL: none is left. */
INLINE struct object *object_take(struct object_pool *pool)
{
    struct object *object = pool->free;
    if (object == NULL)
        return object_take_fresh(pool);
    pool->free = object->next_free;
    return object;
}

static inline void object_put_back(struct object_pool *pool, struct object *object)
{
    object->number += OBJECT_NUMBER_STEP;
    object->type = 0;
    object->free_count = object_pool_free_count(pool) + 1;
    object->next_free = pool->free;
    pool->free = object;
}

/* The slot is free again, and no handle to it is good. The caller gives the quota back.
 */
void object_free(struct object *object);

extern struct object *object_table;

/* The slot with this number, of any object or of a process; NULL: there is none, or it
 * has never been used. */
struct object *object_at(uint64_t index);

static inline struct object *object_process_at(uint64_t index)
{
    return index < object_processes.fresh ? &object_table[index] : NULL;
}

/* Its place in the table. */
static inline uint32_t object_index(const struct object *object)
{
    return (uint32_t)object->number & (OBJECT_NUMBER_STEP - 1);
}
