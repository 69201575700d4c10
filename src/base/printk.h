/* SPDX-License-Identifier: MIT
 *
 * The kernel's log: printk appends to a ring in memory and does nothing else. Whoever
 * owns a console reads the ring from a position of its own, so printk may be called
 * anywhere.
 *
 * Conversions: %s %c %d %u %x %p %%; l, ll or z before d, u, x; a minimum width, `0`
 * (up to 32 digits) and `-`; `%.*s` for text that has no NUL. Another conversion is
 * printed as it stands. %p is `0x` and the digits that are needed.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_TEXT_BYTES 8192UL
#define LOG_HEADER_BYTES 4096UL

/* Byte n of all that was ever logged is text[n % LOG_TEXT_BYTES] while end - n <=
 * LOG_TEXT_BYTES. Page-aligned and nothing else in its pages, so that it can be mapped
 * read-only in a process. */
struct log_ring {
    uint64_t end; /* bytes logged since boot; grows only, after the text is there */
    uint64_t text_bytes; /* LOG_TEXT_BYTES; 0 until the first printk */
    uint8_t reserved[LOG_HEADER_BYTES - 2 * sizeof(uint64_t)];
    char text[LOG_TEXT_BYTES];
};

/* Appends to the log. No line end and no prefix is added. */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Formats as printk does into a buffer; writes at most `capacity` bytes, the last of
 * them a NUL (nothing if capacity is 0). Returns the length of the whole text without
 * NUL, as snprintf. */
size_t format_text(char *buffer, size_t capacity, const char *format, va_list list)
    __attribute__((format(printf, 3, 0)));

/* Reads the log from *position (0: since boot) and moves it on; returns the bytes read,
 * 0 at the end. A position older than the oldest byte kept is first moved to that byte.
 * Adds no NUL. */
size_t printk_read(uint64_t *position, char *buffer, size_t capacity);

/* The ring itself, to be mapped. */
const struct log_ring *printk_ring(void);
