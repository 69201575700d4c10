/* SPDX-License-Identifier: MIT
 *
 * Where assembly finds what of a process, an object and an endpoint: process.h checks
 * the offsets at compile time.
 */
#pragma once

/* struct process, whose thread comes first */
#define PROCESS_SATP 1024
#define PROCESS_OBJECT 832
#define PROCESS_TOKEN 840
#define PROCESS_SERVER 848
#define PROCESS_CALLER 856
#define PROCESS_ENDPOINT 864
#define PROCESS_RECEIVE 872 /* the number; the id follows */
#define PROCESS_SEND 888
#define PROCESS_SIGNAL 920
#define PROCESS_SUPERVISOR 952 /* the endpoint; its id and the badge follow */
#define PROCESS_REGION 1000    /* of its page table, and PROCESS_REGION_ENTRIES */
#define PROCESS_REGION_ENTRIES 1008
#define PROCESS_ASID 1016
#define PROCESS_MAPPINGS 1072
#define PROCESS_SLOTS_USED 1104
#define PROCESS_SLOTS_LIMIT 1112
#define HANDLES_INLINE_END 1304
#define HANDLES_INLINE_PLACES 1320

/* struct handle, and the index in its number */
#define HANDLE_OBJECT 0
#define HANDLE_ID 8
#define HANDLE_GENERATION 24
#define HANDLE_RIGHTS 28
#define HANDLE_SHIFT 5
#define HANDLE_INDEX_BITS 17

/* struct handle_cache, and the pair at PROCESS_RECEIVE */
#define CACHE_NUMBER 0
#define CACHE_OBJECT 8
#define CACHE_ID 16
#define CACHE_BADGE 24
#define RECEIVE_ID 8
#define SUPERVISOR_ID 8
#define SUPERVISOR_BADGE 16

/* struct object */
#define OBJECT_ID 0
#define OBJECT_NUMBER 8
#define OBJECT_PAYER 16
#define OBJECT_OWNED 24
#define OBJECT_NEXT_FREE 24
#define OBJECT_TYPE 40
#define OBJECT_RUN_PAGES 44
#define IRQ_ENDPOINT 48
#define IRQ_BADGE 64
#define IRQ_WAKES 72
#define IRQ_PRIORITY 80

/* struct list */
#define LIST_NEXT 0
#define LIST_PREVIOUS 8

/* struct irq_table */
#define IRQ_CLAIM 0
#define IRQ_OBJECTS 8

#define OBJECT_STATUS 104 /* of a process; pc and value follow */
#define ENDPOINT_WAITING 48
#define ENDPOINT_PENDING 88
#define MEMORY_MAPPINGS 48
#define MEMORY_BASE 64
#define MAPPING_OF_MEMORY 48
#define MAPPING_MEMORY 64
#define MAPPING_ADDRESS 72
#define MAPPING_FIRST_PAGE 80
#define MAPPING_GRANTED 84
#define MAPPING_PAGE_COUNT 85
#define MAPPING_RIGHTS 86

/* object.type, beside those of the interface: needs a slot and no id, no handle names
 * it */
#define OBJECT_MAPPING 6

/* RIGHT_READ and RIGHT_WRITE, and from them to a page's permissions */
#define MAP_READ 8
#define MAP_WRITE 16
#define MAP_RIGHTS_SHIFT 2

/* endpoint.waiting */
#define ENDPOINT_RECEIVERS 1 /* several: in the ring */
#define ENDPOINT_SENDERS 2   /* who has something to say, in the ring */
#define ENDPOINT_SIGNALS 4   /* in `pending` */
#define ENDPOINT_SIGNALLED 8 /* signals came last: a message is next */

#define NUMBER_INDEX_BITS 17
