/* SPDX-License-Identifier: MIT
 *
 * The sieve of Eratosthenes.
 */
#ifndef SIEVE_H
#define SIEVE_H

#include <stddef.h>

/* How many primes there are below `limit`, and the largest of them; -1 without memory.
 */
long count_primes(size_t limit, size_t *largest);

#endif
