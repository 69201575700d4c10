/* SPDX-License-Identifier: MIT
 *
 * Who called whom, without frame pointers: by a table of where each function keeps its
 * return address, which cmake/kernel_symbols.py makes from the linked kernel itself.
 */
#include "trap/trap.h"

#include <stddef.h>

#include "base/printk.h"
#include "memory/image.h"
#include "memory/kernel_map.h"

#define DEPTH_MAX 32
#define RA_NOT_SAVED UINT16_MAX

/* A stretch of code, up to the next one. */
struct symbol {
    uint32_t offset;      /* from the start of the text */
    uint32_t function;    /* the offset of the function's start */
    uint32_t name;        /* index into symbol_names */
    uint16_t frame_bytes; /* by which the function has lowered sp */
    uint16_t ra_offset;   /* where from there its return address is, or RA_NOT_SAVED */
};

extern const uint32_t symbol_count;
extern const struct symbol symbol_table[]; /* sorted by offset */
extern const char symbol_names[];

/* What `address` lies in; NULL outside the text. */
static __attribute__((noinline)) const struct symbol *find_symbol(uint64_t address)
{
    const struct symbol *found = NULL;
    if (address < (uint64_t)image_text || address >= (uint64_t)image_code_end)
        return NULL;
    for (uint32_t i = 0; i < symbol_count; i++)
        if (symbol_table[i].offset <= address - (uint64_t)image_text)
            found = &symbol_table[i];
    return found;
}

static bool is_stack(uint64_t address)
{
    bool boot = address >= (uint64_t)image_boot_stack &&
                address < (uint64_t)image_boot_stack_end;
    return address % sizeof(uint64_t) == 0 &&
           (boot || kernel_stack_is_mapped(vaddr(address)));
}

void backtrace_print(const struct trapframe *frame)
{
    uint64_t pc = frame->sepc;
    uint64_t sp = frame->sp;
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        bool called = depth > 0; /* pc is a return address: the call is before it */
        const struct symbol *symbol = find_symbol(pc - called);
        printk("trapeze:   %s 0x%016lx", called ? "from" : "at  ", pc);
        if (symbol != NULL)
            printk("  %s+0x%lx", &symbol_names[symbol->name],
                   pc - (uint64_t)image_text - symbol->function);
        printk("\n");
        bool saved = symbol != NULL && symbol->ra_offset != RA_NOT_SAVED;
        if (saved && is_stack(sp + symbol->ra_offset))
            pc = *(const uint64_t *)(sp + symbol->ra_offset);
        else if (!saved && !called)
            pc = frame->ra; /* where there is no function, a call led there */
        else
            return;
        sp += symbol == NULL ? 0 : symbol->frame_bytes;
    }
}
