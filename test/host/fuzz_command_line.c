/* SPDX-License-Identifier: MIT
 *
 * A command line of any bytes: options stay in their limits, nothing beyond its end is
 * read, and the log says of each word at most once what it says.
 */
#include "fuzz.h"

#include "base/printk.h"
#include "boot/command_line.h"

#include <stdbool.h>
#include <string.h>

#define COMPLAINT_BYTES 256 /* without the word */

/* Bytes logged of it. */
static uint64_t parse(const char *line, struct boot_options *options)
{
    const uint64_t before = printk_ring()->end;
    *options = command_line_parse(line);
    return printk_ring()->end - before;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct boot_options options;
    struct boot_options again;
    size_t words = 0;
    char *line = malloc(size + 1); /* its own, so that ASan sees its end */

    CHECK(line != NULL);
    memcpy(line, data, size);
    line[size] = '\0';
    const uint64_t logged = parse(line, &options);
    CHECK(options.timer == BOOT_TIMER_SBI || options.timer == BOOT_TIMER_SSTC ||
          options.timer == BOOT_TIMER_AUTO);
    CHECK(options.slice_us >= MIN_SLICE_US && options.slice_us <= MAX_SLICE_US);
    CHECK(options.asid_bits_limit <= MAX_ASID_BITS);

    for (const char *c = line; *c != '\0'; c++)
        words += strchr(" \t\n", *c) == NULL &&
                 (c == line || strchr(" \t\n", c[-1]) != NULL);
    CHECK(logged <= words * COMPLAINT_BYTES + strlen(line));

    CHECK(parse(line, &again) == logged);
    CHECK(again.timer == options.timer && again.slice_us == options.slice_us &&
          again.preempt == options.preempt &&
          again.asid_bits_limit == options.asid_bits_limit);
    free(line);
    return 0;
}
