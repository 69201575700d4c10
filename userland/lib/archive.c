/* SPDX-License-Identifier: MIT
 *
 * An entry is a header of 110 characters (a magic number and 13 fields of eight
 * hexadecimal digits), its name with a NUL, zeros up to a multiple of 4, its data, and
 * zeros up to a multiple of 4. The entry with the name TRAILER!!! ends the archive. A
 * name's length may count more than one NUL: so userland/make-archive begins each
 * file's data in a new page.
 */
#include <trapeze/archive.h>

#include <string.h>

#define MAGIC "070701"
#define MAGIC_LENGTH 6
#define FIELD_LENGTH 8
#define FIELD_MODE 1
#define FIELD_FILE_BYTES 6
#define FIELD_NAME_BYTES 11 /* with its NUL */
#define FIELD_COUNT 13
#define HEADER_BYTES 110
#define TRAILER "TRAILER!!!"
#define MODE_TYPE 0170000U
#define MODE_REGULAR 0100000U

struct entry {
    const char *header;
    const char *name_end; /* behind its last NUL */
    size_t next;          /* offset of the entry that follows */
    struct archive_file file;
};

/* False: not eight digits. Leading zeros are most of a header, so they have a short
 * cut. */
static bool read_field(const char *header, size_t field, uint32_t *value)
{
    const char *digit = header + MAGIC_LENGTH + FIELD_LENGTH * field;
    const char *end = digit + FIELD_LENGTH;
    uint32_t number = 0;

    while (digit < end && *digit == '0')
        digit++;
    for (; digit < end; digit++) {
        const uint32_t decimal = (uint32_t)*digit - '0';
        const uint32_t letter = ((uint32_t)*digit | 0x20) - 'a';
        if (decimal > 9 && letter > 5)
            return false;
        number = number << 4 | (decimal <= 9 ? decimal : letter + 10);
    }
    *value = number;
    return true;
}

static size_t round_up(size_t offset) { return (offset + 3) & ~(size_t)3; }

static bool has_name(const struct entry *entry, const char *name, size_t length)
{
    return entry->file.name_length == length &&
           memcmp(entry->file.name, name, length) == 0;
}

static bool is_trailer(const struct entry *entry)
{
    return has_name(entry, TRAILER, sizeof TRAILER - 1);
}

/* Checks what it takes to find the name, the data and the next entry. NULL, or what is
 * wrong. */
static const char *read_entry(const char *archive, size_t length, size_t offset,
                              struct entry *entry)
{
    uint32_t name_bytes;
    uint32_t file_bytes;

    if (offset > length || length - offset < HEADER_BYTES)
        return "it ends before its trailer";
    entry->header = archive + offset;
    if (strncmp(entry->header, MAGIC, MAGIC_LENGTH) != 0)
        return "an entry does not begin with 070701 (cpio, newc)";
    if (!read_field(entry->header, FIELD_NAME_BYTES, &name_bytes) ||
        !read_field(entry->header, FIELD_FILE_BYTES, &file_bytes))
        return "the length of a name or a file is not a hexadecimal number";

    const size_t name = offset + HEADER_BYTES;
    const size_t data = round_up(name + name_bytes);
    if (data > length || file_bytes > length - data)
        return "an entry reaches beyond its end";
    if (name_bytes < 2 || archive[name] == '\0' ||
        archive[name + name_bytes - 1] != '\0')
        return "a name is empty or does not end with a NUL";
    const size_t skip = archive[name] == '.' && archive[name + 1] == '/' ? 2 : 0;
    entry->file =
        (struct archive_file){archive + name + skip, strlen(archive + name + skip),
                              archive + data, file_bytes};
    entry->name_end = archive + name + name_bytes;
    entry->next = round_up(data + file_bytes);
    return NULL;
}

const char *archive_check(const void *archive, size_t length)
{
    struct entry entry = {.next = 0};
    uint32_t value;

    do {
        const char *problem = read_entry(archive, length, entry.next, &entry);
        if (problem != NULL)
            return problem;
        for (size_t field = 0; field < FIELD_COUNT; field++) {
            if (!read_field(entry.header, field, &value))
                return "a header field is not a hexadecimal number";
        }
        for (const char *c = entry.file.name + entry.file.name_length;
             c < entry.name_end; c++) {
            if (*c != '\0')
                return "a name goes on behind a NUL";
        }
    } while (!is_trailer(&entry));
    return NULL;
}

bool archive_next(const void *archive, size_t length, size_t *offset,
                  struct archive_file *file)
{
    struct entry entry;

    if (read_entry(archive, length, *offset, &entry) != NULL || is_trailer(&entry))
        return false;
    *offset = entry.next;
    *file = entry.file;
    return true;
}

bool archive_find(const void *archive, size_t length, const char *name,
                  size_t name_length, struct archive_file *file)
{
    struct entry entry = {.next = 0};
    uint32_t mode;

    while (read_entry(archive, length, entry.next, &entry) == NULL &&
           !is_trailer(&entry)) {
        if (has_name(&entry, name, name_length)) {
            *file = entry.file;
            return read_field(entry.header, FIELD_MODE, &mode) &&
                   (mode & MODE_TYPE) == MODE_REGULAR;
        }
    }
    return false;
}
