/* SPDX-License-Identifier: MIT
 *
 * The kernel's own way to stop: keep the message, log it, trap.
 */
#include "base/panic.h"

#include "base/printk.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#ifndef __riscv
#include <stdlib.h>
#define stop() abort()
_Noreturn void panic_assertion(const char *text)
{
    panic("%s", text);
}
#else
#define stop() __builtin_trap()
#endif

static char message[PANIC_MESSAGE_BYTES];
static bool under_way;

_Noreturn void panic(const char *format, ...)
{
    if (!under_way) {
        under_way = true;
        va_list arguments;
        va_start(arguments, format);
        format_text(message, sizeof message, format, arguments);
        va_end(arguments);
        printk("trapeze: panic: %s\n", message);
    }
    stop();
}

const char *panic_message(void)
{
    return under_way ? message : NULL;
}
