/* SPDX-License-Identifier: MIT
 *
 * base/panic.c and base/assert.h. A panic ends the process, so each runs in a child,
 * which tells by its exit status what its SIGABRT handler saw.
 */
#include "host_test.h"

#include "base/assert.h"
#include "base/panic.h"
#include "base/printk.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AS_EXPECTED = 3, OTHER_POSITION = 4, OTHER_LOG = 5 };

static const char *expected_message;
static uint64_t position_before;

static void judge(int signal_number)
{
    (void)signal_number;
    static char line[1024];
    const struct trapeze_log *log = printk_ring();

    strcpy(line, "trapeze: panic: ");
    strcat(line, expected_message);
    strcat(line, "\n");
    if (panic_position() != position_before)
        _exit(OTHER_POSITION);
    _exit(log->end == position_before + strlen(line) &&
                  memcmp(log->text + position_before, line, strlen(line)) == 0
              ? AS_EXPECTED
              : OTHER_LOG);
}

enum cause { BY_PANIC, BY_ASSERT, BY_ASSERT_WITH_PERCENT, NO_CAUSE };

static void expect_assertion(const char *expression, int line)
{
    static char message[512];
    snprintf(message, sizeof message, "assertion failed: %s, %s:%d", expression,
             __FILE__, line);
    expected_message = message;
}

static void stop(enum cause cause)
{
    const int one = 1;

    printk("something before it\n");
    position_before = printk_ring()->end;
    switch (cause) {
    case BY_PANIC:
        expected_message = "frame 0x80200000 is free twice";
        panic("frame 0x%lx is free %s", 0x80200000UL, "twice");
    case BY_ASSERT:
        expect_assertion("one == 2", __LINE__ + 1);
        assert(one == 2);
        break;
    case BY_ASSERT_WITH_PERCENT:
        expect_assertion("one % 1 == 1", __LINE__ + 1);
        assert(one % 1 == 1);
        break;
    case NO_CAUSE:
        assert(one == 1);
        break;
    }
}

static int status_of(enum cause cause)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, judge);
        stop(cause);
        _exit(panic_position() == UINT64_MAX ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_panic_keeps_and_logs_its_message(void **state)
{
    (void)state;
    assert_int_equal(status_of(BY_PANIC), AS_EXPECTED);
    assert_int_equal(panic_position(), UINT64_MAX); /* of this process */
}

static void a_failed_assertion_names_itself(void **state)
{
    (void)state;
    assert_int_equal(status_of(BY_ASSERT), AS_EXPECTED);
    assert_int_equal(status_of(BY_ASSERT_WITH_PERCENT), AS_EXPECTED);
}

static void a_true_assertion_does_nothing(void **state)
{
    (void)state;
    assert_int_equal(status_of(NO_CAUSE), EXIT_SUCCESS);
}

/* A second panic, as of a handler that panics in turn, keeps the first message. */
static void panic_again(int signal_number)
{
    (void)signal_number;
    static int depth;
    if (depth++ == 0) {
        signal(SIGABRT, panic_again);
        sigset_t abort_signal;
        sigemptyset(&abort_signal);
        sigaddset(&abort_signal, SIGABRT);
        sigprocmask(SIG_UNBLOCK, &abort_signal, NULL);
        panic("second");
    }
    judge(0);
}

static void a_panic_within_a_panic_keeps_the_first(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, panic_again);
        stop(BY_PANIC);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), AS_EXPECTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_panic_keeps_and_logs_its_message),
        cmocka_unit_test(a_failed_assertion_names_itself),
        cmocka_unit_test(a_true_assertion_does_nothing),
        cmocka_unit_test(a_panic_within_a_panic_keeps_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
