/* SPDX-License-Identifier: MIT
 *
 * How init begins. It is the one program that the kernel starts, so it finds registers
 * where others find a startup block (trapeze/abi.h, "The first process starts with
 * these registers"). It is built with trapeze_add_program(init source... INIT), which
 * links the start that is described here and keeps it out of the boot archive; its
 * stack has INIT_STACK_BYTES.
 */
#pragma once

#include <stdint.h>

/* The registers' places in the array, and the names under which trapeze_inherited() has
 * those that are handles. */
enum init_register {
    INIT_MACHINE,            /* "machine" */
    INIT_ARCHIVE,            /* "archive" */
    INIT_ARCHIVE_BYTES,      /* of the archive, which begins with its first page */
    INIT_DEVICE_TREE,        /* "devicetree" */
    INIT_DEVICE_TREE_OFFSET, /* of its first byte in its first page */
    INIT_LOG,                /* "log" */
    INIT_SELF,               /* "self": itself, to be inspected */
    INIT_REGISTER_COUNT,
};

/* Init defines this instead of main. The C library is ready: heap, constructors, stdio.
 * What it returns is init's exit status. */
int init_main(const uint64_t registers[INIT_REGISTER_COUNT]);
