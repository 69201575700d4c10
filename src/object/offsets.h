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
#define IRQ_ENDPOINT 48
#define IRQ_BADGE 64
#define IRQ_WAKES 72
#define IRQ_PRIORITY 80

/* struct irq_table */
#define IRQ_CLAIM 0
#define IRQ_OBJECTS 8

#define OBJECT_STATUS 104 /* of a process; pc and value follow */
#define ENDPOINT_WAITING 48
#define ENDPOINT_PENDING 88

/* endpoint.waiting */
#define ENDPOINT_RECEIVERS 1 /* several: in the ring */
#define ENDPOINT_SENDERS 2   /* who has something to say, in the ring */
#define ENDPOINT_SIGNALS 4   /* in `pending` */
#define ENDPOINT_SIGNALLED 8 /* signals came last: a message is next */

#define NUMBER_INDEX_BITS 17
