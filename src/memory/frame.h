/* SPDX-License-Identifier: MIT
 *
 * Frames: the pages of physical memory, in a binary buddy system.
 *
 * A free block of order k is 2^k frames, aligned to its size. Freeing merges a block
 * with its buddy whenever both are free, so that the free memory after the last free is
 * the free memory before the first allocation, block for block. Neither the frames nor
 * their descriptions are touched before they are first used: starting takes as long for
 * 16 GiB as for 32 MiB.
 */
#pragma once

#include "memory/address.h"
#include "memory/budget.h"

#define FRAME_ORDER_MAX 18 /* 1 GiB */

/* A chain of single frames, through their descriptions. */
struct frame_list {
    uint32_t head; /* frame number + 1, 0 when empty */
    uint32_t count;
};

/* Bytes for the descriptions of all frames in [start, end). */
uint64_t frame_descriptions_bytes(uint64_t start, uint64_t end);

/* Manages frames in [start, end), physical, page-aligned; `descriptions` holds the
 * bytes that frame_descriptions_bytes asks for. No frame is free yet. */
void frame_init(uint64_t start, uint64_t end, paddr_t descriptions);

/* Makes [start, end) free: page-aligned, inside the managed range, never added
 * before. */
void frame_add(uint64_t start, uint64_t end);

/* A block of 2^order frames with undefined contents, or PADDR_NONE. At most
 * FRAME_ORDER_MAX splits. */
paddr_t frame_alloc(uint32_t order);

/* One frame, zeroed, that is charged to `payer` (NULL: nobody), or PADDR_NONE. */
paddr_t frame_alloc_zeroed(struct budget *payer);

/* Gives back a block that frame_alloc gave, as a whole. */
void frame_free(paddr_t block);

/* Puts an allocated single frame into a chain, takes the last one put out again
 * (PADDR_NONE: the chain is empty). */
void frame_list_push(struct frame_list *list, paddr_t frame);
paddr_t frame_list_pop(struct frame_list *list);

uint64_t frame_free_count(void);

/* Frames of the largest free block. */
uint64_t frame_largest_run(void);

/* Panics unless lists, descriptions and counts agree, walking at most `limit`
 * blocks. */
void frame_check(uint64_t limit);
