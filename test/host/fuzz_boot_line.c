/* SPDX-License-Identifier: MIT
 *
 * A command line of any bytes, as init reads it: what points into the line stays inside
 * it, and every word of what is to be run arrives.
 */
#include "fuzz.h"

#include "servers/init/boot_line.h"

#include <string.h>

static void check_inside(struct boot_span part, const char *text, size_t length)
{
    CHECK(part.text >= text && part.length <= length);
    CHECK((size_t)(part.text - text) <= length - part.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct boot_arguments arguments;
    const char *text = (const char *)data;
    struct boot_problem problem;

    const struct boot_span run = boot_line_run(text, size, &problem);
    if (problem.text != NULL) {
        CHECK(problem.hint != NULL && problem.word.length >= strlen("trapeze."));
        check_inside(problem.word, text, size);
    }
    if (run.length == 0)
        return 0;
    check_inside(run, text, size);
    CHECK(boot_line_split(run, &arguments) || run.length >= BOOT_ARGUMENTS_MAX);
    CHECK(arguments.count >= 1 && arguments.count <= BOOT_ARGUMENTS_MAX);
    CHECK(arguments.words[arguments.count] == NULL);
    size_t total = 0;
    for (int i = 0; i < arguments.count; i++) {
        const char *word = arguments.words[i];
        CHECK(word >= arguments.text && word < arguments.text + sizeof arguments.text);
        total += strnlen(word, (size_t)(arguments.text + sizeof arguments.text - word));
    }
    CHECK(total <= run.length);
    return 0;
}
