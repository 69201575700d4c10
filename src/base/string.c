/* SPDX-License-Identifier: MIT
 *
 * Copies and fills go by 64-bit words where the addresses allow it. Filling is what the
 * kernel does most of: every page is zeroed before it reaches a process.
 *
 * GCC recognises a loop that copies or fills, and puts a call of memcpy or memset in
 * its place: in here, a call of itself. -fno-tree-loop-distribute-patterns turns that
 * off.
 */
#include "base/string.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/boot_text.h"

#define BLOCK_WORDS 16 /* that one round of memset fills */
#define COPY_WORDS 8
#define UNROLL _Pragma("GCC unroll 64")

typedef uint64_t __attribute__((may_alias)) word_t;

void *memcpy(void *restrict destination, const void *restrict source, size_t length)
{
    unsigned char *to = destination;
    const unsigned char *from = source;
    bool aligned = ((uintptr_t)to | (uintptr_t)from) % sizeof(word_t) == 0;
    size_t count = aligned ? length / sizeof(word_t) : 0;
    size_t word = 0;
    for (; word + COPY_WORDS <= count; word += COPY_WORDS)
        UNROLL for (size_t j = word; j < word + COPY_WORDS; j++)((word_t *)to)[j] =
            ((const word_t *)from)[j];
    for (; word < count; word++)
        ((word_t *)to)[word] = ((const word_t *)from)[word];
    for (size_t i = count * sizeof(word_t); i < length; i++)
        to[i] = from[i];
    return destination;
}

void *memset(void *destination, int value, size_t length)
{
    unsigned char *to = destination;
    word_t *words = destination;
    const word_t word = (unsigned char)value * (UINT64_MAX / UINT8_MAX);
    size_t count = (uintptr_t)to % sizeof word == 0 ? length / sizeof word : 0;
    size_t i = 0;
    for (; i + BLOCK_WORDS <= count; i += BLOCK_WORDS)
        UNROLL for (size_t j = 0; j < BLOCK_WORDS; j++) words[i + j] = word;
    for (; i < count; i++)
        words[i] = word;
    for (i = count * sizeof word; i < length; i++)
        to[i] = (unsigned char)value;
    return destination;
}

BOOT_ONLY size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0')
        length++;
    return length;
}

BOOT_ONLY int strncmp(const char *left, const char *right, size_t length)
{
    for (; length > 0; length--, left++, right++) {
        if (*left != *right || *left == '\0')
            return (unsigned char)*left - (unsigned char)*right;
    }
    return 0;
}
