/* SPDX-License-Identifier: MIT
 *
 * Objects and handles are arrays that only grow; a handle is its place + 1.
 */
#include "kernel_model.h"

#include "host_test.h"

#include <stdlib.h>
#include <string.h>

#include <trapeze/program.h>

#include "lib/ranges.h"

#define OBJECTS 65536U
#define RANGE_PAGES 4096U

static struct {
    uint32_t object;
    uint64_t rights; /* 0: closed */
} handles[4 * OBJECTS];
static struct model_object *objects[OBJECTS];
static uint32_t object_count, handle_count;
static size_t windows;
static long calls_until_failure;
static bool has_failed;

static struct trapeze_message queue[OBJECTS];
static size_t queue_first, queue_end;

static uint64_t add_handle(uint32_t object, uint64_t rights)
{
    handles[handle_count].object = object;
    handles[handle_count].rights = rights;
    return ++handle_count;
}

static struct model_object *add_object(enum trapeze_object type, uint64_t *handle)
{
    struct model_object *object = calloc(1, sizeof *object);
    assert_non_null(object);
    assert_true(object_count < OBJECTS);
    object->type = type;
    object->lives = true;
    objects[object_count] = object;
    *handle = add_handle(object_count++, RIGHTS_ALL);
    return object;
}

struct model_object *model_object(uint64_t handle)
{
    assert_true(handle >= 1 && handle <= handle_count);
    assert_int_not_equal(handles[handle - 1].rights, 0);
    return objects[handles[handle - 1].object];
}

void model_reset(void)
{
    for (uint32_t i = 0; i < object_count; i++) {
        free(objects[i]->bytes);
        free(objects[i]);
    }
    object_count = handle_count = 0;
    queue_first = queue_end = 0;
    calls_until_failure = -1;
}

struct model_counts model_counts(void)
{
    struct model_counts counts = {.windows = windows};

    for (uint32_t i = 0; i < object_count; i++)
        counts.objects += objects[i]->lives && !objects[i]->is_mapped_by_caller;
    for (uint32_t i = 0; i < handle_count; i++)
        counts.handles += handles[i].rights != 0;
    return counts;
}

void model_fail_at(long call)
{
    calls_until_failure = call;
    has_failed = false;
}

bool model_has_failed(void) { return has_failed; }

static bool fails(void)
{
    if (calls_until_failure < 0 || calls_until_failure-- > 0)
        return false;
    has_failed = true;
    return true;
}

uint64_t model_endpoint(void)
{
    uint64_t handle;
    add_object(OBJECT_ENDPOINT, &handle);
    return handle;
}

uint64_t model_memory(uint8_t *bytes, size_t page_count)
{
    uint64_t handle;
    struct model_object *object = add_object(OBJECT_MEMORY, &handle);
    object->bytes = bytes;
    object->page_count = page_count;
    return handle;
}

const uint8_t *model_read(uint64_t process, uintptr_t address,
                          const struct model_mapping **mapping)
{
    const struct model_object *object = model_object(process);

    for (size_t i = 0; i < object->mapping_count; i++) {
        *mapping = &object->mappings[i];
        if (address - (*mapping)->address < (*mapping)->page_count * PAGE_BYTES)
            return (*mapping)->bytes + (address - (*mapping)->address);
    }
    return NULL;
}

void model_end(uint64_t process, enum trapeze_end end, uint64_t status)
{
    struct model_object *object = model_object(process);

    object->lives = false;
    queue[queue_end++ % OBJECTS] = (struct trapeze_message){.kind = KIND_END,
                                                            .label = end,
                                                            .words = {status, 1, 2, 3},
                                                            .badge = object->badge};
}

void model_fault(uint64_t process, uint64_t scause)
{
    queue[queue_end++ % OBJECTS] =
        (struct trapeze_message){.kind = KIND_FAULT,
                                 .label = scause,
                                 .token = process,
                                 .badge = model_object(process)->badge};
}

/* The system calls. */

long trapeze_recv(uint64_t endpoint, struct trapeze_message *message)
{
    assert_int_equal(model_object(endpoint)->type, OBJECT_ENDPOINT);
    if (queue_first == queue_end) {
        if (message->deadline == TRAPEZE_NEVER)
            fail_msg("this would wait for ever");
        return E_TIMEOUT;
    }
    *message = queue[queue_first++ % OBJECTS];
    return (long)message->kind;
}

/* The verdict. */
long trapeze_reply(uint64_t token, const struct trapeze_message *message)
{
    assert_int_equal(message->label, VERDICT_KILL);
    assert_int_equal(message->grant, 0);
    model_end(token, END_FAULTED, SCAUSE_ILLEGAL_INSTRUCTION);
    return 0;
}

long sys_endpoint_create(void) { return fails() ? E_NO_SLOT : (long)model_endpoint(); }

long sys_memory_create(size_t page_count, uint64_t flags)
{
    assert_int_equal(flags, 0);
    if (fails())
        return E_NO_MEMORY;
    uint8_t *bytes = calloc(page_count, PAGE_BYTES);
    assert_non_null(bytes);
    return (long)model_memory(bytes, page_count);
}

static uint64_t rights_of(uint64_t handle) { return handles[handle - 1].rights; }

long sys_memory_map(uint64_t memory, uint64_t process, uintptr_t address,
                    size_t first_page, size_t page_count, uint64_t rights)
{
    struct model_object *object = model_object(memory);

    assert_true(object->lives && object->type == OBJECT_MEMORY);
    assert_int_equal(rights & ~rights_of(memory), 0);
    assert_true(page_count >= 1 && page_count <= MAP_PAGES_MAX);
    assert_true(first_page + page_count <= object->page_count);
    assert_int_equal(address % PAGE_BYTES, 0);
    if (fails())
        return E_NO_MEMORY;
    if (process == 0) {
        object->is_mapped_by_caller = true;
        return 1;
    }
    assert_int_equal(windows, 0); /* nobody writes what a child has already */
    struct model_object *child = model_object(process);
    assert_true(child->mapping_count < MODEL_MAPPINGS);
    child->mappings[child->mapping_count++] =
        (struct model_mapping){object->bytes + first_page * PAGE_BYTES, address,
                               page_count, rights, rights_of(memory)};
    return 1;
}

long sys_handle_duplicate(uint64_t handle, uint64_t rights, uint64_t badge)
{
    assert_int_equal(badge, 0);
    assert_int_equal(rights & ~rights_of(handle), 0);
    return fails() ? E_NO_SLOT : (long)add_handle(handles[handle - 1].object, rights);
}

long sys_handle_close(uint64_t handle)
{
    model_object(handle);
    handles[handle - 1].rights = 0;
    return 0;
}

long sys_object_destroy(uint64_t handle)
{
    assert_true(model_object(handle)->lives);
    model_object(handle)->lives = false;
    free(model_object(handle)->bytes);
    model_object(handle)->bytes = NULL;
    return 0;
}

long trapeze_process_inspect(uint64_t process, uint64_t group, uint64_t results[4])
{
    static const uint64_t budget[] = {100, 10100, 10, 110};
    static const uint64_t schedule[] = {7, 7, 0, 0};

    assert_int_equal(process, 0);
    if (fails())
        return E_NO_MEMORY;
    memcpy(results, group == INSPECT_BUDGET ? budget : schedule, sizeof budget);
    return 0;
}

long sys_process_create(uint64_t supervisor, uint64_t badge, size_t pages, size_t slots,
                        uint64_t priority, uint64_t name)
{
    uint64_t handle;

    assert_int_equal(model_object(supervisor)->type, OBJECT_ENDPOINT);
    if (fails())
        return E_NO_MEMORY;
    struct model_object *process = add_object(OBJECT_PROCESS, &handle);
    process->supervisor = supervisor;
    process->badge = badge;
    process->pages = pages;
    process->slots = slots;
    process->priority = priority;
    process->name = name;
    return (long)handle;
}

long sys_process_give(uint64_t process, uint64_t handle)
{
    struct model_object *child = model_object(process);

    model_object(handle);
    if (fails())
        return E_NO_MEMORY;
    assert_true(child->given_count < MODEL_GIVEN);
    child->given[child->given_count] = handle;
    return MODEL_FIRST_GIVEN + (long)child->given_count++;
}

long sys_process_start(uint64_t process, uintptr_t pc, uintptr_t sp, uint64_t word0,
                       uint64_t word1, uint64_t word2)
{
    struct model_object *child = model_object(process);

    assert_true(word1 == 0 && word2 == 0);
    assert_int_equal(windows, 0);
    if (fails())
        return E_NO_MEMORY;
    if (child->has_started)
        return E_BAD_STATE;
    child->has_started = true;
    child->pc = pc;
    child->sp = sp;
    child->word = word0;
    return 0;
}

long sys_process_kill(uint64_t process)
{
    if (!model_object(process)->lives)
        return E_GONE;
    model_end(process, END_KILLED, 0);
    return 0;
}

/* Windows are views of the memory; addresses are for the table of children alone, and
 * its memory is there from the beginning. */

uintptr_t trapeze_range_take(size_t page_count)
{
    static uint8_t range[RANGE_PAGES * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));

    assert_true(page_count <= RANGE_PAGES);
    return (uintptr_t)range;
}

void *range_map(uint64_t memory, size_t first_page, size_t page_count, uint64_t rights,
                long *error)
{
    const struct model_object *object = model_object(memory);

    assert_int_equal(rights, RIGHT_READ | RIGHT_WRITE);
    assert_true(first_page + page_count <= object->page_count);
    if (fails()) {
        *error = E_NO_MEMORY;
        return NULL;
    }
    windows++;
    return object->bytes + first_page * PAGE_BYTES;
}

void trapeze_unmap(void *address)
{
    assert_non_null(address);
    windows--;
}
