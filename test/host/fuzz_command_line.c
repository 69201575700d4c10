/* SPDX-License-Identifier: MIT
 *
 * A command line of any bytes: options stay in their limits, what points into the line
 * stays inside it, and no byte of a word gets lost.
 */
#include "fuzz.h"

#include "boot/command_line.h"

#include <string.h>

static void check_inside(const char *part, size_t part_length, const char *text,
                         size_t length)
{
    CHECK(part >= text && part_length <= length);
    CHECK((size_t)(part - text) <= length - part_length);
}

static void check_words(const char *text, size_t length, size_t capacity)
{
    char *buffer = malloc(capacity == 0 ? 1 : capacity); /* so that ASan sees its end */
    const char *rest = text;
    size_t rest_length = length;
    enum word_result result;

    CHECK(buffer != NULL);
    for (;;) {
        const size_t before = rest_length;
        result = command_line_next_word(&rest, &rest_length, buffer, capacity);
        CHECK(rest_length <= before && rest + rest_length == text + length);
        if (result == WORD_END)
            break;
        CHECK(rest_length < before); /* so there is an end */
        if (capacity == 0)
            CHECK(result == WORD_TOO_LONG);
        else
            CHECK(memchr(buffer, '\0', capacity) != NULL);
        CHECK(result == WORD_FOUND || capacity <= before - rest_length);
    }
    CHECK(rest_length == 0);
    free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct boot_options options;
    const char *text = (const char *)data;

    command_line_parse(text, size, &options);
    CHECK(options.timer == BOOT_TIMER_SBI || options.timer == BOOT_TIMER_SSTC ||
          options.timer == BOOT_TIMER_AUTO);
    CHECK(options.slice_us >= MIN_SLICE_US && options.slice_us <= MAX_SLICE_US);
    CHECK(options.asid_bits_limit <= MAX_ASID_BITS);
    CHECK(options.run_length != 0);
    if (options.run_length != 4 || memcmp(options.run, "demo", 4) != 0)
        check_inside(options.run, options.run_length, text, size);
    CHECK(options.problem_count <= COMMAND_LINE_MAX_PROBLEMS);
    CHECK(options.problems_dropped == 0 ||
          options.problem_count == COMMAND_LINE_MAX_PROBLEMS);
    for (size_t i = 0; i < options.problem_count; i++) {
        const struct command_line_problem *problem = &options.problems[i];
        CHECK(problem->word_length != 0);
        check_inside(problem->word, problem->word_length, text, size);
        CHECK(problem->text != NULL && problem->hint != NULL);
    }
    check_words(options.run, options.run_length, 8);
    check_words(text, size, 0);
    check_words(text, size, 16);
    check_words(text, size, size + 1);
    return 0;
}
