/* SPDX-License-Identifier: MIT
 *
 * abort() that can be seen: after the handler for SIGABRT, if there is one
 * (C11, 7.22.4.1), it says so on the console and ends the process with the status 128 +
 * SIGABRT, 134.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <trapeze.h>

#include "glue.h"

_Noreturn void abort(void)
{
    static const char text[] = "aborted\n";
    void (*handler)(int) = signal(SIGABRT, SIG_DFL);

    if (handler != SIG_DFL && handler != SIG_IGN && handler != SIG_ERR)
        handler(SIGABRT);
    if (glue_flush)
        glue_flush();
    trapeze_console_write(text, sizeof(text) - 1);
    _exit(STATUS_SIGNAL_BASE + SIGABRT);
}
