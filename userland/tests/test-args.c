/* SPDX-License-Identifier: MIT
 *
 * Prints its arguments, one line each, exactly as they arrived.
 */
#include <stdio.h>

int main(int argc, char *argv[])
{
    printf("test-args: argc %d\n", argc);
    for (int i = 0; i < argc; i++)
        printf("test-args: argv[%d] \"%s\"\n", i, argv[i]);
    if (argv[argc] != NULL) {
        puts("test-args: argv[argc] is not NULL");
        return 1;
    }
    puts("test-args: ok");
    return 0;
}
