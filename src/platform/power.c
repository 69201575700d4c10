/* SPDX-License-Identifier: MIT
 *
 * Power-off, through the `sifive,test` device where there is one: it is the only way to
 * give QEMU an exit status, and SRST's "system failure" makes QEMU 7.2 exit with 0.
 * QEMU 8 and later go on for a while after the write, and a second power-off in that
 * time, by SRST, would make the status 0: it is one way or the other.
 */
#include "platform/power.h"

#include "base/boot_text.h"
#include "platform/csr.h"
#include "platform/mmio.h"
#include "platform/sbi.h"

#define TEST_FAIL 0x3333U /* the status goes into the upper half */
#define TEST_PASS 0x5555U

static uint64_t test_device;

BOOT_ONLY void power_init(uint64_t device) { test_device = device; }

void power_off(uint8_t status)
{
    if (test_device)
        mmio_write32(test_device,
                     status == 0 ? TEST_PASS : (uint32_t)status << 16 | TEST_FAIL);
    else
        sbi_shutdown();
    for (;;)
        wait_for_interrupt();
}
