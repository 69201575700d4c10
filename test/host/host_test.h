/* SPDX-License-Identifier: MIT
 *
 * What every unit test includes first: cmocka and the headers that it needs before it.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A child that leaves by _exit has to write by itself what it has reached. */
#ifdef MEASURE_COVERAGE
void __gcov_dump(void);
#define write_coverage() __gcov_dump()
#else
#define write_coverage() ((void)0)
#endif

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
