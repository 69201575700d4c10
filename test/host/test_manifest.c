/* SPDX-License-Identifier: MIT
 *
 * servers/init/manifest*.c: each file of manifests/ says in its first line what init
 * has to say of it; scripts/authority has to say the same
 * (test/scripts/test_authority.py). The text is always a copy without a NUL, so ASan
 * sees a read beyond it.
 */
#include "host_test.h"

#include "servers/init/manifest.h"

#include <trapeze.h>
#include <trapeze/init_protocol.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES 8192
#define EXPECT "# expect: "

static struct manifest manifest;
static char *text; /* what the manifest points into */

static bool parse(const char *start, size_t length)
{
    free(text);
    text = malloc(length == 0 ? 1 : length);
    assert_non_null(text);
    memcpy(text, start, length);
    memset(&manifest, 0xa5, sizeof manifest); /* every field has to be written */
    return manifest_parse(text, length, &manifest);
}

static int free_text(void **state)
{
    (void)state;
    free(text);
    text = NULL;
    return 0;
}

/* Reads a file of manifests/ and parses it. What its first line expects. */
static const char *parse_file(const char *name)
{
    static char buffer[FILE_BYTES];
    static char expected[256];
    char path[512];

    snprintf(path, sizeof path, "%s/%s", MANIFESTS, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t length = fread(buffer, 1, sizeof buffer, file);
    fclose(file);
    assert_true(length < sizeof buffer);
    parse(buffer, length);
    assert_memory_equal(buffer, EXPECT, strlen(EXPECT));
    const char *start = buffer + strlen(EXPECT);
    snprintf(expected, sizeof expected, "%.*s", (int)strcspn(start, "\n"), start);
    return expected;
}

static void each_says_what_is_expected(void **state)
{
    (void)state;
    DIR *folder = opendir(MANIFESTS);
    const struct dirent *entry;
    size_t count = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        char said[256] = "good";
        if (strstr(entry->d_name, ".manifest") == NULL)
            continue;
        const char *expected = parse_file(entry->d_name);
        if (manifest.error != NULL && manifest.error_word[0] != '\0')
            snprintf(said, sizeof said, "%u: %s: '%s'", (unsigned)manifest.error_line,
                     manifest.error, manifest.error_word);
        else if (manifest.error != NULL)
            snprintf(said, sizeof said, "%u: %s", (unsigned)manifest.error_line,
                     manifest.error);
        assert_string_equal(said, expected);
        count++;
    }
    closedir(folder);
    assert_true(count > 35);
}

static uint32_t bit_of(const char *name)
{
    for (uint32_t i = 0; i < manifest.name_count; i++) {
        if (strcmp(manifest.names[i], name) == 0)
            return manifest_bit(i);
    }
    fail_msg("there is no name %s", name);
    return 0;
}

static const struct manifest_section *section(const char *name)
{
    const struct manifest_section *found = manifest_find(&manifest, name, strlen(name));
    assert_non_null(found);
    return found;
}

static void a_server(void **state)
{
    (void)state;
    parse_file("good.manifest");
    const struct manifest_section *console = section("console");
    assert_int_equal(console->kind, MANIFEST_SERVER);
    assert_int_equal(console->line, 3);
    assert_int_equal(console->priority, 12);
    assert_int_equal(console->pages, 64);
    assert_int_equal(console->slots, 32);
    assert_true(console->restart);
    assert_int_equal(console->ping_ms, 2000);
    assert_int_equal(console->ping_within_ms, 500);
    assert_int_equal(console->serves, bit_of("console"));
    assert_int_equal(console->uses, 0);
    assert_true(console->uart && console->log && !console->archive);
    assert_int_equal(console->state_pages, 2);
    assert_int_equal(manifest_badge(&manifest, console), 1);
    struct manifest_words words = console->program;
    struct manifest_words word;
    assert_true(manifest_next_word(&words, &word));
    assert_memory_equal(word.text, "console.elf", word.length);
    assert_true(manifest_next_word(&words, &word));
    assert_memory_equal(word.text, "base=$uart.offset", word.length);
    assert_false(manifest_next_word(&words, &word));
}

static void masks(void **state)
{
    (void)state;
    parse_file("good.manifest");
    const struct manifest_section *timed = section("timed");
    assert_int_equal(timed->uses,
                     bit_of("console") | bit_of("names") | bit_of("later"));
    assert_int_equal(timed->timed, bit_of("console") | bit_of("names"));
    assert_int_equal(timed->machine_rights, RIGHT_DEVICE | RIGHT_LOG);
    assert_int_equal(timed->pages, 4294967294);
    assert_int_equal(section("names")->pages, MANIFEST_MOST);
    assert_int_equal(section("names")->gives, bit_of("console"));
    assert_false(section("names")->restart);
    const struct manifest_section *shell = section("sh");
    assert_int_equal(shell->requests, 1 << INIT_LIST | 1 << INIT_KILL);
    assert_int_equal(shell->looks_up, MANIFEST_ALL);
    assert_int_equal(shell->client, manifest_badge(&manifest, section("guest")));
    assert_int_equal(section("guest")->registers, bit_of("x") | bit_of("y-z"));
    assert_int_equal(section("guest")->looks_up, bit_of("x"));
}

static void what_is_run(void **state)
{
    (void)state;
    parse_file("good.manifest");
    assert_ptr_equal(manifest_for_run(&manifest, "hog"), section("hog"));
    assert_ptr_equal(manifest_for_run(&manifest, "hogs"), section("*"));
    assert_ptr_equal(manifest_for_run(&manifest, "console"), section("*"));
    assert_ptr_equal(manifest_first(&manifest, MANIFEST_SHELL), section("sh"));
    parse_file("empty.manifest");
    assert_null(manifest_for_run(&manifest, "hog"));
    assert_null(manifest_first(&manifest, MANIFEST_SHELL));
}

static void nothing_at_all(void **state)
{
    (void)state;
    assert_false(parse("", 0));
    assert_string_equal(manifest.error, "the manifest is empty");
    assert_false(parse("\0server a", 9));
    assert_string_equal(manifest.error_word, "?server");
    assert_true(parse("client a", 8)); /* no newline at the end */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_says_what_is_expected, free_text),
        cmocka_unit_test_teardown(a_server, free_text),
        cmocka_unit_test_teardown(masks, free_text),
        cmocka_unit_test_teardown(what_is_run, free_text),
        cmocka_unit_test_teardown(nothing_at_all, free_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
