/* SPDX-License-Identifier: MIT
 *
 * The kernel's own way to stop: log the message, trap.
 */
#include "base/panic.h"

#include "base/printk.h"

#ifndef __riscv
#include <stdlib.h>
#define stop() abort()
_Noreturn void panic_assertion(const char *text) { panic("%s", text); }
#else
#define stop() __builtin_trap()
#endif

static uint64_t position = UINT64_MAX;

_Noreturn void panic(const char *format, ...)
{
    if (position == UINT64_MAX) {
        position = printk_ring()->end;
        va_list list;
        va_start(list, format);
        printk("trapeze: panic: ");
        printk_list(format, list);
        printk("\n");
        va_end(list);
    }
    stop();
}

uint64_t panic_position(void) { return position; }
