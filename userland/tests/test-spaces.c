/* SPDX-License-Identifier: MIT
 *
 * test-spaces N: N address spaces, one after the other, so that the kernel runs out of
 * ASIDs as often as N asks for. A few processes live through all of it, and each finds
 * its own value in its memory at every turn.
 */
#include <stdint.h>
#include <stdlib.h>

#include "children.h"

#define PROGRAM "test-spaces"
#define KEEPERS 3U

static int keep(uint64_t value)
{
    static volatile uint64_t mine; /* at the same address in all of them */

    mine = value;
    while (mine == value)
        sys_yield();
    return 1;
}

int main(int argc, char *argv[])
{
    long keepers[KEEPERS];

    if (argc == 3)
        return keep(strtoul(argv[2], NULL, 10));
    if (argc != 2) {
        puts("usage: " PROGRAM " N");
        return 2;
    }
    for (unsigned i = 0; i < KEEPERS; i++)
        keepers[i] = start_child(PROGRAM, "keep", i + 1);
    for (unsigned long left = strtoul(argv[1], NULL, 10); left > 0; left--)
        expect_exit(trapeze_spawn(1, (char *[]){"trivial", NULL}), 0);
    for (unsigned i = 0; i < KEEPERS; i++)
        kill_child(keepers[i]); /* until then it had found its value */
    printf(PROGRAM ": %s address spaces, %ld bits of ASID\n", argv[1],
           sys_kernel_info(INFO_ASID_BITS));
    return check_end(PROGRAM);
}
