/* SPDX-License-Identifier: MIT
 *
 * Copies and fills go by 64-bit words where both addresses allow it, and by 32-bit
 * words where those do (the boot archive aligns its files to 4); the rest goes by
 * bytes.
 *
 * GCC recognises a loop that copies or fills, and puts a call of memcpy or memset in
 * its place: in here, a call of itself. -fno-tree-loop-distribute-patterns turns that
 * off.
 */
#include "base/string.h"

#include <stdint.h>

typedef uint64_t __attribute__((may_alias)) word64_t;
typedef uint32_t __attribute__((may_alias)) word32_t;

#define UNROLL _Pragma("GCC unroll 8")

/* Eight loads come before the first store, so that an in-order hart does not wait for
 * each; two such blocks share the cost of the loop. */
#define COPY_WORDS(to, from, count, word_t)                                \
    for (; count >= 16; count -= 16) {                                     \
        UNROLL for (int block = 0; block < 2; block++, to += 8, from += 8) \
        {                                                                  \
            word_t words[8];                                               \
            UNROLL for (int i = 0; i < 8; i++) words[i] = from[i];         \
            UNROLL for (int i = 0; i < 8; i++) to[i] = words[i];           \
        }                                                                  \
    }                                                                      \
    while (count-- > 0)                                                    \
        *to++ = *from++;

static void copy_words64(word64_t *to, const word64_t *from, size_t count)
{
    COPY_WORDS(to, from, count, word64_t)
}

static void copy_words32(word32_t *to, const word32_t *from, size_t count)
{
    COPY_WORDS(to, from, count, word32_t)
}

void *memcpy(void *restrict destination, const void *restrict source, size_t length)
{
    unsigned char *to = destination;
    const unsigned char *from = source;
    const uintptr_t difference = (uintptr_t)to ^ (uintptr_t)from;

    if (difference % sizeof(word32_t) == 0 && length >= sizeof(word64_t)) {
        for (; (uintptr_t)to % sizeof(word64_t) != 0; length--)
            *to++ = *from++;
        const size_t bulk = length & ~(sizeof(word64_t) - 1);
        if (difference % sizeof(word64_t) == 0)
            copy_words64((void *)to, (const void *)from, bulk / sizeof(word64_t));
        else
            copy_words32((void *)to, (const void *)from, bulk / sizeof(word32_t));
        to += bulk;
        from += bulk;
        length -= bulk;
    }
    while (length-- > 0)
        *to++ = *from++;
    return destination;
}

void *memmove(void *destination, const void *source, size_t length)
{
    unsigned char *to = destination;
    const unsigned char *from = source;

    if ((uintptr_t)to - (uintptr_t)from >= length) {
        while (length-- > 0)
            *to++ = *from++;
    } else {
        while (length-- > 0)
            to[length] = from[length];
    }
    return destination;
}

void *memset(void *destination, int value, size_t length)
{
    unsigned char *to = destination;
    const word64_t word = (unsigned char)value * (UINT64_MAX / UINT8_MAX);

    if (length >= sizeof word) {
        for (; (uintptr_t)to % sizeof word != 0; length--)
            *to++ = (unsigned char)value;
        for (; length >= 8 * sizeof word;
             length -= 8 * sizeof word, to += 8 * sizeof word) {
            UNROLL for (int i = 0; i < 8; i++)((word64_t *)(void *)to)[i] = word;
        }
        for (; length >= sizeof word; length -= sizeof word, to += sizeof word)
            *(word64_t *)(void *)to = word;
    }
    while (length-- > 0)
        *to++ = (unsigned char)value;
    return destination;
}

int memcmp(const void *left, const void *right, size_t length)
{
    const unsigned char *a = left;
    const unsigned char *b = right;

    for (; length > 0; length--, a++, b++) {
        if (*a != *b)
            return *a - *b;
    }
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}

int strncmp(const char *left, const char *right, size_t length)
{
    for (; length > 0; length--, left++, right++) {
        if (*left != *right || *left == '\0')
            return (unsigned char)*left - (unsigned char)*right;
    }
    return 0;
}
