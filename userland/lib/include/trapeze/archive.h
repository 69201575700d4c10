/* SPDX-License-Identifier: MIT
 *
 * Reads the boot archive: cpio in the "newc" format (magic 070701), made by
 * `cpio -H newc`. Every byte is taken as hostile, since -initrd can bring any file:
 * nothing outside the archive is read. A leading "./" of a name is ignored.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_file {
    const char *name; /* without "./"; a NUL follows */
    size_t name_length;
    const void *data; /* aligned to 4 as the archive is, not to more */
    size_t length;
};

/* Checks every field of every entry, up to the trailer. NULL, or what is wrong. */
const char *archive_check(const void *archive, size_t length);

/* Gives the entry at *offset (0 at first), of whatever type, and moves the offset on.
 * Only what it takes to pass over the entry is checked. False: that was the last, or
 * the archive is broken here. */
bool archive_next(const void *archive, size_t length, size_t *offset,
                  struct archive_file *file);

/* Finds a regular file by name; of two with the same name, the first. */
bool archive_find(const void *archive, size_t length, const char *name,
                  size_t name_length, struct archive_file *file);
