/* SPDX-License-Identifier: MIT
 *
 * The file descriptors that picolibc's POSIX layer expects. There is no file system:
 * descriptors 0, 1 and 2 are the console, and nothing else can be opened, so that a
 * program that tries is told so at run time.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <trapeze.h>

#include "glue.h"

static int fail(int error)
{
    errno = error;
    return -1;
}

int open(const char *path, int flags, ...)
{
    (void)path;
    (void)flags;
    return fail(ENOENT);
}

int unlink(const char *path)
{
    (void)path;
    return fail(ENOENT);
}

int stat(const char *restrict path, struct stat *restrict status)
{
    (void)path;
    (void)status;
    return fail(ENOENT);
}

int close(int descriptor) { return descriptor <= STDERR_FILENO ? 0 : fail(EBADF); }

/* From the same buffer as stdin. */
ssize_t read(int descriptor, void *buffer, size_t length)
{
    if (descriptor != STDIN_FILENO)
        return fail(EBADF);
    return (ssize_t)glue_read(buffer, length);
}

ssize_t write(int descriptor, const void *buffer, size_t length)
{
    if (descriptor != STDOUT_FILENO && descriptor != STDERR_FILENO)
        return fail(EBADF);
    if (glue_flush)
        glue_flush();
    trapeze_console_write(buffer, length);
    return (ssize_t)length;
}

off_t lseek(int descriptor, off_t offset, int whence)
{
    (void)offset;
    (void)whence;
    return fail(descriptor >= STDIN_FILENO && descriptor <= STDERR_FILENO ? ESPIPE
                                                                          : EBADF);
}

int fstat(int descriptor, struct stat *status)
{
    if (descriptor < STDIN_FILENO || descriptor > STDERR_FILENO)
        return fail(EBADF);
    *status = (struct stat){.st_mode = S_IFCHR};
    return 0;
}

int isatty(int descriptor)
{
    if (descriptor < STDIN_FILENO || descriptor > STDERR_FILENO)
        return fail(EBADF) + 1;
    if (trapeze_inherited("console") == 0)
        return fail(ENOTTY) + 1;
    return 1;
}
