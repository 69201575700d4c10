/* SPDX-License-Identifier: MIT
 *
 * Where assembly finds what of a process, an object and an endpoint: process.h checks
 * the offsets at compile time.
 */
#pragma once

/* struct process, whose thread comes first */
#define PROCESS_SATP 1000
#define PROCESS_OBJECT 800
#define PROCESS_TOKEN 808
#define PROCESS_SERVER 816
#define PROCESS_CALLER 824
#define PROCESS_ENDPOINT 832
#define PROCESS_RECEIVE 840 /* the number; the id follows */
#define PROCESS_SEND 856
#define PROCESS_SIGNAL 888
#define PROCESS_SUPERVISOR 920 /* the endpoint; its id and the badge follow */

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
#define OBJECT_STATUS 104 /* of a process; pc and value follow */
#define ENDPOINT_WAITING 48
#define ENDPOINT_PENDING 88

/* endpoint.waiting */
#define ENDPOINT_RECEIVERS 1 /* several: in the ring */
#define ENDPOINT_SENDERS 2   /* who has something to say, in the ring */
#define ENDPOINT_SIGNALS 4   /* in `pending` */
#define ENDPOINT_SIGNALLED 8 /* signals came last: a message is next */

#define NUMBER_INDEX_BITS 17
