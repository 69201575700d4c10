/* SPDX-License-Identifier: MIT
 *
 * test-asid [N]: N address spaces (40 unless told), each with its own value at the same
 * address: in its data, on its stack, in its heap. They take turns, are preempted, end
 * and are made anew, and nobody ever reads another's. Run it with asidbits=0, 1, 2
 * and 16.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "children.h"

#define PROGRAM "test-asid"
#define MOST 1000U
#define GENERATIONS 3U
#define TURNS 50
#define ROUNDS 2000

static volatile uint64_t in_data[3 * PAGE_BYTES / sizeof(uint64_t)];

static bool all_are(const volatile uint64_t *words, size_t count, uint64_t value)
{
    bool same = true;

    for (size_t i = 0; i < count; i += PAGE_BYTES / sizeof(uint64_t) / 2)
        same &= words[i] == value;
    return same;
}

static void set_all(volatile uint64_t *words, size_t count, uint64_t value)
{
    for (size_t i = 0; i < count; i++)
        words[i] = value;
}

static int child(uint64_t value)
{
    enum { DATA = sizeof(in_data) / sizeof(uint64_t), STACK = 1500, HEAP = 1000 };
    volatile uint64_t in_stack[STACK];
    volatile uint64_t *in_heap = malloc(HEAP * sizeof(uint64_t));

    if (in_heap == NULL)
        return 2;
    set_all(in_data, DATA, value);
    set_all(in_stack, STACK, ~value);
    set_all(in_heap, HEAP, value << 32);
    for (int turn = 0; turn < TURNS; turn++) {
        sys_yield();
        for (volatile int round = 0; round < ROUNDS; round++)
            continue;
        if (!all_are(in_data, DATA, value) || !all_are(in_stack, STACK, ~value) ||
            !all_are(in_heap, HEAP, value << 32))
            return 1;
    }
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc == 3)
        return child(strtoul(argv[2], NULL, 10));
    unsigned count = argc == 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 40;
    if (count < 1 || count > MOST) {
        printf("usage: " PROGRAM " [N], N up to %u\n", MOST);
        return 2;
    }
    printf(PROGRAM ": %u address spaces, %ld bits of ASID\n", count,
           sys_kernel_info(INFO_ASID_BITS));
    for (unsigned i = 0; i < count; i++)
        start_child(PROGRAM, "child", i + 1);
    for (unsigned i = 0; i < GENERATIONS * count; i++) {
        expect_exit(0, 0);
        if (i < (GENERATIONS - 1) * count)
            start_child(PROGRAM, "child", count + i + 1);
    }
    return check_end(PROGRAM);
}
