/* SPDX-License-Identifier: MIT
 *
 * Starting a program from the boot archive: packs its name and its arguments into
 * registers.
 */
#include <string.h>

#include <trapeze.h>

#define ARGUMENT_PIECE_BYTES 32U

long trapeze_create_words(const uint64_t name[5], long *elf_error);

/* Strings travel with their NUL: it is what ends an argument. */
static long add_argument(long child, const char *argument)
{
    size_t left = strlen(argument) + 1;

    while (left > 0) {
        size_t piece = left < ARGUMENT_PIECE_BYTES ? left : ARGUMENT_PIECE_BYTES;
        uint64_t words[ARGUMENT_PIECE_BYTES / sizeof(uint64_t)] = {0};
        memcpy(words, argument, piece);
        long error =
            sys_process_argument(child, piece, words[0], words[1], words[2], words[3]);
        if (error < 0)
            return error;
        argument += piece;
        left -= piece;
    }
    return 0;
}

/* Takes back a child that never ran. */
static void discard(long child)
{
    struct trapeze_child end;

    sys_process_kill(child);
    trapeze_wait(child, TRAPEZE_NEVER, &end);
}

long trapeze_create(int argc, char *const argv[], long *elf_error)
{
    uint64_t name[PROGRAM_NAME_BYTES / sizeof(uint64_t)] = {0};
    long detail;

    if (argc < 1)
        return E_INVALID;
    if (strlen(argv[0]) > sizeof(name))
        return E_NO_PROGRAM;
    memcpy(name, argv[0], strlen(argv[0]));
    long child = trapeze_create_words(name, elf_error != NULL ? elf_error : &detail);
    if (child < 0)
        return child;
    for (int i = 0; i < argc; i++) {
        long error = add_argument(child, argv[i]);
        if (error < 0) {
            discard(child);
            return error;
        }
    }
    return child;
}

long trapeze_spawn(int argc, char *const argv[])
{
    long child = trapeze_create(argc, argv, NULL);

    if (child > 0) {
        long error = sys_process_start(child);
        if (error < 0) {
            discard(child);
            return error;
        }
    }
    return child;
}
