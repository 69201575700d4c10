/* SPDX-License-Identifier: MIT
 *
 * How the kernel stops itself when it finds a bug of its own. Nothing that a user
 * program does gets here. panic() keeps its message, adds it to the log, and executes
 * an ebreak: the trap from S-mode that follows reports the message, the registers and
 * the backtrace on the console and stops the machine. On a host, where the unit tests
 * run, it calls abort().
 */
#pragma once

/* Takes printk's conversions. The message needs no newline; beyond PANIC_MESSAGE_BYTES
 * it is cut. Adds the line `trapeze: panic: MESSAGE` to the log. A panic within a panic
 * keeps the first message. */
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

/* The message of the panic that is under way, without prefix and newline; NULL if there
 * is none. */
const char *panic_message(void);

#define PANIC_MESSAGE_BYTES 256
