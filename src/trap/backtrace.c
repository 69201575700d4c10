/* SPDX-License-Identifier: MIT
 *
 * Who called whom.
 */
#include "trap/backtrace.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/printk.h"
#include "memory/image.h"
#include "memory/kernel_map.h"
#include "trap/symbol.h"

#define DEPTH_MAX 32

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
        const struct symbol *symbol = symbol_find(pc - called);
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
