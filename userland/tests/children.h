/* SPDX-License-Identifier: MIT
 *
 * Test programs start themselves with a role and a number: `NAME ROLE NUMBER`.
 */
#pragma once

#include <trapeze.h>

#include "check.h"

/* A stopped child, or 0 after a failed check. */
static inline long make_child(const char *program, const char *role, unsigned number)
{
    char text[12];

    snprintf(text, sizeof(text), "%u", number);
    long id =
        trapeze_create(3, (char *[]){(char *)program, (char *)role, text, NULL}, NULL);
    if (!CHECK(id > 0)) {
        printf("    %s %s %u: %s\n", program, role, number, trapeze_error_meaning(id));
        return 0;
    }
    return id;
}

static inline long start_child(const char *program, const char *role, unsigned number)
{
    long id = make_child(program, role, number);

    if (id > 0)
        CHECK_EQUAL(sys_process_start(id), 0);
    return id;
}

/* Waits for that child, or any if `id` is 0; it has to exit with that status. */
static inline void expect_exit(long id, long status)
{
    struct trapeze_child end = {.kind = END_EXITED};
    char text[100];

    long ended = trapeze_wait(id, TRAPEZE_NEVER, &end);
    CHECK(ended > 0 && (id == 0 || ended == id));
    if (!CHECK(end.kind == END_EXITED && end.status == status))
        printf("    process %ld %s\n", ended,
               trapeze_describe(&end, text, sizeof(text)));
}
