/* SPDX-License-Identifier: MIT
 *
 * The kernel's log: printk appends to a ring in memory and does nothing else. Whoever
 * owns a console reads the ring from a position of its own, so printk may be called
 * anywhere.
 *
 * Conversions: %u and %x, with l for 64 bits, %s, `%.*s` for text that has no NUL, %%.
 * With a minimum width, numbers have zeros in front (32 digits at most). Another
 * conversion is printed as it stands.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <trapeze/abi.h>

/* Appends to the log. No line end and no prefix is added. */
void printk(const char *format, ...) __attribute__((format(printf, 1, 2)));
void printk_list(const char *format, va_list list)
    __attribute__((format(printf, 1, 0)));

/* The ring itself, to be mapped: page-aligned, and nothing else in its pages. */
const struct trapeze_log *printk_ring(void);

/* Takes the oldest byte that is not shown yet and still there. False: all are shown. */
bool printk_take(char *character);

/* What is before position `to` of the log counts as shown. */
void printk_skip(uint64_t to);
