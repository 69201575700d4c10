/* SPDX-License-Identifier: MIT
 *
 * The boot archive: mapped once, and kept.
 */
#include "boot_archive.h"

#include <string.h>

#include <trapeze.h>
#include <trapeze/archive.h>

static struct boot_archive archive;

const struct boot_archive *boot_archive(void)
{
    const uint64_t handle = trapeze_inherited("archive");
    struct trapeze_handle facts;

    if (archive.data != NULL)
        return &archive;
    if (handle == 0 || trapeze_handle_inspect(handle, &facts) < 0)
        return NULL;
    archive = (struct boot_archive){
        .data = trapeze_map(handle, facts.number, RIGHT_READ, NULL),
        .length = facts.number * PAGE_BYTES,
        .handle = handle,
        .rights = facts.rights,
    };
    return archive.data != NULL ? &archive : NULL;
}

const void *trapeze_archive(size_t *length)
{
    const struct boot_archive *mapped = boot_archive();

    if (mapped == NULL)
        return NULL;
    *length = mapped->length;
    return mapped->data;
}

const void *trapeze_archive_file(const char *name, size_t *length)
{
    const struct boot_archive *mapped = boot_archive();
    struct archive_file file;

    if (mapped == NULL ||
        !archive_find(mapped->data, mapped->length, name, strlen(name), &file))
        return NULL;
    *length = file.length;
    return file.data;
}
