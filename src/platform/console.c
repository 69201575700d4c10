/* SPDX-License-Identifier: MIT
 *
 * The log's way to the firmware's console, byte by byte: that takes no physical
 * address, and the firmware cannot take a part only.
 */
#include "platform/console.h"

#include "base/printk.h"
#include "platform/sbi.h"

static bool claimed;

void console_claim(bool claim)
{
    if (claimed && !claim)
        printk_skip(printk_ring()->end);
    claimed = claim;
}

void console_flush(void)
{
    char character;
    while (!claimed && printk_take(&character))
        sbi_console_write(character);
}

void console_flush_panic(uint64_t position)
{
    if (claimed) {
        printk_skip(position);
        sbi_console_write('\n'); /* the process may have written half a line */
    }
    claimed = false;
    console_flush();
}
