/* SPDX-License-Identifier: MIT
 *
 * test-exit STATUS: exits with it.
 */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char *argv[])
{
    if (argc != 2) {
        puts("usage: test-exit STATUS");
        return 2;
    }
    return atoi(argv[1]);
}
