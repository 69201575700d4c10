/* SPDX-License-Identifier: MIT
 *
 * servers/names/policy.c. The list only grows, so each test has badges of its own.
 */
#include "host_test.h"

#include "servers/names/policy.h"

static void what_is_listed_is_allowed(void **state)
{
    (void)state;
    assert_true(policy_add("register=3:disk"));
    assert_true(policy_add("lookup=4:disk"));
    assert_true(policy_allows(POLICY_REGISTER, 3, "disk"));
    assert_true(policy_allows(POLICY_LOOKUP, 4, "disk"));
    assert_false(policy_allows(POLICY_LOOKUP, 3, "disk"));
    assert_false(policy_allows(POLICY_REGISTER, 4, "disk"));
    assert_false(policy_allows(POLICY_REGISTER, 3, "dis"));
    assert_false(policy_allows(POLICY_REGISTER, 3, "disks"));
    assert_false(policy_allows(POLICY_REGISTER, 0, "disk"));
}

static void all_names(void **state)
{
    (void)state;
    assert_true(policy_add("lookup=5:*"));
    assert_true(policy_allows(POLICY_LOOKUP, 5, "anything"));
    assert_false(policy_allows(POLICY_LOOKUP, 6, "anything"));
    assert_false(policy_allows(POLICY_REGISTER, 5, "anything"));
}

static void what_is_no_entry(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "register",
                                      "register=",
                                      "register=x:disk",
                                      "register=0:disk",
                                      "register=9",
                                      "register=9:",
                                      "lookup=9disk",
                                      "look=9:disk",
                                      "register=-:disk"};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        assert_false(policy_add(bad[i]));
    assert_false(policy_allows(POLICY_REGISTER, 9, "disk"));
}

static void a_full_list(void **state)
{
    (void)state;
    size_t count = 0;
    while (count < 1000 && policy_add("lookup=7:last"))
        count++;
    assert_true(count > 200 && count < 1000);
    assert_true(policy_allows(POLICY_LOOKUP, 7, "last"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_listed_is_allowed),
        cmocka_unit_test(all_names),
        cmocka_unit_test(what_is_no_entry),
        cmocka_unit_test(a_full_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
