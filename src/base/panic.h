/* SPDX-License-Identifier: MIT
 *
 * How the kernel stops itself when it finds a bug of its own. Nothing that a user
 * program does gets here. panic() adds its message to the log, and executes an ebreak:
 * the trap from S-mode that follows adds the registers and the backtrace, shows all
 * that on the console and stops the machine. On a host, where the unit tests run, it
 * calls abort().
 */
#pragma once

#include <stdint.h>

/* Takes printk's conversions. The message needs no newline. Adds the line `trapeze:
 * panic: MESSAGE` to the log; a panic within a panic adds nothing. */
_Noreturn void panic(const char *format, ...)
    __attribute__((cold, noinline, format(printf, 1, 2)));

/* For assert: stops with a text, which is in a0 when the ebreak traps. Not a call, so
 * that a function with asserts need not save its return address for one that never
 * comes back. */
#ifdef __riscv
static inline _Noreturn void panic_assertion(const char *text)
{
    register const char *message __asm__("a0") = text;
    __asm__ volatile("ebreak" : : "r"(message));
    __builtin_unreachable();
}
#else
_Noreturn void panic_assertion(const char *text);
#endif

/* Where in the log the line of the panic that is under way begins; UINT64_MAX if none
 * is. */
uint64_t panic_position(void);
