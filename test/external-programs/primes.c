/* SPDX-License-Identifier: MIT
 *
 * An ordinary C program, which knows nothing of the system that it runs on: counts
 * primes, and compares with what the prime number theorem says.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "sieve.h"

int main(int argc, char *argv[])
{
    size_t limit = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    size_t largest = 0;
    long count = count_primes(limit, &largest);

    if (count < 0) {
        perror("primes");
        return EXIT_FAILURE;
    }
    printf("%ld primes below %zu, the largest is %zu\n", count, limit, largest);
    printf("the prime number theorem says %.1f\n", (double)limit / log((double)limit));
    return EXIT_SUCCESS;
}
