/* SPDX-License-Identifier: MIT
 *
 * The first process's image, which cmake/init_image.py makes from its ELF file and
 * which is linked into the kernel: what is to be in its address space, page by page.
 */
#pragma once

#include <stdint.h>

struct init_segment {
    uint64_t vaddr; /* page-aligned, from INIT_BASE on; no two segments share a page */
    uint64_t page_count;
    uint32_t rights;     /* RIGHT_READ, WRITE, EXECUTE, the last two never together */
    const char *data;    /* page-aligned and padded with zeros to whole pages */
    uint64_t data_bytes; /* the rest of the segment is zeros */
};

extern const struct init_segment init_segments[];
extern const uint64_t init_segment_count;
extern const uint64_t init_entry;
