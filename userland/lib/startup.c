/* SPDX-License-Identifier: MIT
 *
 * A startup block is one page:
 *
 *   struct trapeze_startup   counts, and the handles by name
 *   strings                  argv[0] NUL argv[1] NUL ... then the environment's;
 * `bytes` counts up to here pointers                 aligned to 8: argv and envp, made
 * by the program itself
 */
#include "startup.h"

#include <string.h>

static_assert(offsetof(struct trapeze_startup, strings) <= TRAPEZE_STARTUP_BYTES / 2,
              "half of the page is for strings at least");

static struct trapeze_startup *own_block;

void startup_set(struct trapeze_startup *block) { own_block = block; }

const struct trapeze_startup *trapeze_startup(void) { return own_block; }

uint64_t trapeze_inherited(const char *name)
{
    for (uint32_t i = 0; own_block != NULL && i < own_block->handle_count; i++) {
        if (strncmp(own_block->handles[i].name, name, TRAPEZE_NAME_BYTES) == 0)
            return own_block->handles[i].handle;
    }
    return 0;
}

long trapeze_adopt(const char *name, uint64_t handle)
{
    return startup_set_handle(own_block, name, handle);
}

long startup_set_handle(struct trapeze_startup *block, const char *name,
                        uint64_t handle)
{
    const size_t length = strlen(name);
    uint32_t i = 0;

    if (length == 0 || length >= TRAPEZE_NAME_BYTES)
        return E_INVALID;
    while (i < block->handle_count && strcmp(block->handles[i].name, name) != 0)
        i++;
    if (i == TRAPEZE_STARTUP_HANDLES)
        return E_NO_SLOT;
    if (i == block->handle_count) {
        memcpy(block->handles[i].name, name, length);
        block->handle_count++;
    }
    block->handles[i].handle = handle;
    return 0;
}

static size_t align_pointer(size_t bytes)
{
    return (bytes + sizeof(char *) - 1) & ~(sizeof(char *) - 1);
}

/* False: the page has no room for the string and all pointers up to its own, and the
 * two NULL. */
static bool add_string(struct trapeze_startup *block, const char *string)
{
    const size_t bytes = strlen(string) + 1;
    const size_t pointers = block->argument_count + block->environment_count + 3;
    const size_t room = TRAPEZE_STARTUP_BYTES - pointers * sizeof(char *);

    if (pointers > TRAPEZE_STARTUP_BYTES / sizeof(char *) || block->bytes > room ||
        bytes > room - block->bytes)
        return false;
    memcpy((char *)block + block->bytes, string, bytes);
    block->bytes += (uint32_t)bytes;
    return true;
}

bool startup_build(struct trapeze_startup *block, int argc, char *const argv[],
                   char *const environment[])
{
    block->bytes = offsetof(struct trapeze_startup, strings);
    while (block->argument_count < (uint32_t)argc) {
        if (!add_string(block, argv[block->argument_count]))
            return false;
        block->argument_count++;
    }
    for (; environment[block->environment_count] != NULL; block->environment_count++) {
        if (!add_string(block, environment[block->environment_count]))
            return false;
    }
    return true;
}

char **startup_pointers(struct trapeze_startup *block)
{
    char *string = block->strings;
    char **argv = (char **)(void *)((char *)block + align_pointer(block->bytes));
    char **pointer = argv;
    const uint32_t counts[] = {block->argument_count, block->environment_count};

    for (size_t list = 0; list < 2; list++) {
        for (uint32_t i = 0; i < counts[list]; i++) {
            *pointer++ = string;
            string += strlen(string) + 1;
        }
        *pointer++ = NULL;
    }
    return argv;
}
