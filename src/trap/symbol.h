/* SPDX-License-Identifier: MIT
 *
 * What is known of the kernel's own code. The table is made from the linked kernel
 * itself, by cmake/kernel_symbols.py.
 */
#pragma once

#include <stdint.h>

#define RA_NOT_SAVED UINT16_MAX

/* A stretch of code, up to the next one. */
struct symbol {
    uint32_t offset;      /* from the start of the text */
    uint32_t function;    /* the offset of the function's start */
    uint32_t name;        /* index into symbol_names */
    uint16_t frame_bytes; /* by which the function has lowered sp */
    uint16_t ra_offset;   /* where from there its return address is, or RA_NOT_SAVED */
};

extern const char symbol_names[];

/* What `address` lies in; NULL outside the text. */
const struct symbol *symbol_find(uint64_t address);
