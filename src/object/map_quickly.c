/* SPDX-License-Identifier: MIT
 *
 * Mapping what is mapped most: one page of a run, in the caller's own address space,
 * in the 2 MiB that it used last.
 */
#include "object/mapping.h"
#include "sched/translations.h"

static inline bool map_quickly(struct process *caller)
{
    struct trapframe *frame = &caller->thread.trapframe;
    struct handle *handle;
    if (frame->a1 != 0 || frame->a4 != 1 ||
        handle_lookup_inline(&caller->handles, frame->a0, OBJECT_MEMORY, 0, &handle) !=
            E_OK)
        return false;
    struct object *memory = handle->object;
    const struct map_request request = {frame->a2, frame->a3, 1, frame->a5,
                                        handle->rights};
    if (memory->memory.kind == MEMORY_INDEXED ||
        !window_is_sound(&memory->memory, request.address, request.first_page, 1) ||
        !rights_go_together(request.rights) ||
        !rights_are_granted(request.rights, request.granted) ||
        !page_table_is_near(&caller->space.table, vaddr(request.address)))
        return false;
    uint64_t *entry = page_table_entry(&caller->space.table, vaddr(request.address));
    if ((*entry & PTE_V) || object_others.free == NULL ||
        !budget_take(&caller->slots, 1))
        return false;
    struct object *object = object_alloc_mapping(caller);
    fill_mapping(object, memory, &request);
    *entry = entry_for(paddr(memory->memory.base + request.first_page * PAGE_SIZE),
                       request.rights);
    frame->a0 = object_number(object);
    translations_page_changed(&caller->thread, vaddr(request.address),
                              request.rights & RIGHT_EXECUTE);
    return true;
}

void direct_memory_map(struct process *caller)
{
    if (!map_quickly(caller))
        memory_map_any(caller);
}
