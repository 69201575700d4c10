/* SPDX-License-Identifier: MIT
 *
 * The kernel's half of every address space (Sv39, Privileged 1.12, 4.4), from low to
 * high:
 *
 *   0xffff_ffc0_0000_0000  DIRECT_MAP_BASE
 *       Physical memory and devices below 128 GiB, read and write, in the largest pages
 *       that fit. The kernel's image and the firmware's memory are left out.
 *   0xffff_ffe0_0000_0000  unmapped
 *   0xffff_fff0_0000_0000  KERNEL_STACKS_BASE
 *       A pair of pages for each process slot: the guard, never mapped, and above it
 *       the kernel stack.
 *   0xffff_fff0_4000_0000  unmapped
 *   0xffff_ffff_8000_0000  KERNEL_IMAGE_BASE
 *       The image: text RX, constants R, data RW; its own stacks have guards too.
 *
 * All of it is global and without U. The lower half is the process's:
 * include/trapeze/abi.h.
 */
#pragma once

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096
#define PAGE_TABLE_ENTRIES 512
#define LEVEL_BITS 9
#define ENTRY_SHIFT 3         /* of a page table, 8 bytes */
#define REGION_PAGES 0x1ff000 /* the bits of an address that choose among a table's */
#define LARGE_PAGE_SIZE (1UL << 21)

#ifndef DIRECT_MAP_BASE /* the host's unit tests put their own memory here */
#define DIRECT_MAP_BASE 0xffffffc000000000
#endif
#define DIRECT_MAP_SIZE 0x2000000000
#define KERNEL_STACKS_BASE 0xfffffff000000000
#define KERNEL_STACKS_SIZE 0x40000000
#define KERNEL_IMAGE_BASE 0xffffffff80000000

/* The root table's first entry for the upper half. */
#define KERNEL_HALF_ROOT_INDEX 256
