/* SPDX-License-Identifier: MIT
 *
 * test-switch FPU PROCESSES ROUNDS: so many processes do nothing but to yield, so many
 * times each, for somebody outside who counts what the kernel does (test/boot). FPU
 * says who computes with floating point in between:
 *
 *   none   nobody                        one   the first process, in each round
 *   once   each, before its first round  all   each, in each round
 */
#include <stdlib.h>
#include <string.h>

#include "children.h"

#define PROGRAM "test-switch"
#define MOST 100U

static volatile double number = 1.0;

static void take_turns(unsigned rounds, bool computes_first, bool computes)
{
    if (computes_first)
        number += 1.0;
    for (unsigned i = 0; i < rounds; i++) {
        if (computes)
            number += 1.0;
        sys_yield();
    }
}

int main(int argc, char *argv[])
{
    if (argc != 3 && argc != 4) {
        puts("usage: " PROGRAM " none|once|one|all PROCESSES ROUNDS");
        return 2;
    }
    bool first = argc == 4;
    bool once = strcmp(argv[1], "once") == 0;
    bool all = strcmp(argv[1], "all") == 0;
    bool one = strcmp(argv[1], "one") == 0;
    unsigned rounds = (unsigned)strtoul(argv[argc - 1], NULL, 10);
    unsigned processes = first ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    if (!CHECK(processes >= 1 && processes <= MOST))
        return check_end(PROGRAM);

    for (unsigned i = 1; i < processes; i++)
        start_child(PROGRAM, argv[1], rounds);
    take_turns(rounds, once, all || (one && first));
    for (unsigned i = 1; i < processes; i++)
        expect_exit(0, 0);
    return first ? check_end(PROGRAM) : check_failures > 0;
}
