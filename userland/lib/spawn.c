/* SPDX-License-Identifier: MIT
 *
 * Starting a program from the boot archive. A child's own pages are one memory object
 * of the caller's, which the loader fills through a window of its own and has closed
 * before the child gets them, through handles that allow no more than each part needs:
 * nobody has a page writable and executable, not even one after the other.
 *
 *   find        the file, what is in it, and where its pages are to come from
 *   fill        the memory object
 *   create      the process, with its budget
 *   equip       it with handles, whose numbers belong into the startup block
 *   map         everything into it
 *
 * Until trapeze_spawn_with() returns, whatever fails takes all of it back.
 */
#include <string.h>

#include <trapeze.h>
#include <trapeze/archive.h>
#include <trapeze/program.h>

#include "boot_archive.h"
#include "children.h"
#include "elf.h"
#include "image.h"
#include "pages.h"
#include "ranges.h"
#include "startup.h"

extern char **environ;

static const char *const inherited_names[] = {"console", "names", "archive"};
#define INHERITED_COUNT (sizeof(inherited_names) / sizeof(inherited_names[0]))

/* A child that is being made. */
struct making {
    const struct trapeze_spawn_options *options;
    const struct boot_archive *archive;
    struct archive_file file;
    struct elf_program program;
    struct image image;
    char *window; /* the startup block, and what follows; NULL: not mapped */
    struct child *child;
};

static long find(struct making *making, const char *name)
{
    const struct boot_archive *archive = boot_archive();

    if (archive == NULL)
        return SPAWN_BAD_ARCHIVE;
    if (!archive_find(archive->data, archive->length, name, strlen(name),
                      &making->file))
        return archive_check(archive->data, archive->length) != NULL ? SPAWN_BAD_ARCHIVE
                                                                     : SPAWN_NO_PROGRAM;
    const enum elf_error error =
        elf_parse(making->file.data, making->file.length, &making->program);
    if (error != ELF_OK)
        return SPAWN_BAD_PROGRAM - (long)error;
    making->archive = archive;
    image_plan(&making->program,
               (size_t)((const char *)making->file.data - archive->data),
               archive->rights, &making->image);
    return 0;
}

static struct trapeze_startup *startup_of(const struct making *making)
{
    return (struct trapeze_startup *)(void *)making->window;
}

/* What the child's environment is: the caller's, unless something else is said. */
static char *const *environment_of(const struct trapeze_spawn_options *options)
{
    static char *const nothing[] = {NULL};

    if (options->environment != NULL)
        return options->environment;
    return options->bare || environ == NULL ? nothing : environ;
}

static void copy_segments(const struct making *making)
{
    for (size_t i = 0; i < making->program.segment_count; i++) {
        const struct elf_segment *segment = &making->program.segments[i];
        if (!making->image.segments[i].in_archive && segment->file_bytes > 0)
            memcpy(making->window +
                       image_window_offset(&making->image, &making->program, i),
                   (const char *)making->file.data + segment->file_offset,
                   segment->file_bytes);
    }
}

static long fill(struct making *making, int argc, char *const argv[])
{
    const struct image *image = &making->image;
    long error = 0;
    const long memory = sys_memory_create(image->memory_pages, 0);

    if (memory < 0)
        return memory;
    making->child->memory = (uint64_t)memory;
    making->window = range_map((uint64_t)memory, image->startup_page,
                               image->window_pages, RIGHT_READ | RIGHT_WRITE, &error);
    if (making->window == NULL)
        return error;
    copy_segments(making);
    startup_of(making)->image_end = making->program.image_end;
    return startup_build(startup_of(making), argc, argv,
                         environment_of(making->options))
               ? 0
               : SPAWN_TOO_LONG;
}

/* What it needs and `extra`, but no more than a quarter of what is left beyond the
 * need, so that there can be several, and each can have children of its own. */
static uint64_t share(uint64_t left, uint64_t needed, uint64_t extra)
{
    const uint64_t quarter = left > needed ? (left - needed) / 4 : 0;

    return needed + (quarter < extra ? quarter : extra);
}

static long create(struct making *making, const char *program)
{
    const struct trapeze_spawn_options *options = making->options;
    uint64_t budget[4];   /* pages used, pages at most, slots used, slots at most */
    uint64_t schedule[4]; /* own priority, ... */
    uint64_t supervisor = options->supervisor;
    uint64_t badge = options->badge;
    uint64_t name = 0;
    long error = trapeze_process_inspect(0, INSPECT_BUDGET, budget);

    if (error >= 0)
        error = trapeze_process_inspect(0, INSPECT_SCHEDULE, schedule);
    if (error >= 0 && supervisor == 0)
        error = child_adopt(making->child, &supervisor, &badge);
    if (error < 0)
        return error;
    const uint64_t pages = options->pages != 0
                               ? options->pages
                               : share(budget[1] - budget[0],
                                       PROCESS_PAGES_MIN + making->image.table_pages,
                                       TRAPEZE_SPAWN_EXTRA_PAGES);
    const uint64_t slots =
        options->slots != 0 ? options->slots
                            : share(budget[3] - budget[2], making->image.mapping_count,
                                    TRAPEZE_SPAWN_SLOTS);
    memcpy(&name, program, strnlen(program, sizeof(name)));
    const long process = sys_process_create(
        supervisor, badge, pages, slots,
        options->priority < 0 ? schedule[0] : (uint64_t)options->priority, name);
    if (process < 0)
        return process;
    making->child->process = (uint64_t)process;
    making->child->entry_point = making->program.entry;
    return 0;
}

/* Handle 0 is none: so an option can say that a name is not inherited. */
static long give(struct making *making, const char *name, uint64_t handle)
{
    if (handle == 0)
        return 0;
    const long number = sys_process_give(making->child->process, handle);
    return number < 0 ? number
                      : startup_set_handle(startup_of(making), name, (uint64_t)number);
}

static bool is_given(const struct trapeze_spawn_handle *handles, const char *name)
{
    for (; handles != NULL && handles->name != NULL; handles++) {
        if (strcmp(handles->name, name) == 0)
            return true;
    }
    return false;
}

static long equip(struct making *making)
{
    const struct trapeze_spawn_options *options = making->options;
    const struct trapeze_spawn_handle *given = options->handles;
    long error = 0;

    for (; given != NULL && given->name != NULL && error >= 0; given++)
        error = give(making, given->name, given->handle);
    for (size_t i = 0; i < INHERITED_COUNT && !options->bare && error >= 0; i++) {
        const char *name = inherited_names[i];
        if (!is_given(options->handles, name))
            error = give(making, name, trapeze_inherited(name));
    }
    return error;
}

/* The handle that it is mapped through bounds what the child may turn it into later. */
static long map_part(const struct making *making, const struct image_part *part)
{
    if (part->in_archive)
        return pages_map(making->archive->handle, making->child->process, part->address,
                         part->first_page, part->page_count, part->rights);
    const long narrow = sys_handle_duplicate(making->child->memory, part->rights, 0);
    if (narrow < 0)
        return narrow;
    const long error =
        pages_map((uint64_t)narrow, making->child->process, part->address,
                  part->first_page, part->page_count, part->rights);
    sys_handle_close((uint64_t)narrow);
    return error;
}

static long map(const struct making *making)
{
    long error = map_part(making, &making->image.stack);

    for (size_t i = 0; i < making->image.segment_count && error >= 0; i++)
        error = map_part(making, &making->image.segments[i]);
    return error;
}

/* All steps, for a place in the table of children. */
static long make(struct making *making, int argc, char *const argv[])
{
    long error = fill(making, argc, argv);

    if (error >= 0)
        error = create(making, argv[0]);
    if (error >= 0)
        error = equip(making);
    if (making->window != NULL)
        trapeze_unmap(making->window);
    if (error >= 0)
        error = map(making);
    if (error >= 0 && !making->options->stopped)
        error = trapeze_start_spawned((long)making->child->process);
    return error;
}

long trapeze_spawn_with(int argc, char *const argv[],
                        const struct trapeze_spawn_options *options)
{
    static const struct trapeze_spawn_options defaults = {.priority = -1};
    struct making making = {.options = options != NULL ? options : &defaults};

    if (argc < 1)
        return E_INVALID;
    long error = find(&making, argv[0]);
    if (error < 0)
        return error;
    making.child = child_add();
    if (making.child == NULL)
        return E_NO_MEMORY;
    error = make(&making, argc, argv);
    if (error < 0) {
        child_abandon(making.child);
        return error;
    }
    return (long)making.child->process;
}

long trapeze_start_spawned(long process)
{
    const struct child *child = child_find((uint64_t)process);

    if (child == NULL)
        return E_BAD_HANDLE;
    return sys_process_start(child->process, child->entry_point, USER_STARTUP,
                             USER_STARTUP, 0, 0);
}

long trapeze_spawn(int argc, char *const argv[])
{
    return trapeze_spawn_with(argc, argv, NULL);
}
