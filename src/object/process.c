/* SPDX-License-Identifier: MIT
 *
 * Processes: slots, creation, waiting and the end. loader.c fills their memory.
 */
#include "object/process.h"

#include "base/string.h"
#include "memory/frame.h"
#include "memory/kernel_map.h"
#include "object/archive.h"
#include "object/elf.h"
#include "platform/interrupt.h"
#include "platform/timer.h"
#include "sched/sched.h"

#define SLOT_BYTES 2048
#define ID_STRIDE 10000 /* not PROCESSES_MAX, so that people can read an id */
#define SLOTS_PER_PAGE (PAGE_SIZE / SLOT_BYTES)

static_assert(PROCESSES_MAX <= ID_STRIDE, "a slot for each id");
static_assert(sizeof(struct process) <= SLOT_BYTES, "a process fits its slot");
static_assert(offsetof(struct process, thread) == 0, "process_of");

static char *slot_pages[PROCESSES_MAX / SLOTS_PER_PAGE];
static uint32_t slots_used;    /* slots below this have been used at least once */
static struct list free_slots; /* by sibling */
static uint64_t existing;      /* processes */
static struct process *first;  /* its end is the machine's */
static bool first_has_ended;
static const void *archive;
static size_t archive_bytes;
static uint64_t boundary_pc;

void process_init(const void *archive_start, size_t bytes, uint64_t trap_return)
{
    archive = archive_start;
    archive_bytes = bytes;
    boundary_pc = trap_return;
    list_init(&free_slots);
}

static struct process *slot_process(uint32_t slot)
{
    char *page = slot_pages[slot / SLOTS_PER_PAGE];
    return (struct process *)(void *)(page + slot % SLOTS_PER_PAGE * SLOT_BYTES);
}

static uint32_t slot_of(int64_t id)
{
    return (uint32_t)((id - 1) % ID_STRIDE);
}

/* A slot, of which only the id is meaningful, and new; NULL: none, or no frame. */
static struct process *take_slot(void)
{
    struct list *reused = list_take_first(&free_slots);
    if (reused != NULL) {
        struct process *process = container_of(reused, struct process, sibling);
        process->id += ID_STRIDE;
        return process;
    }
    if (slots_used == PROCESSES_MAX)
        return NULL;
    char **page = &slot_pages[slots_used / SLOTS_PER_PAGE];
    if (*page == NULL) {
        paddr_t frame = frame_alloc(0);
        if (paddr_is_none(frame))
            return NULL;
        *page = direct_map(frame);
    }
    struct process *process = slot_process(slots_used);
    process->id = ++slots_used;
    return process;
}

static void free_slot(struct process *process)
{
    assert(!list_is_linked(&process->sibling));
    process->parent = NULL; /* so that nobody finds it */
    existing--;
    list_prepend(&free_slots, &process->sibling);
}

/* Stack and root table; on failure neither. */
static bool equip(struct process *process)
{
    uint64_t stack_top = kernel_stack_create(slot_of(process->id));
    if (stack_top == 0)
        return false;
    if (!address_space_create(&process->space)) {
        kernel_stack_destroy(slot_of(process->id));
        return false;
    }
    thread_init(&process->thread, hart_this(), boundary_pc, stack_top, &process->space);
    return true;
}

enum trapeze_error process_create(struct process *parent, const char *name,
                                  struct process **made, uint32_t *elf_error)
{
    struct archive_file file;
    struct elf_program program;
    if (!archive_find(archive, archive_bytes, name, strlen(name), &file))
        return E_NO_PROGRAM;
    *elf_error = elf_parse(file.data, file.length, &program);
    if (*elf_error != ELF_OK)
        return E_BAD_PROGRAM;
    struct process *process = take_slot();
    if (process == NULL)
        return E_NO_MEMORY;
    *process = (struct process){.id = process->id, .parent = parent};
    existing++;
    if (!equip(process)) {
        free_slot(process);
        return E_NO_MEMORY;
    }
    list_init(&process->children);
    list_init(&process->ended);
    memcpy(process->name, name, strlen(name));
    process->file = file.data;
    process->file_bytes = file.length;
    process->heap_end = process->heap_mapped = program.image_end;
    if (parent != NULL)
        list_append(&parent->children, &process->sibling);
    else if (first == NULL)
        first = process;
    *made = process;
    return E_OK;
}

void process_abandon(struct process *process)
{
    list_remove(&process->sibling);
    process->parent = NULL;
    process_end(process, &(struct process_end){.kind = END_KILLED});
}

struct process *process_find_child(struct process *parent, int64_t id)
{
    if (id <= 0 || slot_of(id) >= slots_used)
        return NULL;
    struct process *process = slot_process(slot_of(id));
    return process->id == id && process->parent == parent ? process : NULL;
}

enum trapeze_error process_add_argument(struct process *process, const char *bytes,
                                        size_t length)
{
    if (length > MAX_ARGUMENT_BYTES - process->argument_bytes)
        return E_TOO_LONG;
    memcpy(process->arguments + process->argument_bytes, bytes, length);
    process->argument_bytes += length;
    for (size_t i = 0; i < length; i++)
        process->argument_count += bytes[i] == '\0';
    return E_OK;
}

enum trapeze_error process_start(struct process *process)
{
    uint64_t bytes = process->argument_bytes;
    if (bytes != 0 && process->arguments[bytes - 1] != '\0')
        return E_INVALID;
    uint64_t block = USER_STACK_TOP - MAX_ARGUMENT_BYTES;
    struct trapframe *frame = &process->thread.trapframe;
    frame->sp = block;
    frame->a0 = process->argument_count;
    frame->a1 = block;
    sched_make_ready(&process->thread);
    return E_OK;
}

/* Gives the parent the end of its child, which is in none of its lists any more. */
static void deliver_end(struct process *parent, struct process *child)
{
    struct trapframe *frame = &parent->thread.trapframe;
    frame->a0 = (uint64_t)child->id;
    frame->a1 = child->end.kind;
    frame->a2 = child->end.status;
    frame->a3 = child->end.pc;
    frame->a4 = child->end.value;
    free_slot(child);
}

void process_wait(struct process *caller, int64_t id, uint64_t deadline_ticks)
{
    struct process *child = id == 0 ? NULL : process_find_child(caller, id);
    bool none = list_is_empty(&caller->children) && list_is_empty(&caller->ended);
    if (id == 0 ? none : child == NULL) {
        caller->thread.trapframe.a0 = (uint64_t)E_NO_PROCESS;
        return;
    }
    if (id == 0 && !list_is_empty(&caller->ended))
        child = container_of(list_first(&caller->ended), struct process, sibling);
    if (child != NULL && child->thread.state == THREAD_ENDED) {
        list_remove(&child->sibling);
        deliver_end(caller, child);
        return;
    }
    if (deadline_ticks != 0 && deadline_ticks <= timer_now()) {
        caller->thread.trapframe.a0 = (uint64_t)E_TIMEOUT;
        return;
    }
    caller->awaited = id;
    sched_block(&caller->thread, THREAD_WAITING_CHILD, deadline_ticks);
}

void process_end(struct process *process, const struct process_end *end)
{
    struct thread *thread = &process->thread;
    if (thread->state == THREAD_ENDED || (thread->flags & THREAD_DYING))
        return;
    process->end = *end;
    thread->flags |= THREAD_DYING;
    if (process->parent != NULL) { /* behind those that are not marked */
        list_remove(&process->sibling);
        list_append(&process->parent->children, &process->sibling);
    }
    if (thread->state == THREAD_STOPPED || thread_is_blocked(thread))
        sched_make_ready(thread);
    else if (thread->state == THREAD_READY)
        sched_hasten(thread);
}

void process_deadline_passed(struct process *process)
{
    enum thread_state state = process->thread.state;
    assert(state == THREAD_SLEEPING || state == THREAD_WAITING_CHILD);
    process->thread.trapframe.a0 =
        (uint64_t)(state == THREAD_SLEEPING ? E_OK : E_TIMEOUT);
    sched_make_ready(&process->thread);
}

/* One step of a dying process's taking itself apart. False: it waits, or an address
 * space is all that is left of it. */
static bool end_a_child(struct process *process)
{
    struct list *ended = list_take_first(&process->ended);
    if (ended != NULL) {
        free_slot(container_of(ended, struct process, sibling));
        return true;
    }
    struct list *link = list_first(&process->children);
    if (link == NULL)
        return false;
    struct process *child = container_of(link, struct process, sibling);
    if (child->thread.flags & THREAD_DYING) {
        sched_block(&process->thread, THREAD_WAITING_DESCENDANTS, 0);
        return false;
    }
    process_end(child, &(struct process_end){.kind = END_KILLED});
    return true;
}

void process_dismantle(struct process *process)
{
    while (end_a_child(process))
        if (interrupt_is_pending())
            return;
    if (process->thread.state == THREAD_WAITING_DESCENDANTS)
        return;
    if (process->thread.space != NULL) {
        process->thread.space = NULL;
        address_space_activate(NULL);
    }
    while (address_space_shrink(&process->space))
        if (interrupt_is_pending())
            return;
    sched_depart(&process->thread);
}

void process_bury(struct process *process)
{
    assert(process->thread.state == THREAD_ENDED);
    kernel_stack_destroy(slot_of(process->id));
    address_space_destroy(&process->space);
    struct process *parent = process->parent;
    if (parent == NULL) {
        if (process == first)
            first_has_ended = true;
        else
            free_slot(process);
        return;
    }
    list_remove(&process->sibling);
    bool awaited = parent->thread.state == THREAD_WAITING_CHILD &&
                   (parent->awaited == 0 || parent->awaited == process->id);
    if (awaited) {
        deliver_end(parent, process);
        sched_make_ready(&parent->thread);
        return;
    }
    list_append(&parent->ended, &process->sibling);
    if (parent->thread.state == THREAD_WAITING_DESCENDANTS)
        sched_make_ready(&parent->thread);
}

const struct process_end *process_first_end(void)
{
    return first_has_ended ? &first->end : NULL;
}

uint64_t process_count(void)
{
    return existing;
}

void process_check(const struct process *process)
{
    assert(slot_process(slot_of(process->id)) == process);
    assert(process->heap_mapped >= process->heap_end);
    assert(process->argument_bytes <= MAX_ARGUMENT_BYTES);
    assert(process->parent == NULL || list_is_linked(&process->sibling));
    thread_check(&process->thread);
}
