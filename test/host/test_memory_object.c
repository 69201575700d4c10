/* SPDX-License-Identifier: MIT
 *
 * object/memory_object.c and the address spaces below it, against a plain model: what
 * is mapped at each page of some windows, what everybody has paid for, and a hart that
 * keeps whatever translation it has once seen, also that there is none, until a fence
 * tells it to forget. Interrupts come at any step, and anything happens in between.
 */
#include "host_test.h"

#include "memory/frame.h"
#include "object/memory_object.h"
#include "physical_memory.h"
#include "platform/sbi.h"
#include "random_steps.h"
#include "sched/translations.h"

#include <string.h>

#define RAM_START 0x80000000UL
#define FRAMES 16384U
#define SLOTS 80U
#define STEPS 600000U
#define FOREIGN 0x10000000UL
#define PROCESSES 4U
#define STACK 0xfffffff000001000
#define ASID_BITS 2U /* fewer ASIDs than processes */
#define MEMORIES 24U
#define MAPPINGS 96U
#define MIB_2 (1UL << 21)
#define GIB_1 (1UL << 30)
#define R RIGHT_READ
#define W RIGHT_WRITE
#define X RIGHT_EXECUTE

/* What is looked at: windows of two level-0 tables each. */
#define WINDOWS 3U
#define WINDOW_PAGES 1024U
static const uint64_t windows[WINDOWS] = {0, GIB_1 - MIB_2, USER_TOP - 2 * MIB_2};

static struct hart the_hart = {.marks = 1 | TRANSLATIONS_SHARED};
struct hart *simulated_hart = &the_hart;

static struct object slots[SLOTS];
static struct process processes[PROCESSES];

static struct memory_model {
    struct object *object; /* NULL: there is none */
    uint64_t id;
    uint32_t payer;
    uint64_t pages;
    uint64_t cost;
    bool run, foreign, dying;
} memories[MEMORIES];

static struct mapping_model {
    uint64_t number; /* 0: there is none */
    uint32_t process;
    const struct memory_model *memory;
    uint64_t address, first_page, page_count;
    uint64_t granted, rights;
} mappings[MAPPINGS];

/* Who is at each page, + 1; which tables are there. */
static uint32_t pages[PROCESSES][WINDOWS][WINDOW_PAGES];
static bool upper_tables[PROCESSES][256];
static bool lower_tables[PROCESSES][WINDOWS][2];

/* A memory_create that goes on. */
static struct {
    uint64_t page_count; /* 0: none */
    uint64_t flags;
} creating[PROCESSES];

static uint64_t errors_seen[32];
static uint64_t near_maps, maps_again, steps_more, given_up, destroyed_mapped;

/* The hart. */
static uint64_t satp;
static uint32_t interrupts; /* in 16: how likely one is pending */
static uint64_t instruction_fences;
static struct {
    bool cached;
    uint64_t entry;
} translations[1U << ASID_BITS][WINDOWS][WINDOW_PAGES];

uint64_t hart_csr_read(const char *name)
{
    if (strcmp(name, "satp") == 0)
        return satp;
    return strcmp(name, "sie") == 0 || random_below(16) < interrupts;
}

void hart_csr_write(const char *name, uint64_t value)
{
    assert_string_equal(name, "satp");
    const uint64_t asid = value >> 44 & 0xffff;
    satp = (value & ~(0xffffUL << 44)) | (asid & ((1U << ASID_BITS) - 1)) << 44;
}

void fence_translations(void) { memset(translations, 0, sizeof translations); }

void fence_address_space(uint64_t asid)
{
    memset(translations[asid], 0, sizeof translations[asid]);
}

void fence_address_space_page(uint64_t address, uint64_t asid)
{
    for (uint32_t window = 0; window < WINDOWS; window++)
        if (address - windows[window] < WINDOW_PAGES * PAGE_BYTES)
            translations[asid][window][(address - windows[window]) / PAGE_BYTES]
                .cached = false;
}

void fence_instructions(void) { instruction_fences++; }

void fence_page(uint64_t address) { assert_int_equal(address, STACK); }

/* There is no other. */
void sbi_remote_sfence_vma_asid(uint64_t hart_id, uint64_t asid)
{
    fail_msg("hart %lu, ASID %lu", hart_id, asid);
}

void sbi_remote_fence_i(uint64_t hart_id) { fail_msg("hart %lu", hart_id); }

/* A walk as the hart does it (Privileged 1.12, 4.3.2): the leaf, or 0. */
static uint64_t walk(uint64_t address)
{
    uint64_t place = (satp & ((1UL << 44) - 1)) << 12;
    for (int level = 2; level >= 0; level--) {
        const uint64_t index = address >> (12 + 9 * level) & 0x1ff;
        const uint64_t entry = *(uint64_t *)direct_map(paddr(place + 8 * index));
        if (!(entry & 1) || level == 0)
            return entry;
        assert_int_equal(entry & 0xfe, 0); /* no leaf of more than 4 KiB */
        place = (entry >> 10 & 0xfffffffffff) << 12;
    }
    return 0;
}

static uint64_t translate(uint32_t window, uint32_t page)
{
    const uint64_t asid = satp >> 44 & 0xffff;
    if (!translations[asid][window][page].cached) {
        translations[asid][window][page].cached = true;
        translations[asid][window][page].entry =
            walk(windows[window] + page * PAGE_BYTES);
    }
    return translations[asid][window][page].entry;
}

/* What process.c does for them. */
struct object *process_make_object(struct process *process, uint8_t type)
{
    if (!budget_take(&process->slots, 1))
        return NULL;
    struct object *object = object_alloc(type, process, &process->objects);
    if (object == NULL)
        budget_give(&process->slots, 1);
    return object;
}

void process_free_object(struct object *object)
{
    budget_give(&object->payer->slots, 1);
    object_free(object);
}

static void start_process(uint32_t number)
{
    static const struct process nothing;
    struct process *process = &processes[number];
    *process = nothing;
    process->pages = (struct budget){.used = 1, .limit = 1 + FRAMES / PROCESSES};
    process->slots = (struct budget){.used = 0, .limit = 12 + 8 * number};
    list_init(&process->objects);
    list_init(&process->mappings);
    process->handles.pages = &process->pages;
    assert_true(address_space_create(&process->space, &process->pages, number));
    thread_init(&process->thread, simulated_hart, 0, STACK + PAGE_BYTES,
                &process->space);
    process->thread.state = THREAD_RUNNING;
    memset(pages[number], 0, sizeof pages[number]);
    memset(upper_tables[number], 0, sizeof upper_tables[number]);
    memset(lower_tables[number], 0, sizeof lower_tables[number]);
    creating[number].page_count = 0;
}

static void start(void)
{
    const uint64_t end = RAM_START + FRAMES * PAGE_BYTES;
    physical_memory_make(RAM_START,
                         end - RAM_START + frame_descriptions_bytes(RAM_START, end), 1);
    frame_init(RAM_START, end, paddr(end));
    frame_add(RAM_START, end);
    object_init(slots, SLOTS, 0);
    address_space_init(frame_alloc_zeroed(NULL), 16);
    assert_int_equal(address_space_asid_bits(), ASID_BITS);
    the_hart.satp = address_space_kernel_satp();
    memset(memories, 0, sizeof memories);
    memset(mappings, 0, sizeof mappings);
    memset(errors_seen, 0, sizeof errors_seen);
    steps_more = given_up = destroyed_mapped = 0;
    interrupts = 0;
    for (uint32_t i = 0; i < PROCESSES; i++)
        start_process(i);
}

static int remove_memory(void **state)
{
    physical_memory_remove();
    return report_steps(state);
}

/* Which budgets and counts the model expects. */
static void expect_counts(void)
{
    uint64_t taken = 1, objects = 0;
    for (uint32_t i = 0; i < PROCESSES; i++) {
        uint64_t used = 1 + processes[i].space.table.frames.count;
        uint64_t owned = 0;
        for (uint32_t j = 0; j < MEMORIES; j++) {
            if (memories[j].object != NULL && memories[j].payer == i) {
                used += memories[j].cost;
                owned++;
            }
        }
        for (uint32_t j = 0; j < MAPPINGS; j++)
            owned += mappings[j].number != 0 && mappings[j].process == i;
        assert_int_equal(processes[i].slots.used, owned);
        assert_int_equal(processes[i].pages.used, used);
        taken += used;
        objects += owned;
    }
    assert_int_equal(object_free_count(), SLOTS - objects);
    /* What is being made or taken apart has not, or not any more, all of its frames. */
    assert_true(frame_free_count() >= FRAMES - taken);
    for (uint32_t j = 0; j < MEMORIES; j++)
        if (memories[j].dying || processes[memories[j].payer].building != NULL)
            return;
    assert_int_equal(frame_free_count(), FRAMES - taken);
}

static uint64_t *first_word(const struct memory_model *memory, uint64_t page)
{
    return direct_map(memory_page(memory->object, page));
}

/* Every page is where it ought to be, and holds what was written there. */
static void expect_contents(const struct memory_model *memory)
{
    for (uint64_t i = 0; i < memory->pages; i++) {
        const uint64_t place = memory_page(memory->object, i).value;
        if (memory->foreign)
            assert_int_equal(place, memory->object->memory.base + i * PAGE_BYTES);
        else
            assert_int_equal(*first_word(memory, i), memory->id << 20 | i);
        if (memory->run) {
            assert_int_equal(place, memory_page(memory->object, 0).value + i * 4096);
            assert_int_equal(place % PAGE_BYTES, 0);
        }
    }
}

static void expect_page(uint32_t process, uint32_t window, uint32_t page)
{
    const uint64_t entry = translate(window, page);
    const uint32_t who = pages[process][window][page];
    if (who == 0) {
        assert_int_equal(entry, 0);
        return;
    }
    const struct mapping_model *mapping = &mappings[who - 1];
    const uint64_t offset = windows[window] / PAGE_BYTES + page -
                            mapping->address / PAGE_BYTES + mapping->first_page;
    const struct memory_model *memory = mapping->memory;
    assert_int_equal(entry >> 10 << 12, memory_page(memory->object, offset).value);
    const uint64_t bits = (mapping->rights & R ? 2 : 0) |
                          (mapping->rights & W ? 4 : 0) | (mapping->rights & X ? 8 : 0);
    assert_int_equal(entry & 0x3ff, 0xd1 | bits); /* V, U, A and D */
}

/* A process runs for a while. */
static void run_step(uint32_t process)
{
    translations_activate(simulated_hart, &processes[process].thread);
    for (uint32_t i = 0; i < 64; i++)
        expect_page(process, (uint32_t)random_below(WINDOWS),
                    (uint32_t)random_below(WINDOW_PAGES));
    const struct mapping_model *mapping = &mappings[random_below(MAPPINGS)];
    if (mapping->number == 0 || mapping->process != process)
        return;
    for (uint32_t window = 0; window < WINDOWS; window++)
        for (uint32_t page = 0; page < WINDOW_PAGES; page++)
            if (pages[process][window][page] == mapping - mappings + 1)
                expect_page(process, window, page);
}

static void expect_everything(void)
{
    expect_counts();
    for (uint32_t i = 0; i < MEMORIES; i++)
        if (memories[i].object != NULL && !memories[i].dying)
            expect_contents(&memories[i]);
    for (uint32_t i = 0; i < PROCESSES; i++) {
        translations_activate(simulated_hart, &processes[i].thread);
        for (uint32_t window = 0; window < WINDOWS; window++)
            for (uint32_t page = 0; page < WINDOW_PAGES; page++)
                expect_page(i, window, page);
    }
}

static struct memory_model *find_memory(const struct object *object)
{
    for (uint32_t i = 0; i < MEMORIES; i++)
        if (memories[i].object == object)
            return &memories[i];
    return NULL;
}

static uint64_t cost_of(uint64_t page_count, bool run)
{
    if (!run)
        return page_count + (page_count > MEMORY_INLINE_PAGES) +
               (page_count > 512 ? (page_count + 511) / 512 : 0);
    uint64_t power = 1;
    while (power < page_count)
        power *= 2;
    return power;
}

/* Another slot of the model for an object that memory_create has begun. */
static void note_building(uint32_t payer)
{
    struct object *object = processes[payer].building;
    struct memory_model *memory = object == NULL ? NULL : find_memory(object);
    if (object == NULL || (memory != NULL && memory->payer == payer))
        return;
    const bool run = creating[payer].flags != 0 || creating[payer].page_count == 1;
    *find_memory(NULL) =
        (struct memory_model){.object = object,
                              .payer = payer,
                              .pages = creating[payer].page_count,
                              .cost = cost_of(creating[payer].page_count, run),
                              .run = run,
                              .dying = true}; /* nobody looks into it yet */
}

/* memory_destroy goes on: what is left of the object and its mappings. */
static void note_destroyed(struct memory_model *memory, bool done)
{
    for (uint32_t i = 0; i < MAPPINGS; i++) {
        struct mapping_model *mapping = &mappings[i];
        if (mapping->number == 0 || mapping->memory != memory)
            continue;
        const struct object *object = object_at(mapping->number % (1U << 17));
        if (!done && object->number == mapping->number)
            continue;
        destroyed_mapped++;
        for (uint32_t window = 0; window < WINDOWS; window++)
            for (uint32_t page = 0; page < WINDOW_PAGES; page++)
                if (pages[mapping->process][window][page] == i + 1)
                    pages[mapping->process][window][page] = 0;
        mapping->number = 0;
    }
    memory->dying = true;
    if (done)
        *memory = (struct memory_model){.object = NULL};
}

static void destroy_step(struct memory_model *memory)
{
    memory->object->id = 0;
    const bool done = memory_destroy(memory->object);
    steps_more += !done;
    note_destroyed(memory, done);
}

static void made(uint32_t payer, struct object *object)
{
    struct memory_model *memory = find_memory(object);
    assert_non_null(memory);
    assert_null(processes[payer].building);
    assert_int_equal(memory->cost, cost_of(creating[payer].page_count, memory->run));
    assert_true(memory->run ||
                (creating[payer].flags == 0 && creating[payer].page_count > 1));
    assert_true(object->id != 0 && object->payer == &processes[payer]);
    if (memory->run)
        memory->pages = memory->cost; /* rounded up */
    assert_int_equal(object->memory.page_count, memory->pages);
    memory->id = object->id;
    memory->dying = false;
    for (uint64_t i = 0; i < memory->pages; i++) {
        static const char zeros[4096];
        assert_memory_equal(first_word(memory, i), zeros, 4096);
        memset(first_word(memory, i), 0xee, 4096);
        *first_word(memory, i) = memory->id << 20 | i;
    }
    if (memory->run)
        assert_int_equal(memory_page(object, 0).value % (memory->pages * 4096), 0);
    creating[payer].page_count = 0;
}

/* Begins to create, goes on, or gives up in favour of something else. */
static void create_step(uint32_t payer)
{
    static const uint64_t sizes[] = {1, 1, 2, 3, 17, 511, 512, 513, 1024, 1100, 5000};
    struct process *process = &processes[payer];
    if (find_memory(NULL) == NULL)
        return;
    const bool other = process->building != NULL && random_below(20) == 0;
    if (creating[payer].page_count == 0 || other) {
        if (!other || random_below(2) == 0)
            creating[payer].page_count = sizes[random_below(ARRAY_LENGTH(sizes))];
        creating[payer].flags = random_below(3) == 0 ? MEMORY_CONTIGUOUS : 0;
    }
    struct memory_model *before =
        process->building == NULL ? NULL : find_memory(process->building);
    const uint64_t before_id = before == NULL ? 0 : before->object->id;
    const struct process was = *process;
    const uint64_t frames_free = frame_free_count();
    const bool run = creating[payer].flags != 0 || creating[payer].page_count == 1;
    const uint64_t cost = cost_of(creating[payer].page_count, run);

    struct object *object = NULL;
    const enum trapeze_error error = memory_create(process, creating[payer].page_count,
                                                   creating[payer].flags, &object);
    const struct object *now = object != NULL ? object : process->building;
    if (before != NULL && (now == NULL || now->id != before_id)) {
        given_up++; /* the one before is gone */
        note_destroyed(before, true);
    }
    steps_more += error == E_OK && object == NULL;
    if (error != E_OK) {
        errors_seen[-error]++;
        creating[payer].page_count = 0;
        assert_null(process->building);
        if (before == NULL) {
            assert_int_equal(process->pages.used, was.pages.used);
            assert_int_equal(frame_free_count(), frames_free);
            if (error == E_NO_MEMORY) /* or there is no such run */
                assert_true(run || cost > was.pages.limit - was.pages.used);
            else
                assert_int_equal(error, E_NO_SLOT);
        }
        return;
    }
    if (process->building == NULL) { /* done, maybe in one go */
        process->building = object;
        note_building(payer);
        process->building = NULL;
        made(payer, object);
    } else {
        note_building(payer);
    }
}

static void create_foreign_step(uint32_t payer)
{
    struct memory_model *memory = find_memory(NULL);
    if (memory == NULL)
        return;
    const uint64_t base = FOREIGN + random_below(1024) * PAGE_BYTES;
    const uint64_t page_count = 1 + random_below(600);
    struct object *object =
        memory_create_foreign(&processes[payer], paddr(base), page_count);
    if (object == NULL) {
        assert_true(processes[payer].slots.used == processes[payer].slots.limit ||
                    object_free_count() == 0);
        return;
    }
    assert_int_equal(memory_page(object, page_count - 1).value,
                     base + (page_count - 1) * PAGE_BYTES);
    *memory = (struct memory_model){.object = object,
                                    .id = object->id,
                                    .payer = payer,
                                    .pages = page_count,
                                    .foreign = true};
}

/* What rights come to, from the specification; 0: they do not go together. */
static uint64_t rights_of(uint64_t rights)
{
    if (rights == R)
        return R;
    if (rights == W || rights == (R | W))
        return R | W;
    if (rights == X || rights == (R | X))
        return R | X;
    return 0;
}

/* The tables for pages from `page` of a window on, and whether the pages are free. */
static enum trapeze_error model_reserve(uint32_t process, uint32_t window,
                                        uint64_t page, uint64_t count)
{
    struct budget budget = processes[process].pages;
    for (uint64_t i = page; i < page + count; i++) {
        bool *lower = &lower_tables[process][window][i / 512];
        bool *upper =
            &upper_tables[process][(windows[window] + i * PAGE_BYTES) / GIB_1];
        if (!*upper && !(*upper = budget_take(&budget, 1)))
            return E_NO_MEMORY;
        if (!*lower && !(*lower = budget_take(&budget, 1)))
            return E_NO_MEMORY;
        if (pages[process][window][i] != 0)
            return E_OVERLAP;
    }
    return E_OK;
}

/* Makes one of the fields of a request wrong. */
static void spoil(struct map_request *request, uint64_t memory_pages)
{
    static const uint64_t wrong_rights[] = {
        0, W | X, R | W | X, RIGHT_SEND, R | RIGHT_PHYSICAL, 1UL << 32 | R, 1UL << 63};
    static const uint64_t wrong_counts[] = {0, MAP_PAGES_MAX + 1, 1UL << 32, UINT64_MAX,
                                            1UL << 52};
    static const uint64_t wrong_addresses[] = {
        0, 0x800, 0x1001, USER_TOP, 1UL << 63, UINT64_MAX, -PAGE_BYTES, 1UL << 38};
    switch (random_below(5)) {
    case 0:
        request->rights = wrong_rights[random_below(ARRAY_LENGTH(wrong_rights))];
        break;
    case 1:
        request->page_count = wrong_counts[random_below(ARRAY_LENGTH(wrong_counts))];
        break;
    case 2:
        request->address = wrong_addresses[random_below(ARRAY_LENGTH(wrong_addresses))];
        break;
    case 3:
        request->first_page = memory_pages - request->page_count + 1 + random_below(2);
        break;
    default:
        request->first_page = -random_below(3) - 1;
        break;
    }
}

static void note_mapping(uint32_t process, uint32_t window,
                         const struct mapping_model *mapping)
{
    uint32_t index = 0;
    while (mappings[index].number != 0)
        index++;
    mappings[index] = *mapping;
    const uint64_t page = (mapping->address - windows[window]) / PAGE_BYTES;
    for (uint64_t i = page; i < page + mapping->page_count; i++)
        pages[process][window][i] = index + 1;
}

/* Stands in for process.c's: all map for themselves here. */
enum trapeze_error process_lookup(struct process *caller, uint64_t number,
                                  uint32_t rights, struct process **process)
{
    (void)caller, (void)number, (void)rights, (void)process;
    fail();
    return E_OK;
}

/* As a system call, by its registers. */
static enum trapeze_error map_by_registers(uint32_t number, struct object *memory,
                                           const struct map_request *request,
                                           uint64_t *mapping)
{
    struct process *process = &processes[number];
    struct trapframe *frame = &process->thread.trapframe;
    assert_int_equal(handle_reserve(&process->handles), E_OK);
    const uint64_t handle =
        handle_add(&process->handles, memory, (uint32_t)request->granted, 0);
    frame->a0 = handle;
    frame->a1 = 0;
    frame->a2 = request->address;
    frame->a3 = request->first_page;
    frame->a4 = request->page_count;
    frame->a5 = request->rights;
    const bool near =
        page_table_is_near(&process->space.table, vaddr(request->address));
    do {
        frame->sepc = ECALL_BYTES; /* as after the ecall */
        direct_memory_map(process);
    } while (frame->sepc == 0 && frame->a0 == handle);
    assert_int_equal(handle_close(&process->handles, handle), E_OK);
    const int64_t result = (int64_t)frame->a0;
    *mapping = (uint64_t)result;
    near_maps += near && result > 0 && request->page_count == 1;
    return result < 0 ? (enum trapeze_error)result : E_OK;
}

static void map_step(uint32_t process)
{
    struct memory_model *memory = &memories[random_below(MEMORIES)];
    uint32_t used = 0;
    for (uint32_t i = 0; i < MAPPINGS; i++)
        used += mappings[i].number != 0;
    if (memory->object == NULL || memory->dying || used == MAPPINGS)
        return;
    static uint32_t window; /* for some time the same */
    if (random_below(8) == 0)
        window = (uint32_t)random_below(WINDOWS);
    const uint64_t most = memory->pages < MAP_PAGES_MAX ? memory->pages : MAP_PAGES_MAX;
    const uint64_t count = 1 + random_below(random_below(3) == 0 ? most : 1);
    const uint64_t lowest = window == 0;
    const uint64_t page = lowest + random_below(WINDOW_PAGES - lowest - count + 1);
    struct map_request request = {
        .address = windows[window] + page * PAGE_BYTES,
        .first_page = random_below(memory->pages - count + 1),
        .page_count = count,
        .rights = (1 + random_below(7)) * R,
        .granted = random_below(2) == 0 ? RIGHTS_ALL : random_next() & RIGHTS_ALL};
    const bool spoilt = random_below(8) == 0;
    if (spoilt)
        spoil(&request, memory->pages);

    const struct process *to = &processes[process];
    const uint64_t fences = instruction_fences;
    const uint64_t rights = rights_of(request.rights);
    enum trapeze_error expected = E_OK;
    if (spoilt || rights == 0)
        expected = E_INVALID;
    else if ((rights & ~request.granted) != 0)
        expected = E_RIGHTS;
    else
        expected = model_reserve(process, window, page, count);
    if (expected == E_OK &&
        (to->slots.used == to->slots.limit || object_free_count() == 0))
        expected = E_NO_SLOT;
    uint64_t number = 0;
    enum trapeze_error error;
    if (random_below(4) != 0)
        error = map_by_registers(process, memory->object, &request, &number);
    else
        do
            error = memory_map(memory->object, &processes[process], &request, &number);
        while (error == E_OK && number == 0 && ++maps_again > 0);
    assert_int_equal(error, expected);
    errors_seen[-expected]++;
    if (expected != E_OK)
        return;
    assert_true(number > 0 && number <= INT64_MAX);
    assert_true(!(rights & X) || instruction_fences > fences);
    note_mapping(process, window,
                 &(struct mapping_model){.number = number,
                                         .process = process,
                                         .memory = memory,
                                         .address = request.address,
                                         .first_page = request.first_page,
                                         .page_count = count,
                                         .granted = request.granted & (R | W | X),
                                         .rights = rights});
}

static void forget_mapping(struct mapping_model *mapping)
{
    for (uint32_t window = 0; window < WINDOWS; window++)
        for (uint32_t page = 0; page < WINDOW_PAGES; page++)
            if (pages[mapping->process][window][page] == mapping - mappings + 1)
                pages[mapping->process][window][page] = 0;
    mapping->number = 0;
}

/* Of this process, of another one, long gone, or of no one. */
static void change_step(uint32_t process)
{
    static uint64_t stale[64];
    struct mapping_model *mapping = &mappings[random_below(MAPPINGS)];
    uint64_t number = mapping->number;
    if (random_below(16) == 0)
        number = random_below(2) == 0 ? stale[random_below(64)] : random_next();
    const bool found =
        number != 0 && number == mapping->number && mapping->process == process;
    if (random_below(2) == 0) {
        assert_int_equal(memory_unmap(&processes[process], number),
                         found ? E_OK : E_INVALID);
        if (found) {
            stale[random_below(64)] = number;
            forget_mapping(mapping);
        }
        return;
    }
    const uint64_t asked = random_below(9) * R;
    const uint64_t rights = rights_of(asked);
    enum trapeze_error expected = E_OK;
    if (!found || rights == 0)
        expected = E_INVALID;
    else if ((rights & ~mapping->granted) != 0)
        expected = E_RIGHTS;
    assert_int_equal(memory_protect(&processes[process], number, asked), expected);
    if (expected == E_OK)
        mapping->rights = rights;
}

/* The process ends, as death.c does it; everything is back then. */
static void die(uint32_t number)
{
    struct process *process = &processes[number];
    translations_leave(&process->thread);
    while (!list_is_empty(&process->mappings)) {
        struct object *object = LIST_FIRST(&process->mappings, struct object, owned);
        for (uint32_t i = 0; i < MAPPINGS; i++)
            if (mappings[i].number == object->number)
                mappings[i].number = 0;
        mapping_remove(object, true);
    }
    while (!list_is_empty(&process->objects))
        destroy_step(find_memory(LIST_FIRST(&process->objects, struct object, owned)));
    while (address_space_shrink(&process->space))
        ;
    address_space_destroy(&process->space);
    assert_null(process->building);
    assert_int_equal(process->slots.used, 0);
    assert_int_equal(process->pages.used, 1);
}

static void step(void)
{
    const uint32_t process = (uint32_t)random_below(PROCESSES);
    const uint64_t kind = random_below(1000);
    struct memory_model *memory = &memories[random_below(MEMORIES)];

    if (kind < 50)
        create_step(process);
    else if (kind < 60)
        create_foreign_step(process);
    else if (kind < 500)
        map_step(process);
    else if (kind < 750)
        change_step(process);
    else if (kind < 770 && memory->object != NULL &&
             memory->object != processes[memory->payer].building) /* it has handles */
        destroy_step(memory);
    else if (kind < 771) {
        die(process);
        start_process(process);
    } else if (kind < 780)
        interrupts = (uint32_t)random_below(17);
    else
        run_step(process);
}

static void any_sequence(void **state)
{
    (void)state;
    const uint64_t steps = random_steps(STEPS);
    random_start(5);
    start();
    const uint64_t largest = frame_largest_run();
    for (; random_step < steps; random_step++) {
        step();
        expect_counts();
        if (random_step % 1024 == 0)
            expect_everything();
    }
    for (uint32_t i = 0; i < PROCESSES; i++)
        die(i);
    assert_int_equal(frame_free_count(), FRAMES - 1);
    assert_int_equal(object_free_count(), SLOTS);
    for (uint32_t i = 0; i < PROCESSES; i++)
        start_process(i);
    assert_int_equal(frame_largest_run(), largest);
    if (steps < STEPS)
        return;
    static const enum trapeze_error errors[] = {E_OK,      E_INVALID,   E_RIGHTS,
                                                E_OVERLAP, E_NO_MEMORY, E_NO_SLOT};
    for (size_t i = 0; i < ARRAY_LENGTH(errors); i++)
        assert_true(errors_seen[-errors[i]] > 100);
    assert_true(near_maps > 500 && maps_again > 100);
    assert_true(steps_more > 1000 && given_up > 100 && destroyed_mapped > 100);
}

/* An interrupt that is always pending lets one step through each time, no more. */
static void each_call_does_one_step(void **state)
{
    (void)state;
    struct object *object = NULL;
    start();
    interrupts = 16;
    for (uint64_t i = 1; i < 600; i++) {
        assert_int_equal(memory_create(&processes[0], 600, 0, &object), E_OK);
        assert_null(object);
        assert_int_equal(processes[0].building->memory.pages_ready, i);
        assert_int_equal(processes[0].pages.used, 1 + 600 + 3);
    }
    assert_int_equal(memory_create(&processes[0], 600, 0, &object), E_OK);
    assert_non_null(object);
    uint64_t number;
    const struct map_request request = {
        .address = 0x1000, .page_count = 1, .rights = R, .granted = R};
    for (uint32_t i = 0; i < 3; i++)
        for (number = 0; number == 0;)
            assert_int_equal(memory_map(object, &processes[i], &request, &number),
                             E_OK);
    uint64_t calls = 1;
    object->id = 0;
    while (!memory_destroy(object))
        calls++;
    assert_int_equal(calls, 600 + 3 + 1);
    assert_int_equal(processes[0].pages.used, 1 + 2);
    assert_int_equal(processes[0].slots.used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_call_does_one_step, remove_memory),
        cmocka_unit_test_teardown(any_sequence, remove_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
