/* SPDX-License-Identifier: MIT
 *
 * picolibc's process calls: _exit, getpid, kill. A signal is nothing that the kernel
 * knows; what the C library needs is the end of a process by raise() and abort().
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <trapeze.h>

#include "glue.h"

#define LAST_SIGNAL 31 /* raise() knows no higher one; not all versions have NSIG */

/* The flush is what ISO C leaves to the implementation for _Exit (C11, 7.22.4.5). */
_Noreturn void _exit(int status)
{
    if (glue_flush)
        glue_flush();
    sys_process_exit(status);
}

pid_t getpid(void) { return (pid_t)sys_process_self(); }

/* To itself: ends the program (raise() calls handlers by itself, and comes here for the
 * default action). Other processes have no number here: they are named by handles, and
 * trapeze_kill() ends a child. */
int kill(pid_t process, int number)
{
    if (number < 0 || number > LAST_SIGNAL) {
        errno = EINVAL;
        return -1;
    }
    if (process != getpid()) {
        errno = ESRCH;
        return -1;
    }
    if (number != 0)
        _exit(STATUS_SIGNAL_BASE + number);
    return 0;
}
