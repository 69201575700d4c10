/* SPDX-License-Identifier: MIT
 *
 * Test programs start themselves with a role and a number: `NAME ROLE NUMBER`.
 *
 * Children get small budgets, so that many fit: LEAST is what each needs to start, and
 * CHILD is enough for a few pages of heap. A child that has descendants gets theirs,
 * too, and the pages of their images, which their parent pays for.
 */
#pragma once

#include <trapeze.h>

#include "check.h"

#define LEAST_PAGES 8U /* structures, page tables, a page of handles */
#define LEAST_SLOTS 4U /* as many mappings */
#define CHILD_PAGES 20U
#define CHILD_SLOTS 12U
#define DESCENDANT_PAGES 64U /* a budget, an image, and the tables that spawn makes */
#define DESCENDANT_SLOTS 32U

/* A stopped child with such a budget, or an error. */
static inline long spawn_stopped(const char *program, const char *role, unsigned number,
                                 size_t pages, size_t slots)
{
    char text[12];
    char *argv[] = {(char *)program, (char *)role, text, NULL};
    const struct trapeze_spawn_options options = {
        .pages = pages, .slots = slots, .priority = -1, .stopped = true};

    snprintf(text, sizeof(text), "%u", number);
    return trapeze_spawn_with(3, argv, &options);
}

/* A stopped child with so many descendants, or 0 after a failed check. */
static inline long make_family(const char *program, const char *role, unsigned number,
                               unsigned descendants)
{
    const long child = spawn_stopped(program, role, number,
                                     CHILD_PAGES + descendants * DESCENDANT_PAGES,
                                     CHILD_SLOTS + descendants * DESCENDANT_SLOTS);
    if (!CHECK(child > 0)) {
        printf("    %s %s %u: %s\n", program, role, number,
               trapeze_error_meaning(child));
        return 0;
    }
    return child;
}

static inline long start_family(const char *program, const char *role, unsigned number,
                                unsigned descendants)
{
    const long child = make_family(program, role, number, descendants);

    if (child > 0)
        CHECK_EQUAL(trapeze_start_spawned(child), 0);
    return child;
}

/* The same without descendants. */
static inline long make_child(const char *program, const char *role, unsigned number)
{
    return make_family(program, role, number, 0);
}

static inline long start_child(const char *program, const char *role, unsigned number)
{
    return start_family(program, role, number, 0);
}

/* Waits for that child, or any if `child` is 0; it has to exit with that status. */
static inline void expect_exit(long child, long status)
{
    struct trapeze_child end = {.kind = END_EXITED};
    char text[100];

    const long ended = trapeze_wait(child, TRAPEZE_NEVER, &end);
    CHECK(ended > 0 && (child == 0 || ended == child));
    if (!CHECK(end.kind == END_EXITED && end.status == status))
        printf("    process 0x%lx %s\n", ended,
               trapeze_describe(&end, text, sizeof(text)));
}

/* Waits for that child, which has been killed. */
static inline void expect_killed(long child)
{
    struct trapeze_child end = {.kind = END_EXITED};

    CHECK_EQUAL(trapeze_wait(child, TRAPEZE_NEVER, &end), child);
    CHECK_EQUAL(end.kind, END_KILLED);
}

static inline void kill_child(long child)
{
    CHECK_EQUAL(trapeze_kill(child), 0);
    expect_killed(child);
}

/* Until what others are still about is done: the console shows what was written, and
 * init looks after its servers shortly after it has started them. */
static inline void let_others_finish(void)
{
    trapeze_sleep_until(trapeze_time() +
                        (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ) / 20);
}
