/* SPDX-License-Identifier: MIT
 *
 * From the firmware's hand-over to the first process: the order in which the kernel
 * starts, which is its table of contents.
 */
#include <stdint.h>
#include <trapeze/abi.h>

#include "base/panic.h"
#include "base/printk.h"
#include "base/string.h"
#include "boot/command_line.h"
#include "boot/device_tree.h"
#include "boot/first_process.h"
#include "boot/ram.h"
#include "memory/kernel_map.h"
#include "object/archive.h"
#include "object/process.h"
#include "platform/console.h"
#include "platform/csr.h"
#include "platform/machine.h"
#include "platform/power.h"
#include "platform/sbi.h"
#include "platform/timer.h"
#include "platform/uart.h"
#include "sched/sched.h"
#include "trap/trap.h"

#define DEVICE_TREE_BYTES_MAX (2UL << 20)
#define SBI_VERSION_1_0 (1U << 24)

static struct device_tree_facts facts;
static struct boot_options options;
static struct hart boot_hart;

extern const char boot_archive[], boot_archive_end[];

_Noreturn void main(uint64_t hart_id, uint64_t device_tree, uint64_t image,
                    uint64_t entry_instret);

/* A device beyond the direct map is as good as none. */
static void forget_unreachable(struct device_tree_range *range)
{
    if (range->base + range->length > DIRECT_MAP_SIZE)
        range->length = 0;
}

/* Only what can be true of a pointer from the firmware is looked at. */
static void read_device_tree(uint64_t device_tree)
{
    if (device_tree >= DIRECT_MAP_SIZE - DEVICE_TREE_BYTES_MAX)
        panic("the firmware's device tree, at 0x%lx, is beyond the direct map",
              device_tree);
    const char *error = device_tree_parse(direct_map(paddr(device_tree)),
                                          DEVICE_TREE_BYTES_MAX, device_tree, &facts);
    forget_unreachable(&facts.uart.registers);
    forget_unreachable(&facts.test_finisher);
    const struct device_tree_uart *uart = &facts.uart;
    if (uart->registers.length != 0)
        uart_init(DIRECT_MAP_BASE + uart->registers.base, uart->reg_shift,
                  uart->reg_io_width);
    if (facts.test_finisher.length != 0)
        power_init(DIRECT_MAP_BASE + facts.test_finisher.base);
    if (error != NULL)
        panic("device tree: %s, at offset 0x%x", error, facts.error_offset);
}

static void read_command_line(void)
{
    static char line[4096]; /* the device tree's memory is not mapped for ever */
    if (facts.bootargs_length > sizeof line)
        panic("the command line has %zu bytes; %zu are the most", facts.bootargs_length,
              sizeof line);
    memcpy(line, facts.bootargs, facts.bootargs_length);
    command_line_parse(line, facts.bootargs_length, &options);
    for (size_t i = 0; i < options.problem_count; i++) {
        const struct command_line_problem *problem = &options.problems[i];
        printk("trapeze: command line: %s '%.*s' is ignored (%s)\n", problem->text,
               (int)problem->word_length, problem->word, problem->hint);
    }
    if (options.problems_dropped != 0)
        printk("trapeze: command line: %zu more problems\n", options.problems_dropped);
}

static uint32_t hart_flags(uint64_t hart_id)
{
    for (size_t i = 0; i < facts.hart_count; i++)
        if (facts.harts[i].id == hart_id)
            return facts.harts[i].flags;
    panic("the device tree does not list hart %lu, which it runs on", hart_id);
}

static bool choose_sstc(uint64_t hart_id)
{
    bool available = hart_flags(hart_id) & HART_HAS_SSTC;
    if (options.timer == BOOT_TIMER_SSTC && !available)
        printk("trapeze: this hart has no sstc, the timer is sbi\n");
    return available && options.timer != BOOT_TIMER_SBI;
}

static void check_firmware(void)
{
    uint32_t version = sbi_spec_version();
    if (version < SBI_VERSION_1_0 || !sbi_has_extension(SBI_TIME))
        panic("the firmware offers SBI %u.%u; needed are 1.0 and its TIME extension",
              version >> 24, version & 0xffffff);
}

/* User programs are rv64gc: their first floating-point instruction loads all registers.
 */
static void check_hart(uint64_t hart_id)
{
    if (!(hart_flags(hart_id) & HART_HAS_D))
        panic("hart %lu has no D extension (double-precision FPU)", hart_id);
}

static void check_initrd(const struct boot_archive *archive)
{
    const char *problem = archive_check(archive->start, archive->bytes);
    if (problem != NULL)
        panic("the initrd is not a boot archive: %s", problem);
}

_Noreturn void main(uint64_t hart_id, uint64_t device_tree, uint64_t image,
                    uint64_t entry_instret)
{
    /* Traps first, so that a mistake from here on is reported; sched_init fills
     * boot_hart. */
    trap_init();
    hart_set(&boot_hart);

    read_device_tree(device_tree);
    check_firmware();
    check_hart(hart_id);
    read_command_line();
    bool sstc = choose_sstc(hart_id);
    timer_init(sstc, facts.timebase_hz);

    struct boot_archive archive = ram_init(&facts, paddr(image), paddr(device_tree));
    if (archive.start == NULL)
        archive = (struct boot_archive){boot_archive,
                                        (size_t)(boot_archive_end - boot_archive)};
    else
        check_initrd(&archive);
    address_space_init(kernel_map_root(), options.asid_bits_limit);
    address_space_activate(NULL);
    fence_translations(); /* the boot tables had a writable alias of the text */

    uint64_t slice_ticks = facts.timebase_hz * options.slice_us / 1000000;
    sched_init(&boot_hart, hart_id, (uint64_t)trap_return,
               slice_ticks == 0 ? 1 : slice_ticks, options.preempt);
    process_init(archive.start, archive.bytes, (uint64_t)trap_return);

    machine.hart_count = facts.hart_count;
    machine.entry_instret = entry_instret;
    machine.features = (options.preempt ? FEATURE_PREEMPT : 0) |
                       (sstc ? FEATURE_SSTC : 0) |
                       (CHECK_INVARIANTS ? FEATURE_DEBUG_KERNEL : 0);

    printk("trapeze: " TRAPEZE_VERSION ", hart %lu of %zu, %lu MiB, timer %s, ",
           hart_id, facts.hart_count, machine.memory_bytes >> 20,
           sstc ? "sstc" : "sbi");
    bool whole_ms = options.slice_us % 1000 == 0;
    if (options.preempt)
        printk("%u %s slices\n", whole_ms ? options.slice_us / 1000 : options.slice_us,
               whole_ms ? "ms" : "us");
    else
        printk("no preemption\n");
    console_flush();

    first_process_start(options.run, options.run_length);
    trap_idle();
    power_off(first_process_status());
}
