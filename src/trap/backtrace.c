/* SPDX-License-Identifier: MIT
 *
 * Who called whom. A function's prologue lowers sp once and stores ra; both
 * instructions are looked for from the function's start on (Unprivileged ISA, 2.4, 2.6
 * and 16.4, 16.5).
 */
#include "trap/backtrace.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/printk.h"
#include "memory/image.h"
#include "memory/kernel_map.h"
#include "trap/symbol.h"

#define DEPTH_MAX 32

struct prologue {
    uint64_t frame_bytes; /* by which sp has been lowered */
    bool saves_ra;
    uint64_t ra_offset; /* from the lowered sp */
};

static void read_compressed(uint16_t code, struct prologue *prologue)
{
    uint64_t sign = code >> 12 & 1;
    if ((code & 0xff83) == 0x1101) { /* c.addi sp, negative */
        prologue->frame_bytes = 32 - (code >> 2 & 31);
    } else if ((code & 0xef83) == 0x6101 && sign) { /* c.addi16sp, negative */
        prologue->frame_bytes = 512 - ((code >> 2 & 16) | (code << 1 & 64) |
                                       (code << 4 & 384) | (code << 3 & 32));
    } else if ((code & 0xe07f) == 0xe006) { /* c.sdsp ra */
        prologue->saves_ra = true;
        prologue->ra_offset = (code >> 7 & 56) | (code >> 1 & 448);
    }
}

static void read_full(uint32_t code, struct prologue *prologue)
{
    if ((code & 0x800fffff) == 0x80010113) { /* addi sp, sp, negative */
        prologue->frame_bytes = 4096 - (code >> 20);
    } else if ((code & 0x01fff07f) == 0x00113023) { /* sd ra, n(sp) */
        prologue->saves_ra = true;
        prologue->ra_offset = (code >> 20 & 4064) | (code >> 7 & 31);
    }
}

static struct prologue read_prologue(uint64_t start, uint64_t pc)
{
    struct prologue prologue = {0};
    while (start < pc) {
        const uint16_t *code = (const uint16_t *)start;
        bool full = (code[0] & 3) == 3;
        if (full)
            read_full(code[0] | (uint32_t)code[1] << 16, &prologue);
        else
            read_compressed(code[0], &prologue);
        start += full ? 4 : 2;
    }
    return prologue;
}

static bool is_stack(uint64_t address)
{
    if (address % sizeof(uint64_t) != 0)
        return false;
    bool boot = address >= (uint64_t)image_boot_stack &&
                address < (uint64_t)image_boot_stack_end;
    return boot || kernel_stack_is_mapped(vaddr(address));
}

void backtrace_print(const struct trapframe *frame)
{
    uint64_t pc = frame->sepc;
    uint64_t sp = frame->sp;
    for (int depth = 0; depth < DEPTH_MAX; depth++) {
        uint64_t offset;
        bool called = depth > 0; /* pc is a return address: the call is before it */
        const char *name = symbol_find(pc - called, &offset);
        if (name == NULL) {
            printk("trapeze:   %s 0x%016lx\n", called ? "from" : "at  ", pc);
            if (called)
                return;
            pc = frame->ra; /* a jump to nowhere: most likely a call */
            continue;
        }
        offset += called;
        printk("trapeze:   %s 0x%016lx  %s+0x%lx\n", called ? "from" : "at  ", pc, name,
               offset);
        struct prologue prologue = read_prologue(pc - offset, pc);
        uint64_t saved = sp + prologue.ra_offset;
        if (prologue.saves_ra && is_stack(saved))
            pc = *(const uint64_t *)saved;
        else if (!called && !prologue.saves_ra)
            pc = frame->ra;
        else
            return;
        sp += prologue.frame_bytes;
    }
}
