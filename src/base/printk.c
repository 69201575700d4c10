/* SPDX-License-Identifier: MIT
 *
 * The log ring, and the formatter that both printk and format_text use. Text goes
 * through a sink, which is a ring (mask) with a limit, so that the log and a plain
 * buffer are the same to it.
 */
#include "base/printk.h"

#include "base/assert.h"
#include "base/string.h"

#include <stdbool.h>

#define NUMBER_BYTES 32 /* a number's digits, sign and zero padding */

static_assert((LOG_TEXT_BYTES & (LOG_TEXT_BYTES - 1)) == 0, "a ring offset is a mask");
static_assert(offsetof(struct log_ring, text) == LOG_HEADER_BYTES,
              "text on its own pages");
static_assert(sizeof(struct log_ring) % LOG_HEADER_BYTES == 0,
              "nothing else in the pages");

struct sink {
    char *text;
    size_t mask;
    uint64_t limit; /* positions from here on are counted, not written */
    uint64_t position;
};

struct conversion {
    bool left;
    bool zeros;
    bool is_long; /* 64 bits: l, ll or z */
    size_t width;
    size_t precision;
    char kind;
};

/* A structure, since a va_list that is an array (as on x86) can't be passed on by
 * address. */
struct arguments {
    va_list list;
};

static struct log_ring ring __attribute__((aligned(LOG_HEADER_BYTES)));

static void put(struct sink *sink, char c)
{
    if (sink->position < sink->limit)
        sink->text[sink->position & sink->mask] = c;
    sink->position++;
}

static void put_text(struct sink *sink, const struct conversion *conversion,
                     const char *text, size_t length)
{
    const size_t padding = conversion->width > length ? conversion->width - length : 0;

    for (size_t i = 0; i < padding && !conversion->left; i++)
        put(sink, ' ');
    for (size_t i = 0; i < length; i++)
        put(sink, text[i]);
    for (size_t i = 0; i < padding && conversion->left; i++)
        put(sink, ' ');
}

static void put_number(struct sink *sink, const struct conversion *conversion,
                       uint64_t value, const char *prefix)
{
    const uint64_t base = conversion->kind == 'd' || conversion->kind == 'u' ? 10 : 16;
    char text[NUMBER_BYTES];
    size_t first = NUMBER_BYTES;
    size_t prefix_length = strlen(prefix);

    do {
        text[--first] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (conversion->zeros && !conversion->left && first > prefix_length &&
           NUMBER_BYTES - first + prefix_length < conversion->width)
        text[--first] = '0';
    while (prefix_length > 0)
        text[--first] = prefix[--prefix_length];
    put_text(sink, conversion, text + first, NUMBER_BYTES - first);
}

/* Takes one argument and prints it. False: there is no such conversion. */
static bool put_argument(struct sink *sink, const struct conversion *conversion,
                         struct arguments *arguments)
{
    const char *text;
    size_t length = 0;
    int64_t value;

    switch (conversion->kind) {
    case 'd':
        value = conversion->is_long ? va_arg(arguments->list, int64_t)
                                    : va_arg(arguments->list, int);
        put_number(sink, conversion, value < 0 ? 0 - (uint64_t)value : (uint64_t)value,
                   value < 0 ? "-" : "");
        return true;
    case 'u':
    case 'x':
        put_number(sink, conversion,
                   conversion->is_long ? va_arg(arguments->list, uint64_t)
                                       : va_arg(arguments->list, unsigned),
                   "");
        return true;
    case 'p':
        put_number(sink, conversion, (uintptr_t)va_arg(arguments->list, void *), "0x");
        return true;
    case 's':
        text = va_arg(arguments->list, const char *);
        text = text != NULL ? text : "(null)";
        while (length < conversion->precision && text[length] != '\0')
            length++;
        put_text(sink, conversion, text, length);
        return true;
    case 'c':
        put_text(sink, conversion, &(char){(char)va_arg(arguments->list, int)}, 1);
        return true;
    case '%':
        put(sink, '%');
        return true;
    default:
        return false;
    }
}

/* Reads what follows a '%', and returns where its letter is. */
static const char *parse_conversion(const char *format, struct arguments *arguments,
                                    struct conversion *conversion)
{
    *conversion = (struct conversion){.precision = SIZE_MAX};
    for (;; format++) {
        if (*format == '-')
            conversion->left = true;
        else if (*format == '0' && conversion->width == 0)
            conversion->zeros = true;
        else if (*format >= '0' && *format <= '9')
            conversion->width = conversion->width * 10 + (size_t)(*format - '0');
        else if (*format == 'l' || *format == 'z')
            conversion->is_long = true;
        else if (format[0] == '.' && format[1] == '*') {
            conversion->precision = (size_t)va_arg(arguments->list, int);
            format++;
        } else
            break;
    }
    conversion->kind = *format;
    return format;
}

static void put_format(struct sink *sink, const char *format,
                       struct arguments *arguments)
{
    struct conversion conversion;

    for (; *format != '\0'; format++) {
        const char *last = format;
        if (*format == '%')
            last = parse_conversion(format + 1, arguments, &conversion);
        if (last != format && put_argument(sink, &conversion, arguments))
            format = last;
        else
            put(sink, *format);
    }
}

size_t format_text(char *buffer, size_t capacity, const char *format, va_list list)
{
    struct sink sink = {buffer, SIZE_MAX, capacity == 0 ? 0 : capacity - 1, 0};
    struct arguments arguments;

    va_copy(arguments.list, list);
    put_format(&sink, format, &arguments);
    va_end(arguments.list);
    if (capacity != 0)
        buffer[sink.position < sink.limit ? sink.position : sink.limit] = '\0';
    return sink.position;
}

void printk(const char *format, ...)
{
    struct sink sink = {ring.text, LOG_TEXT_BYTES - 1, UINT64_MAX, ring.end};
    struct arguments arguments;

    va_start(arguments.list, format);
    put_format(&sink, format, &arguments);
    va_end(arguments.list);
    ring.text_bytes = LOG_TEXT_BYTES;
    __atomic_store_n(&ring.end, sink.position, __ATOMIC_RELEASE);
}

size_t printk_read(uint64_t *position, char *buffer, size_t capacity)
{
    size_t length = 0;

    if (*position > ring.end)
        *position = ring.end;
    if (ring.end - *position > LOG_TEXT_BYTES)
        *position = ring.end - LOG_TEXT_BYTES;
    for (; length < capacity && *position != ring.end; length++)
        buffer[length] = ring.text[(*position)++ % LOG_TEXT_BYTES];
    return length;
}

const struct log_ring *printk_ring(void)
{
    return &ring;
}
