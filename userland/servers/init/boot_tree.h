/* SPDX-License-Identifier: MIT
 *
 * What init needs of the device tree: the console's UART and the command line. What is
 * wrong with the tree as a whole the kernel has told by now.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct boot_uart {
    uint64_t address; /* of its registers */
    uint64_t length;  /* 0: there is no UART */
    uint32_t reg_shift;
    uint32_t reg_io_width;
    uint32_t interrupt; /* source at the PLIC; 0: none */
};

struct boot_tree {
    struct boot_uart uart; /* that /chosen names, or else the first */
    const char *bootargs;  /* ends with a NUL; "" if there are none */
};

struct boot_blob {
    const void *start;
    size_t length; /* at least the tree's, which its header tells */
};

/* The result points into the blob. */
void boot_tree_read(const struct boot_blob *blob, struct boot_tree *tree);
