/* SPDX-License-Identifier: MIT
 *
 * Calls into the firmware, by name.
 */
#include "platform/sbi.h"

#include "base/boot_text.h"

BOOT_ONLY uint32_t sbi_spec_version(void)
{
    return (uint32_t)sbi_call(0, 0, 0, 0, 0, 0, 0, SBI_BASE).value;
}

bool sbi_has_extension(uint64_t extension)
{
    return sbi_call(extension, 0, 0, 0, 0, 0, 3, SBI_BASE).value != 0;
}

void sbi_set_timer(uint64_t time) { sbi_call(time, 0, 0, 0, 0, 0, 0, SBI_TIME); }

void sbi_send_ipi(uint64_t hart_id) { sbi_call(1, hart_id, 0, 0, 0, 0, 0, SBI_IPI); }

void sbi_send_ipi_to_all(void) { sbi_call(0, UINT64_MAX, 0, 0, 0, 0, 0, SBI_IPI); }

void sbi_remote_fence_i(uint64_t hart_id)
{
    sbi_call(1, hart_id, 0, 0, 0, 0, 0, SBI_RFENCE);
}

void sbi_remote_sfence_vma_to_all(void)
{
    sbi_call(0, UINT64_MAX, 0, UINT64_MAX, 0, 0, 1, SBI_RFENCE);
}

void sbi_remote_sfence_vma_asid(uint64_t hart_id, uint64_t asid)
{
    sbi_call(1, hart_id, 0, UINT64_MAX, asid, 0, 2, SBI_RFENCE);
}

BOOT_ONLY int64_t sbi_hart_start(uint64_t hart_id, uint64_t start, uint64_t argument)
{
    return sbi_call(hart_id, start, argument, 0, 0, 0, 0, SBI_HSM).error;
}

void sbi_shutdown(void) { sbi_call(0, 0, 0, 0, 0, 0, 0, SBI_SRST); }

void sbi_console_write(char character)
{
    static uint64_t extension; /* 0: not known yet */
    if (extension == 0)
        extension = sbi_has_extension(SBI_DEBUG_CONSOLE) ? SBI_DEBUG_CONSOLE
                                                         : SBI_LEGACY_CONSOLE_PUTCHAR;
    sbi_call((uint8_t)character, 0, 0, 0, 0, 0, 2, extension);
}
