/* SPDX-License-Identifier: MIT
 *
 * The log ring, and the formatter that writes into it.
 */
#include "base/printk.h"

#include "base/assert.h"

#include <stddef.h>

#define NUMBER_BYTES 32 /* of a number with its zeros */

static_assert((LOG_TEXT_BYTES & (LOG_TEXT_BYTES - 1)) == 0,
              "positions may wrap around");
static_assert(offsetof(struct trapeze_log, text) == LOG_HEADER_BYTES,
              "the text is apart");
static_assert(sizeof(struct trapeze_log) % PAGE_BYTES == 0, "whole pages");

static struct trapeze_log ring __attribute__((aligned(PAGE_BYTES)));
static uint64_t position; /* where the next byte goes; ring.end follows */

static void put(char c) { ring.text[position++ % LOG_TEXT_BYTES] = c; }

static void put_number(uint64_t value, uint64_t base, size_t width)
{
    char text[NUMBER_BYTES];
    size_t first = NUMBER_BYTES;
    do {
        text[--first] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0 || (NUMBER_BYTES - first < width && first > 0));
    while (first < NUMBER_BYTES)
        put(text[first++]);
}

static void put_text(const char *text, size_t limit)
{
    for (; limit > 0 && *text != '\0'; limit--)
        put(*text++);
}

void printk_list(const char *format, va_list list)
{
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put(*format);
            continue;
        }
        const char *kind = format + 1; /* the letter, when what is before it is read */
        size_t width = 0, limit = SIZE_MAX;
        bool is_long = false;
        for (;; kind++) {
            if (*kind >= '0' && *kind <= '9')
                width = width * 10 + (size_t)(*kind - '0');
            else if (*kind == 'l')
                is_long = true;
            else if (*kind == '*') /* of `.*`, the only one */
                limit = (size_t)va_arg(list, int);
            else if (*kind != '.')
                break;
        }
        if (*kind == 's') {
            put_text(va_arg(list, const char *), limit);
        } else if (*kind == 'u' || *kind == 'x') {
            uint64_t value = is_long ? va_arg(list, uint64_t) : va_arg(list, unsigned);
            put_number(value, *kind == 'u' ? 10 : 16, width);
        } else {
            put('%');
            kind = *kind == '%' ? kind : format; /* a mistake shows in the log */
        }
        format = kind;
    }
    ring.text_bytes = LOG_TEXT_BYTES;
    __atomic_store_n(&ring.end, position, __ATOMIC_RELEASE);
}

void printk(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    printk_list(format, list);
    va_end(list);
}

const struct trapeze_log *printk_ring(void) { return &ring; }

bool printk_take(char *character)
{
    if (ring.end - ring.shown > LOG_TEXT_BYTES)
        ring.shown = ring.end - LOG_TEXT_BYTES;
    if (ring.shown == ring.end)
        return false;
    *character = ring.text[ring.shown++ % LOG_TEXT_BYTES];
    return true;
}

void printk_skip(uint64_t to)
{
    if (ring.shown < to)
        ring.shown = to;
}
