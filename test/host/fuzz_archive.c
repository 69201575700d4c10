/* SPDX-License-Identifier: MIT
 *
 * An archive of any bytes: entries lie inside it, and finding agrees with listing.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#include <trapeze/archive.h>

static void check_file(const uint8_t *archive, size_t size,
                       const struct archive_file *file)
{
    const uint8_t *name = (const uint8_t *)file->name;
    const uint8_t *data = file->data;

    CHECK(name >= archive && file->name_length < size);
    CHECK(name + file->name_length < archive + size);
    CHECK(name[file->name_length] == '\0');
    CHECK(data > name && file->length <= size && data + file->length <= archive + size);
    CHECK((data - archive) % 4 == 0);
}

/* The first entry of a name is what is found, if it is a file. */
static void check_found(const uint8_t *archive, size_t size,
                        const struct archive_file *listed)
{
    struct archive_file found;
    if (!archive_find(archive, size, listed->name, listed->name_length, &found))
        return;
    CHECK(found.data <= listed->data);
    CHECK(found.name_length == listed->name_length);
    CHECK(memcmp(found.name, listed->name, found.name_length) == 0);
    check_file(archive, size, &found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const bool is_good = archive_check(data, size) == NULL;
    struct archive_file file;
    size_t offset = 0;
    size_t count = 0;

    while (archive_next(data, size, &offset, &file)) {
        CHECK(++count * 112 <= size); /* no entry is shorter, so there is an end */
        check_file(data, size, &file);
        CHECK(!is_good || strlen(file.name) == file.name_length);
        check_found(data, size, &file);
    }
    /* A good archive ends with its trailer, and not where it is broken. */
    CHECK(
        !is_good ||
        (size - offset >= 121 && memcmp(data + offset + 110, "TRAILER!!!", 11) == 0) ||
        memcmp(data + offset + 110, "./TRAILER!!!", 13) == 0);
    return 0;
}
