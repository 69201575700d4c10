/* SPDX-License-Identifier: MIT
 *
 * The names of the programs that there are.
 */
#include <string.h>

#include <trapeze.h>
#include <trapeze/archive.h>

#include "shell.h"

/* The archive holds other files as well. */
static bool is_program(const struct archive_file *file)
{
    return file->length > 4 && memcmp(file->data, "\177ELF", 4) == 0;
}

const char *programs_at(size_t index)
{
    size_t length;
    size_t offset = 0;
    struct archive_file file;
    const void *archive = trapeze_archive(&length);

    if (archive == NULL)
        return NULL;
    while (archive_next(archive, length, &offset, &file))
        if (is_program(&file) && index-- == 0)
            return file.name;
    return NULL;
}
