/* SPDX-License-Identifier: MIT
 *
 * base/list.h.
 */
#include "host_test.h"

#include "base/list.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct item {
    int value;
    struct list link;
};

static void expect(struct list *head, const char *values)
{
    struct list *previous = head;
    LIST_FOR_EACH (link, head) {
        assert_int_equal(container_of(link, struct item, link)->value, *values++);
        assert_ptr_equal(link->previous, previous);
        previous = link;
    }
    assert_int_equal(*values, '\0');
    assert_ptr_equal(head->previous, previous);
}

static void elements_keep_their_order(void **state)
{
    (void)state;
    struct list head;
    struct item a = {.value = 'a'}, b = {.value = 'b'}, c = {.value = 'c'},
                d = {.value = 'd'};

    list_init(&head);
    assert_true(list_is_empty(&head));
    assert_null(LIST_FIRST(&head, struct item, link));
    expect(&head, "");

    list_append(&head, &b.link);
    list_append(&head, &c.link);
    list_prepend(&head, &a.link);
    expect(&head, "abc");
    list_insert_before(&c.link, &d.link);
    expect(&head, "abdc");
    assert_false(list_is_empty(&head));
    assert_ptr_equal(LIST_FIRST(&head, struct item, link), &a);

    list_remove(&d.link);
    expect(&head, "abc");
    assert_false(list_is_linked(&d.link));
    list_append(&head, &d.link);
    expect(&head, "abcd");
    list_remove(&a.link);
    assert_false(list_is_linked(&a.link));
    expect(&head, "bcd");
    list_remove(&d.link);
    list_remove(&b.link);
    list_remove(&c.link);
    assert_true(list_is_empty(&head));
}

enum mistake { NONE, LINKED_TWICE, REMOVED_TWICE, BROKEN_NEIGHBOUR, BROKEN_POSITION };

static void make(enum mistake mistake)
{
    struct list head;
    struct item a = {0}, b = {0};

    list_init(&head);
    list_append(&head, &a.link);
    list_append(&head, &b.link);
    switch (mistake) {
    case NONE:
        list_remove(&a.link);
        break;
    case LINKED_TWICE:
        list_append(&head, &a.link);
        break;
    case REMOVED_TWICE:
        list_remove(&a.link);
        list_remove(&a.link);
        break;
    case BROKEN_NEIGHBOUR:
        b.link.previous = &b.link;
        list_remove(&a.link);
        break;
    case BROKEN_POSITION:
        list_remove(&b.link);
        head.next = &head;
        list_insert_before(&a.link, &b.link);
        break;
    }
}

/* Whether the mistake is caught by an assert, in a child since it aborts. */
static bool is_caught(enum mistake mistake)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        make(mistake);
        _exit(EXIT_SUCCESS);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void mistakes_are_caught(void **state)
{
    (void)state;
    assert_false(is_caught(NONE));
    assert_true(is_caught(LINKED_TWICE));
    assert_true(is_caught(REMOVED_TWICE));
    assert_true(is_caught(BROKEN_NEIGHBOUR));
    assert_true(is_caught(BROKEN_POSITION));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_keep_their_order),
        cmocka_unit_test(mistakes_are_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
