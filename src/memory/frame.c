/* SPDX-License-Identifier: MIT
 *
 * The buddy system. A description is valid for the first frame of a block, free or
 * allocated, and only there. A buddy's description may be read only below `limit`, the
 * order of the block that frame_add made: both halves were described when their common
 * block was split.
 */
#include "memory/frame.h"

#include "base/assert.h"
#include "base/boot_text.h"
#include "base/list.h"
#include "base/string.h"

struct frame {
    uint32_t next; /* in a frame_list: the next frame's number + 1 */
    uint8_t order; /* of the block that starts here */
    uint8_t limit; /* the order up to which it may be merged */
    uint8_t free;  /* its order + 1 while the block is free, with its list node in
                      the frame */
};

static_assert(sizeof(struct frame) == 8, "a frame costs eight bytes");

static struct frame *frames; /* indexed by frame number, from frame_first on */
static uint64_t frame_first;
static uint64_t frame_total;
static uint64_t free_count;
static struct list free_blocks[FRAME_ORDER_MAX + 1];

BOOT_ONLY uint64_t frame_descriptions_bytes(uint64_t start, uint64_t end)
{
    return page_align_up((end - start) / PAGE_SIZE * sizeof(struct frame));
}

BOOT_ONLY void frame_init(uint64_t start, uint64_t end, paddr_t descriptions)
{
    frames = direct_map(descriptions);
    frame_first = start >> PAGE_SHIFT;
    frame_total = (end - start) >> PAGE_SHIFT;
    free_count = 0;
    for (uint32_t order = 0; order <= FRAME_ORDER_MAX; order++)
        list_init(&free_blocks[order]);
}

static struct frame *describe(uint64_t number)
{
    uint64_t index = number - frame_first;
    assert(index < frame_total);
    return &frames[index];
}

static struct list *block_node(uint64_t number)
{
    return direct_map(paddr(number << PAGE_SHIFT));
}

static __attribute__((noinline)) void insert_free(uint64_t number, struct frame *frame,
                                                  uint32_t order, uint32_t limit)
{
    *frame = (struct frame){
        .order = (uint8_t)order, .limit = (uint8_t)limit, .free = (uint8_t)(order + 1)};
    struct list *node = block_node(number);
    node->next = NULL; /* whatever the frame held */
    list_prepend(&free_blocks[order], node);
}

static inline void remove_free(uint64_t number, struct frame *frame)
{
    frame->free = 0;
    list_remove(block_node(number));
}

void frame_add(uint64_t start, uint64_t end)
{
    uint64_t number = start >> PAGE_SHIFT;
    uint64_t last = end >> PAGE_SHIFT;
    while (number < last) {
        uint32_t order = FRAME_ORDER_MAX;
        while ((number & ((1UL << order) - 1)) != 0 || number + (1UL << order) > last)
            order--;
        insert_free(number, describe(number), order, order);
        free_count += 1UL << order;
        number += 1UL << order;
    }
}

paddr_t frame_alloc(uint32_t order)
{
    assert(order <= FRAME_ORDER_MAX);
    uint32_t found = order;
    while (list_is_empty(&free_blocks[found]))
        if (found++ == FRAME_ORDER_MAX)
            return PADDR_NONE;
    uint64_t number = direct_map_paddr(free_blocks[found].next).value >> PAGE_SHIFT;
    struct frame *frame = describe(number);
    assert(frame->free == found + 1);
    remove_free(number, frame);
    while (found > order) {
        found--;
        uint64_t half = number + (1UL << found);
        insert_free(half, describe(half), found, frame->limit);
    }
    frame->order = (uint8_t)order;
    free_count -= 1UL << order;
    return paddr(number << PAGE_SHIFT);
}

paddr_t frame_alloc_zeroed(struct budget *payer)
{
    if (payer != NULL && !budget_take(payer, 1))
        return PADDR_NONE;
    paddr_t frame = frame_alloc(0);
    if (!paddr_is_none(frame))
        memset(direct_map(frame), 0, PAGE_SIZE);
    else if (payer != NULL)
        budget_give(payer, 1);
    return frame;
}

void frame_free(paddr_t block)
{
    uint64_t number = block.value >> PAGE_SHIFT;
    struct frame *frame = describe(number);
    assert((block.value & (PAGE_SIZE - 1)) == 0 && !frame->free);
    uint32_t order = frame->order;
    uint32_t limit = frame->limit;
    free_count += 1UL << order;
    while (order < limit) {
        struct frame *buddy = describe(number ^ 1UL << order);
        if (buddy->free != order + 1)
            break;
        remove_free(number ^ 1UL << order, buddy);
        number &= ~(1UL << order);
        order++;
    }
    insert_free(number, describe(number), order, limit);
}

void frame_list_push(struct frame_list *list, paddr_t frame)
{
    uint64_t number = frame.value >> PAGE_SHIFT;
    describe(number)->next = list->head;
    list->head = (uint32_t)(number - frame_first + 1);
    list->count++;
}

paddr_t frame_list_pop(struct frame_list *list)
{
    if (list->head == 0)
        return PADDR_NONE;
    uint64_t number = frame_first + list->head - 1;
    list->head = describe(number)->next;
    list->count--;
    return paddr(number << PAGE_SHIFT);
}

uint64_t frame_free_count(void) { return free_count; }

uint64_t frame_largest_run(void)
{
    for (uint32_t order = FRAME_ORDER_MAX + 1; order-- > 0;)
        if (!list_is_empty(&free_blocks[order]))
            return 1UL << order;
    return 0;
}

void frame_check(uint64_t limit)
{
    uint64_t counted = 0;
    uint64_t walked = 0;
    for (uint32_t order = 0; order <= FRAME_ORDER_MAX; order++) {
        LIST_FOR_EACH (node, &free_blocks[order]) {
            if (walked++ == limit)
                return;
            struct frame *frame = describe(direct_map_paddr(node).value >> PAGE_SHIFT);
            assert(frame->free == order + 1 && frame->order == order &&
                   frame->limit >= order);
            counted += 1UL << order;
            assert(counted <= free_count);
        }
    }
    assert(counted == free_count);
}
