/* SPDX-License-Identifier: MIT
 *
 * Whether code panics, and with which message. A panic ends the process, so the code
 * runs in a child, which sends the message through a pipe. Needs base/panic.c and
 * base/printk.c.
 */
#pragma once

#include "base/panic.h"
#include "base/printk.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PANIC_MESSAGE_BYTES 512

static int panic_pipe;

/* What panic() has logged, without prefix and newline. */
static inline const char *panic_message(void)
{
    static char message[PANIC_MESSAGE_BYTES];
    const struct trapeze_log *log = printk_ring();
    uint64_t position = panic_position();
    size_t length = 0;
    if (position == UINT64_MAX)
        return NULL;
    for (position += strlen("trapeze: panic: ");
         position + 1 < log->end && length + 1 < sizeof message; position++)
        message[length++] = log->text[position % LOG_TEXT_BYTES];
    return message;
}

static inline void send_message(int signal_number)
{
    (void)signal_number;
    write_coverage();
    const char *message =
        panic_message() == NULL ? "abort without a panic" : panic_message();
    const ssize_t sent = write(panic_pipe, message, strlen(message));
    _exit(sent == (ssize_t)strlen(message) ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* The message with which action(argument) panics, until the next call; NULL if it does
 * not. */
static inline const char *panic_of(void (*action)(void *), void *argument)
{
    static char message[PANIC_MESSAGE_BYTES];
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        panic_pipe = ends[1];
        signal(SIGABRT, send_message);
        action(argument);
        _exit(EXIT_SUCCESS);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t taken;
    while ((taken = read(ends[0], message + length, sizeof message - 1 - length)) > 0)
        length += (size_t)taken;
    message[length] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS);
    return length == 0 ? NULL : message;
}

/* It panics, and the message tells of `reason`. */
static inline void expect_panic(void (*action)(void *), void *argument,
                                const char *reason)
{
    const char *message = panic_of(action, argument);
    if (message == NULL)
        fail_msg("no panic, but one was expected: %s", reason);
    if (strstr(message, reason) == NULL)
        fail_msg("the panic '%s' does not tell of '%s'", message, reason);
}
