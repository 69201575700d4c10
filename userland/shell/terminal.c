/* SPDX-License-Identifier: MIT
 *
 * The shell's keyboard, by the requests of trapeze/console.h.
 */
#include "terminal.h"

#include <stdio.h>

#include <trapeze.h>
#include <trapeze/console.h>

static char text[CONSOLE_TEXT_BYTES];
static size_t length;
static size_t taken;

uint64_t terminal_for_children(void) { return trapeze_inherited("console.child"); }

void terminal_take(void)
{
    trapeze_console_simple(CONSOLE_MODE, CONSOLE_RAW);
    trapeze_console_simple(CONSOLE_FOREGROUND, 0);
}

int terminal_read(void)
{
    if (taken == length) {
        fflush(stdout);
        taken = 0;
        length = trapeze_console_read(text);
        if (length == 0)
            return -1;
    }
    return (unsigned char)text[taken++];
}

void terminal_give(uint64_t process, uint64_t interrupt)
{
    struct trapeze_handle child = {0};
    struct trapeze_message message = {
        .label = CONSOLE_LABEL(CONSOLE_FOREGROUND, 0, (uint64_t)sys_process_self()),
        .grant = interrupt,
    };

    trapeze_handle_inspect(terminal_for_children(), &child);
    message.words[0] = process;
    message.words[1] = child.badge;
    trapeze_console_request(0, &message);
}

void terminal_forget(uint64_t process)
{
    struct trapeze_message message = {.label =
                                          CONSOLE_LABEL(CONSOLE_CLOSE, 0, process)};

    if (terminal_for_children() != 0)
        trapeze_console_request(terminal_for_children(), &message);
}
