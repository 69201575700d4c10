/* SPDX-License-Identifier: MIT
 *
 * Text goes to the log in the pieces that log_write takes.
 */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <trapeze.h>
#include <trapeze/console.h>

#include "wiring.h"

#define LINE_BYTES 256

static void write_log(const char *text, size_t length)
{
    while (length > 0) {
        const size_t piece = length < LOG_WRITE_BYTES ? length : LOG_WRITE_BYTES;
        uint64_t words[LOG_WRITE_BYTES / sizeof(uint64_t)] = {0};
        memcpy(words, text, piece);
        sys_log_write(wiring.machine, piece, words[0], words[1], words[2], words[3],
                      words[4]);
        text += piece;
        length -= piece;
    }
}

/* Signals that nobody waits for stay pending, so a server that starts finds them. */
void report_tell_servers(void)
{
    static uint64_t
        handles[MANIFEST_NAMES_MAX]; /* of endpoints, to signal; 0: not yet */
    const struct manifest *manifest = wiring.manifest;

    for (uint32_t i = 0; manifest != NULL && i < manifest->section_count; i++) {
        const struct manifest_section *section = &manifest->sections[i];
        if (!section->log || section->serves == 0)
            continue;
        const uint32_t name = (uint32_t)__builtin_ctz(section->serves);
        if (handles[name] == 0 && wiring.endpoints[name] != 0) {
            const long handle = sys_handle_duplicate(wiring.endpoints[name],
                                                     RIGHT_SIGNAL, CONSOLE_LOG_BIT);
            handles[name] = handle > 0 ? (uint64_t)handle : 0;
        }
        if (handles[name] != 0)
            sys_signal(handles[name]);
    }
}

void report(const char *format, ...)
{
    char line[LINE_BYTES];
    va_list list;

    va_start(list, format);
    const int wanted = vsnprintf(line, sizeof line - 1, format, list);
    va_end(list);
    if (wanted < 0)
        return;
    const size_t length = strlen(line);
    line[length] = '\n';
    write_log(line, length + 1);
    report_tell_servers();
}
