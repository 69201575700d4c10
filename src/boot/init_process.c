/* SPDX-License-Identifier: MIT
 *
 * The first process.
 */
#include "boot/init_process.h"

#include "base/boot_text.h"
#include "base/panic.h"
#include "base/printk.h"
#include "base/string.h"
#include "memory/frame.h"
#include "object/death.h"
#include "object/memory_object.h"
#include "sched/heap.h"
#include "sched/sched.h"
#include "trap/trap.h"

#define OBJECTS_PER_PROCESS 5
#define OBJECTS_MAX (1U << NUMBER_INDEX_BITS)
#define PROCESSES_MAX THREADS_MAX
#define INIT_NAME 0x74696e69 /* "init" */

/* Its image, which cmake/init_image.py makes from its ELF file and which is linked into
 * the kernel: what is to be in its address space, page by page. */
struct init_segment {
    uint64_t vaddr; /* page-aligned, from INIT_BASE on; no two segments share a page */
    uint64_t page_count;
    uint32_t rights;     /* RIGHT_READ, WRITE, EXECUTE, the last two never together */
    const char *data;    /* page-aligned and padded with zeros to whole pages */
    uint64_t data_bytes; /* the rest of the segment is zeros */
};

extern const struct init_segment init_segments[];
extern const uint64_t init_segment_count;
extern const uint64_t init_entry;

/* Also what all quotas come to: whoever has a slot to pay with can make a process of
 * it, or anything else. */
static uint32_t processes_max;

uint32_t init_process_objects(void)
{
    uint32_t order = 0;
    uint64_t wanted = frame_free_count() * sizeof(struct object);
    while (((uint64_t)PAGE_SIZE << order) < wanted / 4 * 3 &&
           (PAGE_SIZE << order) / sizeof(struct object) < OBJECTS_MAX)
        order++;
    uint32_t count = (uint32_t)((PAGE_SIZE << order) / sizeof(struct object));
    processes_max = count / OBJECTS_PER_PROCESS;
    paddr_t table = frame_alloc(order);
    if (paddr_is_none(table))
        panic("too little memory for %u objects", count);
    if (processes_max > PROCESSES_MAX)
        processes_max = PROCESSES_MAX;
    object_init(direct_map(table), count, processes_max);
    return processes_max;
}

/* New memory of init's, mapped, with the segment's data at its beginning. */
static void add_memory(struct process *init, const struct init_segment *segment)
{
    uint64_t page_count = segment->page_count, bytes = segment->data_bytes;
    struct object *memory = NULL;
    enum trapeze_error error;
    do /* nothing else is there yet to be let in */
        error = memory_create(init, page_count, 0, &memory);
    while (error == E_OK && memory == NULL);
    for (uint64_t page = 0; error == E_OK && page * PAGE_SIZE < bytes; page++) {
        uint64_t left = bytes - page * PAGE_SIZE;
        memcpy(direct_map(memory_page(memory, page)), segment->data + page * PAGE_SIZE,
               left < PAGE_SIZE ? left : PAGE_SIZE);
    }
    for (uint64_t page = 0; error == E_OK && page < page_count; page += MAP_PAGES_MAX) {
        uint64_t left = page_count - page, number;
        const struct map_request request = {
            .address = segment->vaddr + page * PAGE_SIZE,
            .first_page = page,
            .page_count = left < MAP_PAGES_MAX ? left : MAP_PAGES_MAX,
            .rights = segment->rights,
            .granted = segment->rights};
        do
            error = memory_map(memory, init, &request, &number);
        while (error == E_OK && number == 0);
    }
    if (error != E_OK)
        panic("too little memory for init");
}

static uint64_t give_object(struct process *init, struct object *object,
                            uint32_t rights)
{
    if (object == NULL || handle_reserve(&init->handles) != E_OK)
        panic("too little memory for init");
    return handle_add(&init->handles, object, rights, 0);
}

/* A handle to whole pages around some memory. */
static uint64_t give_memory(struct process *init, struct init_memory memory,
                            uint32_t rights)
{
    uint64_t start = page_align_down(memory.start);
    uint64_t pages = (page_align_up(memory.start + memory.bytes) - start) / PAGE_SIZE;
    return give_object(init, memory_create_foreign(init, paddr(start), pages), rights);
}

void init_process_start(uint64_t pages, struct init_memory archive,
                        struct init_memory device_tree, struct init_memory log)
{
    struct process *init = NULL;
    const struct process_request request = {.pages = pages,
                                            .slots =
                                                object_free_count() - processes_max,
                                            .priority = PRIORITIES - 1,
                                            .name = INIT_NAME};
    if (process_create(NULL, &request, &init) != E_OK)
        panic("too little memory for init");
    for (uint32_t i = 0; i < init_segment_count; i++)
        add_memory(init, &init_segments[i]);
    add_memory(init, &(struct init_segment){.vaddr = INIT_STACK_TOP - INIT_STACK_BYTES,
                                            .page_count = INIT_STACK_BYTES / PAGE_SIZE,
                                            .rights = RIGHT_READ | RIGHT_WRITE});
    struct trapframe *frame = &init->thread.trapframe;
    frame->sepc = init_entry;
    frame->sp = INIT_STACK_TOP;
    frame->a0 = give_object(init, process_make_object(init, OBJECT_MACHINE),
                            RIGHT_OFF | RIGHT_DEVICE | RIGHT_LOG);
    frame->a1 = give_memory(init, archive, RIGHT_READ | RIGHT_EXECUTE);
    frame->a2 = archive.bytes;
    frame->a3 = give_memory(init, device_tree, RIGHT_READ);
    frame->a4 = device_tree.start % PAGE_SIZE;
    frame->a5 = give_memory(init, log, RIGHT_READ);
    frame->a6 = give_object(init, init->object, RIGHT_INSPECT);
    sched_make_ready(&init->thread);
}

AFTER_BOOT uint8_t init_process_status(void)
{
    const struct process_object *end = death_of_first();
    if (end == NULL) {
        printk("trapeze: every process waits, and nothing can wake any of them\n");
        return STATUS_STUCK;
    }
    if (end->end == END_FAULTED)
        printk("trapeze: init ended: %s, pc 0x%lx, value 0x%lx\n",
               fault_name(end->status), end->pc, end->value);
    else
        printk("trapeze: init ended with status %lu\n", end->status);
    return STATUS_INIT_ENDED;
}
