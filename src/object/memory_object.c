/* SPDX-License-Identifier: MIT
 *
 * Memory objects and mappings. What takes long goes page by page, with the progress in
 * the object: pages_ready pages exist, whether it is being made or taken apart.
 */
#include "object/memory_object.h"

#include "base/boot_text.h"
#include "base/string.h"
#include "memory/frame.h"
#include "platform/interrupt.h"
#include "sched/translations.h"

static_assert(RIGHT_READ >> MAP_RIGHTS_SHIFT == PAGE_READ, "rights");
static_assert(RIGHT_WRITE >> MAP_RIGHTS_SHIFT == PAGE_WRITE, "rights");
static_assert(RIGHT_EXECUTE >> MAP_RIGHTS_SHIFT == PAGE_EXECUTE, "rights");

#define ENTRIES (PAGE_SIZE / sizeof(uint64_t))
static_assert(MEMORY_PAGES_MAX <= 1UL << FRAME_ORDER_MAX, "a run is one block");
static_assert(MEMORY_PAGES_MAX <= ENTRIES * ENTRIES, "two levels of index pages");

/* Where the index page `frame` keeps entry `number`. */
static uint64_t *index_entry(uint64_t frame, uint64_t number)
{
    return (uint64_t *)direct_map(paddr(frame)) + number;
}

/* Where the address of a page of MEMORY_INDEXED is kept. */
static uint64_t *page_place(struct memory_object *memory, uint64_t page)
{
    if (memory->page_count <= MEMORY_INLINE_PAGES)
        return &memory->pages[page];
    if (memory->page_count <= ENTRIES)
        return index_entry(memory->base, page);
    return index_entry(*index_entry(memory->base, page / ENTRIES), page % ENTRIES);
}

paddr_t memory_page(struct object *object, uint64_t page)
{
    struct memory_object *memory = &object->memory;
    return paddr(memory->kind == MEMORY_INDEXED ? *page_place(memory, page)
                                                : memory->base + page * PAGE_SIZE);
}

/* Whether there is a frame, or a run of them, at `base`. */
static bool has_base(enum memory_kind kind, uint64_t page_count)
{
    return kind == MEMORY_RUN ||
           (kind == MEMORY_INDEXED && page_count > MEMORY_INLINE_PAGES);
}

/* Pages that its payer pays for: the index pages, too. */
static uint64_t cost(enum memory_kind kind, uint64_t page_count)
{
    if (kind != MEMORY_INDEXED)
        return kind == MEMORY_RUN ? page_count : 0;
    return page_count + has_base(kind, page_count) +
           (page_count > ENTRIES ? (page_count + ENTRIES - 1) / ENTRIES : 0);
}

static struct object *make(struct process *payer, enum memory_kind kind, paddr_t base,
                           uint64_t page_count)
{
    struct object *object = process_make_object(payer, OBJECT_MEMORY);
    if (object == NULL)
        return NULL;
    object->memory.kind = (uint8_t)kind;
    object->run_pages = kind == MEMORY_INDEXED ? 0 : (uint32_t)page_count;
    object->memory.base = base.value;
    object->memory.page_count = (uint32_t)page_count;
    list_init(&object->memory.mappings);
    return object;
}

struct object *memory_create_foreign(struct process *payer, paddr_t base,
                                     uint64_t page_count)
{
    return make(payer, MEMORY_FOREIGN, base, page_count);
}

static enum trapeze_error begin(struct process *payer, enum memory_kind kind,
                                uint32_t order, uint64_t page_count)
{
    if (!budget_take(&payer->pages, cost(kind, page_count)))
        return E_NO_MEMORY;
    paddr_t base = has_base(kind, page_count) ? frame_alloc(order) : paddr(0);
    bool none = paddr_is_none(base);
    payer->building = none ? NULL : make(payer, kind, base, page_count);
    if (payer->building != NULL)
        return E_OK;
    budget_give(&payer->pages, cost(kind, page_count));
    if (!none && has_base(kind, page_count))
        frame_free(base);
    return none ? E_NO_MEMORY : E_NO_SLOT;
}

/* A budget promises that there is a frame. */
static uint64_t take_frame(void)
{
    paddr_t frame = frame_alloc_zeroed(NULL);
    assert(!paddr_is_none(frame));
    return frame.value;
}

static void add_page(struct memory_object *memory)
{
    uint64_t page = memory->pages_ready++;
    if (memory->kind == MEMORY_RUN) {
        memset(direct_map(paddr(memory->base + page * PAGE_SIZE)), 0, PAGE_SIZE);
        return;
    }
    if (memory->page_count > ENTRIES && page % ENTRIES == 0)
        *index_entry(memory->base, page / ENTRIES) = take_frame();
    *page_place(memory, page) = take_frame();
}

static void remove_page(struct memory_object *memory)
{
    uint64_t page = --memory->pages_ready;
    frame_free(paddr(*page_place(memory, page)));
    if (memory->page_count > ENTRIES && page % ENTRIES == 0)
        frame_free(paddr(*index_entry(memory->base, page / ENTRIES)));
}

enum trapeze_error memory_create(struct process *payer, uint64_t page_count,
                                 uint64_t flags, struct object **made)
{
    bool run = page_count == 1 || (flags & MEMORY_CONTIGUOUS);
    enum memory_kind kind = run ? MEMORY_RUN : MEMORY_INDEXED;
    uint32_t order = 0;
    while (run && 1UL << order < page_count)
        order++;
    page_count = run ? 1UL << order : page_count;
    *made = NULL;

    /* The caller's registers may have been written since: then this is another call. */
    struct object *object = payer->building;
    bool other = object != NULL && (object->memory.kind != kind ||
                                    object->memory.page_count != page_count);
    if (other && !memory_destroy(object))
        return E_OK;
    if (payer->building == NULL) {
        enum trapeze_error error = begin(payer, kind, order, page_count);
        if (error != E_OK)
            return error;
    }
    struct memory_object *memory = &payer->building->memory;
    do
        add_page(memory);
    while (memory->pages_ready < page_count && !interrupt_is_pending());
    if (memory->pages_ready == page_count) {
        *made = payer->building;
        payer->building = NULL;
    }
    return E_OK;
}

/* One step; false: only `base` is left. */
static bool take_apart(struct memory_object *memory)
{
    struct object *first =
        LIST_FIRST(&memory->mappings, struct object, mapping.of_memory);
    if (first != NULL)
        mapping_remove(first, false);
    else if (memory->kind == MEMORY_INDEXED && memory->pages_ready > 0)
        remove_page(memory);
    else
        return false;
    return true;
}

bool memory_destroy(struct object *object)
{
    struct memory_object *memory = &object->memory;
    struct process *payer = object->payer;
    while (take_apart(memory))
        if (interrupt_is_pending())
            return false;
    if (memory->kind != MEMORY_FOREIGN) {
        if (has_base(memory->kind, memory->page_count))
            frame_free(paddr(memory->base));
        budget_give(&payer->pages, cost(memory->kind, memory->page_count));
        if (payer->building == object)
            payer->building = NULL;
    }
    process_free_object(object);
    return true;
}

/* Writing and executing take reading: the page tables know no page without. */
INLINE enum trapeze_error check_rights(uint64_t rights, uint64_t granted)
{
    const uint64_t both = RIGHT_WRITE | RIGHT_EXECUTE;
    if (rights == 0 || (rights & ~(uint64_t)RIGHTS_ACCESS) != 0 ||
        (rights & both) == both)
        return E_INVALID;
    return ((rights | RIGHT_READ) & ~granted) == 0 ? E_OK : E_RIGHTS;
}

/* The page-table entry of a page of a mapping with these rights. */
INLINE uint64_t entry_for(paddr_t page, uint64_t rights)
{
    return page_entry(page, (rights | RIGHT_READ) >> MAP_RIGHTS_SHIFT | PAGE_USER);
}

/* Writes the entries of a mapping's pages for the rights that it has now (0: all have
 * gone); `entry` is the first one. In pieces that are in one table, and in one index
 * page, since there are up to MAP_PAGES_MAX of them. */
static __attribute__((noinline)) void set_pages(const struct object *object,
                                                uint64_t *entry)
{
    const struct mapping *mapping = &object->mapping;
    struct memory_object *memory = &mapping->memory->memory;
    const uint64_t rights = mapping->rights, count = mapping->page_count;
    for (uint64_t done = 0; done < count;) {
        if (done > 0)
            entry = page_table_entry(&object->payer->space.table,
                                     vaddr(mapping->address + done * PAGE_SIZE));
        uint64_t page = mapping->first_page + done;
        uint64_t *end = entry + page_table_entries_left(entry, count - done);
        if (rights == 0) {
            done += (uint64_t)(end - entry);
            while (entry < end)
                *entry++ = 0;
        } else if (memory->kind == MEMORY_INDEXED) {
            const uint64_t *place = page_place(memory, page);
            if ((uint64_t)(end - entry) > ENTRIES - page % ENTRIES)
                end = entry + (ENTRIES - page % ENTRIES);
            done += (uint64_t)(end - entry);
            while (entry < end)
                *entry++ = entry_for(paddr(*place++), rights);
        } else {
            uint64_t next = entry_for(paddr(memory->base + page * PAGE_SIZE), rights);
            done += (uint64_t)(end - entry);
            for (; entry < end; next += 1 << PTE_PPN_SHIFT)
                *entry++ = next;
        }
    }
}

/* Makes the page tables say what the mapping says; `entry` as above. */
INLINE void set_entries(const struct object *object, uint64_t *entry)
{
    const struct mapping *mapping = &object->mapping;
    const uint64_t rights = mapping->rights;
    struct thread *thread = &object->payer->thread;
    if (mapping->page_count == 1) {
        paddr_t page = memory_page(mapping->memory, mapping->first_page);
        *entry = rights == 0 ? 0 : entry_for(page, rights);
        fence_address_space_page(mapping->address, translations_asid(thread));
    } else {
        set_pages(object, entry);
        fence_address_space(translations_asid(thread));
    }
    translations_changed(thread, rights & RIGHT_EXECUTE);
}

/* The same for a mapping that has been there before. */
static void refresh(const struct object *object)
{
    set_entries(object, page_table_entry(&object->payer->space.table,
                                         vaddr(object->mapping.address)));
}

/* `page_count`: 1 to MAP_PAGES_MAX. */
static bool window_is_sound(const struct memory_object *memory, uint64_t address,
                            uint64_t first_page, uint64_t page_count)
{
    const uint64_t lowest = USER_BOTTOM / PAGE_SIZE, end = USER_TOP / PAGE_SIZE;
    return first_page < memory->page_count &&
           page_count <= memory->page_count - first_page && address % PAGE_SIZE == 0 &&
           address / PAGE_SIZE - lowest <= end - lowest - page_count;
}

INLINE enum trapeze_error map(struct object *memory, struct process *process,
                              const struct map_request *request, uint64_t *number)
{
    const uint64_t count = request->page_count;
    if (count == 0 || count > MAP_PAGES_MAX ||
        !window_is_sound(&memory->memory, request->address, request->first_page, count))
        return E_INVALID;
    enum trapeze_error error = check_rights(request->rights, request->granted);
    if (error != E_OK)
        return error;
    struct page_table *table = &process->space.table;
    const vaddr_t address = vaddr(request->address);
    uint64_t *entry;
    *number = 0;
    if (count == 1 && page_table_is_near(table, address)) {
        entry = page_table_near_entry(table, address);
        if (*entry & PTE_V)
            return E_OVERLAP;
    } else {
        const uint32_t tables = table->frames.count;
        error = page_table_reserve(table, address, count, &entry);
        page_table_look_up(table, address); /* the next one is near */
        if (error != E_OK || (tables != table->frames.count && interrupt_is_pending()))
            return error;
    }
    if (!budget_take(&process->slots, 1))
        return E_NO_SLOT;
    struct object *object = object_take(&object_others);
    if (object == NULL) {
        budget_give(&process->slots, 1);
        return E_NO_SLOT;
    }
    object->type = OBJECT_MAPPING;
    object->payer = process;
    object->mapping.memory = memory;
    object->mapping.address = request->address;
    object->mapping.first_page = (uint32_t)request->first_page;
    object->mapping.page_count = (uint8_t)count;
    object->mapping.granted = (uint8_t)request->granted;
    object->mapping.rights = (uint8_t)(request->rights | RIGHT_READ);
    list_append_new(&memory->memory.mappings, &object->mapping.of_memory);
    list_append_new(&process->mappings, &object->owned);
    set_entries(object, entry);
    *number = object->number;
    return E_OK;
}

BOOT_ONLY enum trapeze_error memory_map(struct object *memory, struct process *process,
                                        const struct map_request *request,
                                        uint64_t *number)
{
    return map(memory, process, request, number);
}

void direct_memory_map(struct process *caller)
{
    struct trapframe *frame = &caller->thread.trapframe;
    struct handle *memory;
    struct process *named = caller;
    uint64_t number = 0;
    enum trapeze_error error =
        handle_lookup_inline(&caller->handles, frame->a0, OBJECT_MEMORY, 0, &memory);
    if (error == E_OK && frame->a1 != 0)
        error = process_lookup(caller, frame->a1, RIGHT_CONTROL, &named);
    if (error == E_OK) {
        const struct map_request request = {frame->a2, frame->a3, frame->a4, frame->a5,
                                            memory->rights};
        error = map(memory->object, named, &request, &number);
    }
    if (error != E_OK)
        frame->a0 = (uint64_t)(int64_t)error;
    else if (number != 0)
        frame->a0 = number;
    else
        frame->sepc -= ECALL_BYTES;
}

static inline struct object *find_mapping(const struct process *process,
                                          uint64_t number)
{
    struct object *object = object_at(number & ((1UL << NUMBER_INDEX_BITS) - 1));
    bool found = object != NULL && object->type == OBJECT_MAPPING &&
                 object->number == number && object->payer == process;
    return found ? object : NULL;
}

enum trapeze_error memory_unmap(struct process *process, uint64_t number)
{
    struct object *object = find_mapping(process, number);
    if (object == NULL)
        return E_INVALID;
    mapping_remove(object, false);
    return E_OK;
}

enum trapeze_error memory_protect(struct process *process, uint64_t number,
                                  uint64_t rights)
{
    struct object *object = find_mapping(process, number);
    if (object == NULL)
        return E_INVALID;
    enum trapeze_error error = check_rights(rights, object->mapping.granted);
    if (error != E_OK)
        return error;
    object->mapping.rights = (uint8_t)(rights | RIGHT_READ);
    refresh(object);
    return E_OK;
}

void mapping_remove(struct object *object, bool process_dies)
{
    struct process *process = object->payer;
    object->mapping.rights = 0;
    if (!process_dies)
        refresh(object);
    list_remove(&object->mapping.of_memory);
    list_remove(&object->owned);
    budget_give(&process->slots, 1);
    object_put_back(&object_others, object);
}
