/* SPDX-License-Identifier: MIT
 *
 * userland/lib/startup.c: blocks are built in a page that is allocated to the byte, and
 * read as the child reads them.
 */
#include "host_test.h"

#include "lib/startup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *const nothing[] = {NULL};

static struct trapeze_startup *new_block(void)
{
    struct trapeze_startup *block = calloc(1, TRAPEZE_STARTUP_BYTES);
    assert_non_null(block);
    return block;
}

static void strings_come_back(void **state)
{
    (void)state;
    char *const argv[] = {"program", "", "two words", NULL};
    char *const environment[] = {"A=1", "PATH=", NULL};
    struct trapeze_startup *block = new_block();

    assert_true(startup_build(block, 3, argv, environment));
    char **pointers = startup_pointers(block);
    assert_int_equal((uintptr_t)pointers % sizeof(char *), 0);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(pointers[i], argv[i]);
    assert_null(pointers[3]);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(pointers[4 + i], environment[i]);
    assert_null(pointers[6]);
    free(block);
}

static void nothing_comes_back(void **state)
{
    (void)state;
    struct trapeze_startup *block = new_block();

    assert_true(startup_build(block, 0, nothing, nothing));
    char **pointers = startup_pointers(block);
    assert_null(pointers[0]);
    assert_null(pointers[1]);
    free(block);
}

/* Whether two strings of these lengths fit; if so, they come back. */
static bool fits(size_t argument_length, size_t variable_length)
{
    struct trapeze_startup *block = new_block();
    char *argument = calloc(1, argument_length + 1);
    char *variable = calloc(1, variable_length + 1);
    char *const argv[] = {argument, NULL};
    char *const environment[] = {variable, NULL};

    assert_non_null(argument);
    assert_non_null(variable);
    memset(argument, 'a', argument_length);
    memset(variable, 'v', variable_length);
    const bool result = startup_build(block, 1, argv, environment);
    if (result) {
        char **pointers = startup_pointers(block);
        assert_string_equal(pointers[0], argument);
        assert_string_equal(pointers[2], variable);
        assert_null(pointers[3]);
    }
    free(variable);
    free(argument);
    free(block);
    return result;
}

static void a_page_and_no_more(void **state)
{
    (void)state;
    const size_t room = TRAPEZE_STARTUP_BYTES - sizeof(struct trapeze_startup) -
                        4 * sizeof(char *); /* argv and envp, each with its NULL */

    for (size_t first = 0; first <= room; first += 7) {
        if (first + 2 <= room)
            assert_true(fits(first, room - 2 - first));
        assert_false(fits(first, room - 1 - first));
        assert_false(fits(room + first, 0));
    }
}

static void many_strings(void **state)
{
    (void)state;
    static char *argv[TRAPEZE_STARTUP_BYTES + 1];
    struct trapeze_startup *block = NULL;
    int most = 0;

    for (size_t i = 0; i < TRAPEZE_STARTUP_BYTES; i++)
        argv[i] = "";
    for (int count = 1; count < TRAPEZE_STARTUP_BYTES; count++) {
        block = new_block();
        if (startup_build(block, count, argv, nothing)) {
            assert_int_equal(most, count - 1); /* none beyond the first that fails */
            most = count;
            startup_pointers(block);
        }
        free(block);
    }
    /* Each takes its NUL and its pointer. */
    assert_int_equal(most,
                     (TRAPEZE_STARTUP_BYTES - sizeof(struct trapeze_startup) - 16) / 9);
}

static void handles_by_name(void **state)
{
    (void)state;
    struct trapeze_startup *block = new_block();
    char name[TRAPEZE_NAME_BYTES + 1];

    startup_set(NULL);
    assert_int_equal(trapeze_inherited("console"), 0);
    startup_set(block);
    assert_ptr_equal(trapeze_startup(), block);
    assert_int_equal(trapeze_inherited("console"), 0);
    assert_int_equal(trapeze_adopt("console", 5), 0);
    assert_int_equal(trapeze_adopt("con", 6), 0);
    assert_int_equal(trapeze_inherited("console"), 5);
    assert_int_equal(trapeze_inherited("con"), 6);
    assert_int_equal(trapeze_inherited("consoles"), 0);
    assert_int_equal(trapeze_adopt("console", 7), 0);
    assert_int_equal(trapeze_inherited("console"), 7);
    assert_int_equal(block->handle_count, 2);

    assert_int_equal(trapeze_adopt("", 1), E_INVALID);
    assert_int_equal(trapeze_adopt("sixteen-letters-", 1), E_INVALID);
    assert_int_equal(trapeze_adopt("fifteen-letters", 8), 0);
    assert_int_equal(trapeze_inherited("fifteen-letters"), 8);
    while (block->handle_count < TRAPEZE_STARTUP_HANDLES) {
        snprintf(name, sizeof name, "n%u", (unsigned)block->handle_count);
        assert_int_equal(trapeze_adopt(name, 100 + block->handle_count), 0);
    }
    assert_int_equal(trapeze_adopt("another", 1), E_NO_SLOT);
    assert_int_equal(trapeze_adopt("console", 9), 0);
    assert_int_equal(trapeze_inherited("console"), 9);
    startup_set(NULL);
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_come_back),  cmocka_unit_test(nothing_comes_back),
        cmocka_unit_test(a_page_and_no_more), cmocka_unit_test(many_strings),
        cmocka_unit_test(handles_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
