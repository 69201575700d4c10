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

/* For assert: stops with a text, a literal. All that it puts into the code is an
 * ebreak; a table of struct panic_text, which the linker gathers, says what the text
 * is. */
struct panic_text {
    int32_t place; /* of the ebreak, and the text: relative to where this is kept */
    int32_t text;
};

extern const struct panic_text image_panic_texts[], image_panic_texts_end[];

#ifdef __riscv
#define panic_assertion(text_)                                             \
    __extension__({                                                        \
        __asm__ volatile(                                                  \
            ".Lassert%=: ebreak\n\t"                                       \
            ".pushsection .panic_texts, \"ao\", @progbits, .Lassert%=\n\t" \
            ".word .Lassert%= - ., %0 - .\n\t"                             \
            ".popsection"                                                  \
            :                                                              \
            : "i"(text_));                                                 \
        __builtin_unreachable();                                           \
    })
#else
_Noreturn void panic_assertion(const char *text);
#endif

/* Where in the log the line of the panic that is under way begins; UINT64_MAX if none
 * is. */
uint64_t panic_position(void);
