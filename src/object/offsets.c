/* SPDX-License-Identifier: MIT
 *
 * What assembly knows of this layer's structures and constants: see base/assembly.h.
 */
#include "base/assembly.h"
#include "object/irq.h"
#include "object/memory_object.h"
#include "object/process.h"

OFFSET(PROCESS_SATP, process, space.satp)
OFFSET(PROCESS_ASID, process, space.asid)
OFFSET(PROCESS_REGION, process, space.table.region)
OFFSET(PROCESS_REGION_ENTRIES, process, space.table.entries)
OFFSET(PROCESS_OBJECT, process, object)
OFFSET(PROCESS_TOKEN, process, token)
OFFSET(PROCESS_SERVER, process, server)
OFFSET(PROCESS_CALLER, process, caller)
OFFSET(PROCESS_ENDPOINT, process, endpoint)
OFFSET(PROCESS_RECEIVE_NUMBER, process, receive_number)
OFFSET(PROCESS_RECEIVE_ID, process, receive_id)
OFFSET(PROCESS_SEND, process, send)
OFFSET(PROCESS_SIGNAL, process, signal)
OFFSET(PROCESS_SUPERVISOR, process, supervisor)
OFFSET(PROCESS_SUPERVISOR_ID, process, supervisor_id)
OFFSET(PROCESS_SUPERVISOR_BADGE, process, supervisor_badge)
OFFSET(PROCESS_MAPPINGS, process, mappings)
OFFSET(PROCESS_SLOTS_USED, process, slots.used)
OFFSET(PROCESS_SLOTS_LIMIT, process, slots.limit)
OFFSET(HANDLES_INLINE_END, process, handles.inline_end)
OFFSET(HANDLES_INLINE_PLACES, process, handles.inline_places)

OFFSET(CACHE_NUMBER, handle_cache, number)
OFFSET(CACHE_OBJECT, handle_cache, object)
OFFSET(CACHE_ID, handle_cache, id)
OFFSET(CACHE_BADGE, handle_cache, badge)

OFFSET(HANDLE_OBJECT, handle, object)
OFFSET(HANDLE_ID, handle, id)
OFFSET(HANDLE_GENERATION, handle, generation)
OFFSET(HANDLE_RIGHTS, handle, rights)
CONSTANT(HANDLE_SHIFT, __builtin_ctzl(sizeof(struct handle)))
CONSTANT(HANDLE_INDEX_BITS, HANDLE_INDEX_BITS)

OFFSET(OBJECT_ID, object, id)
OFFSET(OBJECT_NUMBER, object, number)
OFFSET(OBJECT_PAYER, object, payer)
OFFSET(OBJECT_OWNED, object, owned)
OFFSET(OBJECT_NEXT_FREE, object, next_free)
OFFSET(OBJECT_TYPE, object, type)
OFFSET(OBJECT_RUN_PAGES, object, run_pages)
OFFSET(OBJECT_STATUS, object, process.status)
OFFSET(OBJECT_PC, object, process.pc)
OFFSET(OBJECT_VALUE, object, process.value)
CONSTANT(NUMBER_INDEX_BITS, NUMBER_INDEX_BITS)

OFFSET(ENDPOINT_WAITING, object, endpoint.waiting)
OFFSET(ENDPOINT_PENDING, object, endpoint.pending)
CONSTANT(ENDPOINT_RECEIVERS, ENDPOINT_RECEIVERS)
CONSTANT(ENDPOINT_SIGNALS, ENDPOINT_SIGNALS)

OFFSET(MEMORY_MAPPINGS, object, memory.mappings)
OFFSET(MEMORY_BASE, object, memory.base)
OFFSET(MAPPING_OF_MEMORY, object, mapping.of_memory)
OFFSET(MAPPING_MEMORY, object, mapping.memory)
OFFSET(MAPPING_ADDRESS, object, mapping.address)
OFFSET(MAPPING_FIRST_PAGE, object, mapping.first_page)
OFFSET(MAPPING_GRANTED, object, mapping.granted)
OFFSET(MAPPING_PAGE_COUNT, object, mapping.page_count)
OFFSET(MAPPING_RIGHTS, object, mapping.rights)
CONSTANT(OBJECT_MAPPING, OBJECT_MAPPING)
CONSTANT(RIGHT_READ, RIGHT_READ)
CONSTANT(RIGHT_WRITE, RIGHT_WRITE)
CONSTANT(MAP_RIGHTS_SHIFT, MAP_RIGHTS_SHIFT)

OFFSET(IRQ_ENDPOINT, object, irq.endpoint)
OFFSET(IRQ_BADGE, object, irq.badge)
OFFSET(IRQ_WAKES, object, irq.wakes)
OFFSET(IRQ_PRIORITY, object, irq.priority)
OFFSET(IRQ_CLAIM, irq_table, claim)
OFFSET(IRQ_OBJECTS, irq_table, objects)

OFFSET(LIST_NEXT, list, next)
OFFSET(LIST_PREVIOUS, list, previous)
