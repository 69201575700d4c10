/* SPDX-License-Identifier: MIT
 *
 * How a program can end: each way is tried by a child (this program, with an argument),
 * whose status the parent checks. What they print is checked from outside.
 */
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <trapeze.h>

#include "check.h"

#define PROGRAM "test-abort"

static void at_exit(void) { fputs(PROGRAM ": the exit handler ran\n", stdout); }

static const char *role = "";

static void leave_at_exit(void) { _Exit(77); }

__attribute__((destructor)) static void leave_in_destructor(void)
{
    if (strcmp(role, "destructor") == 0)
        _Exit(78);
}

static void leave_in_handler(int number) { _Exit(79 + number - SIGABRT); }

static int child(const char *how)
{
    role = how;
    printf(PROGRAM ": unflushed, %s\t", how); /* comes out all the same */
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "assert") == 0)
        assert(how == NULL);
    if (strcmp(how, "raise") == 0)
        raise(SIGTERM);
    if (strcmp(how, "_Exit") == 0)
        _Exit(7);
    if (strcmp(how, "exit") == 0) {
        atexit(at_exit);
        exit(300);
    }
    if (strcmp(how, "atexit") == 0)
        atexit(leave_at_exit);
    if (strcmp(how, "handler") == 0) {
        signal(SIGABRT, leave_in_handler);
        abort();
    }
    return 99;
}

static void check_status(const char *how, long status)
{
    struct trapeze_child end;

    long id = trapeze_spawn(2, (char *[]){PROGRAM, (char *)how, NULL});
    CHECK_EQUAL(trapeze_wait(id, TRAPEZE_NEVER, &end), id);
    CHECK_EQUAL(end.kind, END_EXITED);
    CHECK_EQUAL(end.status, status);
}

int main(int argc, char *argv[])
{
    if (argc == 2)
        return child(argv[1]);
    check_status("abort", 128 + SIGABRT);
    check_status("assert", 128 + SIGABRT);
    check_status("raise", 128 + SIGTERM);
    check_status("_Exit", 7);
    check_status("exit", 300 & 0xff);
    check_status("return", 99);
    check_status("atexit", 77);
    check_status("destructor", 78);
    check_status("handler", 79);
    return check_end(PROGRAM);
}
