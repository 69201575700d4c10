/* SPDX-License-Identifier: MIT
 *
 * The sieve of Eratosthenes.
 */
#include "sieve.h"

#include <math.h>
#include <stdlib.h>

long count_primes(size_t limit, size_t *largest)
{
    size_t root = (size_t)sqrt((double)limit);
    char *composite = calloc(limit, 1);
    long count = 0;

    if (composite == NULL)
        return -1;
    for (size_t i = 2; i <= root; i++)
        for (size_t j = i * i; !composite[i] && j < limit; j += i)
            composite[j] = 1;
    for (size_t i = 2; i < limit; i++)
        if (!composite[i]) {
            *largest = i;
            count++;
        }
    free(composite);
    return count;
}
