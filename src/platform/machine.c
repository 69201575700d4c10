/* SPDX-License-Identifier: MIT
 *
 * What the kernel has learnt about the machine.
 */
#include "platform/machine.h"

#include "base/boot_text.h"

#define DEVICE_PAGE_BYTES 4096UL
#define DEVICE_END (1UL << 56) /* Sv39's physical addresses: Privileged 1.12, 4.4.1 */

struct machine machine;

static struct {
    uint64_t start, last;
} reserved[MACHINE_RESERVED_MAX];
static uint32_t reserved_count;

BOOT_ONLY void machine_reserve(uint64_t start, uint64_t length)
{
    if (reserved_count < MACHINE_RESERVED_MAX && length != 0) {
        reserved[reserved_count].start = start;
        reserved[reserved_count].last = start + length - 1;
    }
    reserved_count++;
}

bool machine_is_device(uint64_t start, uint64_t page_count)
{
    if (start % DEVICE_PAGE_BYTES != 0 || start >= DEVICE_END || page_count == 0 ||
        page_count > (DEVICE_END - start) / DEVICE_PAGE_BYTES ||
        reserved_count > MACHINE_RESERVED_MAX)
        return false;
    uint64_t last = start + page_count * DEVICE_PAGE_BYTES - 1;
    for (uint32_t i = 0; i < reserved_count; i++)
        if (start <= reserved[i].last && last >= reserved[i].start)
            return false;
    return true;
}
