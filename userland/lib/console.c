/* SPDX-License-Identifier: MIT
 *
 * Console output in the pieces that debug_write takes, and under it nothing of the C
 * library.
 */
#include <string.h>

#include <trapeze.h>

#define PIECE_BYTES 40U

void trapeze_console_write(const char *text, size_t length)
{
    while (length > 0) {
        size_t piece = length < PIECE_BYTES ? length : PIECE_BYTES;
        uint64_t words[PIECE_BYTES / sizeof(uint64_t)] = {0};
        memcpy(words, text, piece);
        long taken =
            sys_debug_write(piece, words[0], words[1], words[2], words[3], words[4]);
        if (taken <= 0) {
            sys_yield();
            continue;
        }
        text += taken;
        length -= (size_t)taken;
    }
}
