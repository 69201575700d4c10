/* SPDX-License-Identifier: MIT
 *
 * What init works out before it starts anything: what the command line says, what the
 * device tree says, the programs' arguments, and how long a restart waits.
 */
#include "host_test.h"

#include "servers/init/arguments.h"
#include "servers/init/boot_line.h"
#include "servers/init/boot_tree.h"
#include "servers/init/restart.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct boot_arguments arguments;
static struct boot_problem problem;
static char *line; /* a copy without a NUL, so ASan sees a read beyond it */

static struct boot_span run_of(const char *text)
{
    const size_t length = strlen(text);
    free(line);
    line = malloc(length == 0 ? 1 : length);
    assert_non_null(line);
    memcpy(line, text, length);
    return boot_line_run(line, length, &problem);
}

static int free_line(void **state)
{
    (void)state;
    free(line);
    line = NULL;
    return 0;
}

static void expect_words(bool whole, int count, const char *const words[])
{
    assert_true(whole);
    assert_int_equal(arguments.count, count);
    for (int i = 0; i < count; i++)
        assert_string_equal(arguments.words[i], words[i]);
    assert_null(arguments.words[count]);
}

static void nothing_to_run(void **state)
{
    (void)state;
    static const char *const lines[] = {"",
                                        " ",
                                        "timer=sbi",
                                        "run=a trapezerun=b",
                                        "x=\"trapeze.run=a\"",
                                        "a\"b trapeze.run=c\""};
    for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
        assert_int_equal(run_of(lines[i]).length, 0);
        assert_null(problem.text);
    }
}

static void words_of_a_command(void **state)
{
    (void)state;
    struct boot_span run =
        run_of("timer=sbi trapeze.run=\"echo  a\\ b \\\"c\\\" d\\\\e\" slice=1ms");
    assert_null(problem.text);
    expect_words(boot_line_split(run, &arguments), 4,
                 (const char *const[]){"echo", "a b", "\"c\"", "d\\e"});
    run = run_of("trapeze.run=a\ttrapeze.run=hog");
    expect_words(boot_line_split(run, &arguments), 1, (const char *const[]){"hog"});
    run = run_of("trapeze.run=\"\n a\\\" \"");
    expect_words(boot_line_split(run, &arguments), 1, (const char *const[]){"a\""});
}

static void mistakes_on_the_line(void **state)
{
    (void)state;
    const struct {
        const char *line;
        const char *text;
        const char *word;
    } cases[] = {
        {"trapeze.run=", "bad value in", "trapeze.run="},
        {"a trapeze.run b", "bad value in", "trapeze.run"},
        {"trapeze.run=\"  \"", "bad value in", "trapeze.run=\"  \""},
        {"trapeze.run=a\"b\"", "bad value in", "trapeze.run=a\"b\""},
        {"trapeze.run=\"a", "no closing quote in", "trapeze.run=\"a"},
        {"trapeze.fly=a", "unknown word", "trapeze.fly=a"},
        {"trapeze.runs=a trapeze.x", "unknown word", "trapeze.runs=a"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        assert_int_equal(run_of(cases[i].line).length, 0);
        assert_string_equal(problem.text, cases[i].text);
        assert_int_equal(problem.word.length, strlen(cases[i].word));
        assert_memory_equal(problem.word.text, cases[i].word, problem.word.length);
        assert_non_null(problem.hint);
    }
}

static void limits_of_a_command(void **state)
{
    (void)state;
    static char text[2 * BOOT_ARGUMENT_BYTES];
    const struct boot_span run = {text, BOOT_ARGUMENT_BYTES - 1};
    memset(text, 'a', sizeof text);
    assert_true(boot_line_split(run, &arguments));
    assert_int_equal(strlen(arguments.words[0]), BOOT_ARGUMENT_BYTES - 1);
    assert_false(
        boot_line_split((struct boot_span){text, BOOT_ARGUMENT_BYTES}, &arguments));
    assert_int_equal(strlen(arguments.words[0]), BOOT_ARGUMENT_BYTES - 1);
    for (size_t i = 1; i < sizeof text; i += 2)
        text[i] = ' ';
    assert_true(
        boot_line_split((struct boot_span){text, 2 * BOOT_ARGUMENTS_MAX}, &arguments));
    assert_int_equal(arguments.count, BOOT_ARGUMENTS_MAX);
    assert_false(boot_line_split((struct boot_span){text, 2 * BOOT_ARGUMENTS_MAX + 1},
                                 &arguments));
}

static void delays_of_restarts(void **state)
{
    (void)state;
    static const uint32_t delays[] = {0, 10, 20, 40, 80, 160, 320, 640, 1000, 1000};
    struct restart restart = {0};
    for (size_t i = 0; i < ARRAY_LENGTH(delays); i++)
        assert_int_equal(restart_after_end(&restart, 9999), delays[i]);
    assert_int_equal(restart_after_end(&restart, 10000), 0);
    assert_int_equal(restart_after_end(&restart, 0), 10);
    assert_int_equal(restart.count, ARRAY_LENGTH(delays) + 2);
}

static const char manifest_text[] =
    "server console\npriority 1\npages 1\nslots 1\nrestart always\nserves console\n"
    "program tty base-offset=$uart.offset shift=$uart.reg-shift "
    "width=$uart.reg-io-width owner=$badge.sh x$y # no more\n"
    "shell sh\npriority 1\npages 1\nslots 1\nrestart always\nlookup *\n"
    "client guest\nregister a b\nlookup c\n"
    "server names\npriority 1\npages 1\nslots 1\nrestart always\n"
    "program names -v $policy\n";

static const struct boot_uart uart = {0x10000100, 0x100, 2, 4, 10};

static const char *make(struct manifest *manifest, const char *name)
{
    assert_true(manifest_parse(manifest_text, sizeof manifest_text - 1, manifest));
    const struct manifest_section *section =
        manifest_find(manifest, name, strlen(name));
    assert_non_null(section);
    return arguments_make(manifest, section, &uart, &arguments);
}

static void arguments_of_the_manifest(void **state)
{
    (void)state;
    static struct manifest manifest;
    assert_null(make(&manifest, "sh"));
    expect_words(true, 1, (const char *const[]){"sh"});
    assert_non_null(make(&manifest, "console")); /* what is x$y? */
    assert_null(make(&manifest, "names"));
    expect_words(true, 6,
                 (const char *const[]){"names", "-v", "lookup=2:*", "register=3:a",
                                       "register=3:b", "lookup=3:c"});
    const size_t length = (size_t)(strstr(manifest_text, " x$y") - manifest_text);
    assert_true(manifest_parse(manifest_text, length, &manifest));
    assert_non_null(/* there is no shell now to have a badge */
                    arguments_make(&manifest, manifest.sections, &uart, &arguments));
    char *known = strndup(manifest_text, length);
    memcpy(strstr(known, "$badge.sh"), "$badge.co", 9);
    known = realloc(known, length + 32);
    strcpy(known + length, "nsole # it");
    assert_true(manifest_parse(known, strlen(known), &manifest));
    assert_null(arguments_make(&manifest, manifest.sections, &uart, &arguments));
    expect_words(true, 5,
                 (const char *const[]){"tty", "base-offset=256", "shift=2", "width=4",
                                       "owner=1"});
    free(known);
    static const char nameless[] =
        "run a\npriority 1\npages 1\nslots 1\nprogram $policy";
    assert_true(manifest_parse(nameless, sizeof nameless - 1, &manifest));
    assert_non_null(arguments_make(&manifest, manifest.sections, &uart, &arguments));
}

static struct boot_tree read_tree(const char *name)
{
    static char blob[65536];
    struct boot_tree tree;
    char path[512];

    snprintf(path, sizeof path, "%s%s.dtb", TREES, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t length = fread(blob, 1, sizeof blob, file);
    fclose(file);
    boot_tree_read(&(struct boot_blob){blob, length}, &tree);
    return tree;
}

static void trees_of_qemu(void **state)
{
    (void)state;
    static const char *const names[] = {"qemu-7.2", "qemu-7.2-numa", "qemu-10"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        const struct boot_tree tree = read_tree(names[i]);
        assert_int_equal(tree.uart.address, 0x10000000);
        assert_int_equal(tree.uart.length, 0x100);
        assert_int_equal(tree.uart.reg_shift, 0);
        assert_int_equal(tree.uart.reg_io_width, 1);
        assert_int_equal(tree.uart.interrupt, 10);
    }
}

static void named_uarts(void **state)
{
    (void)state;
    struct boot_tree tree = read_tree("board"); /* by an alias, with options */
    assert_int_equal(tree.uart.address, 0x10010000);
    assert_int_equal(tree.uart.reg_shift, 2);
    assert_int_equal(tree.uart.reg_io_width, 4);
    assert_int_equal(tree.uart.interrupt, 33);
    tree = read_tree("other-console"); /* is none that is known */
    assert_int_equal(tree.uart.length, 0);
}

static void no_tree(void **state)
{
    (void)state;
    struct boot_tree tree;
    boot_tree_read(&(struct boot_blob){"", 0}, &tree);
    assert_string_equal(tree.bootargs, "");
    assert_int_equal(tree.uart.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nothing_to_run, free_line),
        cmocka_unit_test_teardown(words_of_a_command, free_line),
        cmocka_unit_test_teardown(mistakes_on_the_line, free_line),
        cmocka_unit_test(limits_of_a_command),
        cmocka_unit_test(delays_of_restarts),
        cmocka_unit_test(arguments_of_the_manifest),
        cmocka_unit_test(trees_of_qemu),
        cmocka_unit_test(named_uarts),
        cmocka_unit_test(no_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
