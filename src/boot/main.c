/* SPDX-License-Identifier: MIT
 *
 * From the firmware's hand-over to the first process: the order in which the kernel
 * starts, which is its table of contents.
 */

#include "base/boot_text.h"
#include "base/panic.h"
#include "base/printk.h"
#include "boot/command_line.h"
#include "boot/device_tree.h"
#include "boot/init_process.h"
#include "boot/ram.h"
#include "memory/frame.h"
#include "memory/image.h"
#include "memory/kernel_map.h"
#include "object/process.h"
#include "platform/console.h"
#include "platform/csr.h"
#include "platform/machine.h"
#include "platform/plic.h"
#include "platform/power.h"
#include "platform/sbi.h"
#include "platform/timer.h"
#include "sched/harts.h"
#include "sched/sched.h"
#include "trap/trap.h"

#define DEVICE_TREE_BYTES_MAX (2UL << 20)
#define PLIC_CONTEXTS_PAGE 0x200UL /* then a page for each context (PLIC 1.0.0, 3) */
#define SBI_VERSION_1_0 (1U << 24)
#define START_SECONDS 4 /* for a hart to come up: a millisecond, on an idle host */

static struct device_tree_facts facts;
static struct boot_options options;
static bool shares_asids; /* there may be more processes than ASIDs */

extern const char boot_archive[], boot_archive_end[];
_Noreturn void main_of_hart(struct hart *hart);

_Noreturn void main(uint64_t hart_id, uint64_t device_tree, uint64_t image,
                    uint64_t entry_instret, uint64_t start_hart);

/* Where the kernel has a device that it drives itself; 0: nowhere. One beyond the
 * direct map is as good as none. */
static uint64_t device_address(struct range registers)
{
    bool is_there = registers.end != 0 && registers.end <= DIRECT_MAP_SIZE;
    return is_there ? DIRECT_MAP_BASE + registers.start : 0;
}

/* Only what can be true of a pointer from the firmware is looked at. */
static void read_device_tree(uint64_t device_tree, uint64_t hart_id)
{
    if (device_tree >= DIRECT_MAP_SIZE - DEVICE_TREE_BYTES_MAX)
        panic("the firmware's device tree, at 0x%lx, is beyond the direct map",
              device_tree);
    const char *error = device_tree_parse(direct_map(paddr(device_tree)),
                                          DEVICE_TREE_BYTES_MAX, hart_id, &facts);
    power_init(device_address(facts.test_finisher));
    if (error != NULL)
        panic("device tree: %s, at offset 0x%lx", error, facts.error_offset);
}

/* User programs are rv64gc: their first floating-point instruction loads all registers.
 */
static void check_machine(uint64_t hart_id)
{
    uint32_t version = sbi_spec_version();
    if (version < SBI_VERSION_1_0 || !sbi_has_extension(SBI_TIME))
        panic("the firmware offers SBI %u.%u; needed are 1.0 and its TIME extension",
              version >> 24, version & 0xffffff);
    if (!facts.harts[0].has_d)
        panic("the device tree lists no hart %lu with the D extension (an FPU)",
              hart_id);
    if (facts.initrd.start % PAGE_SIZE != 0 && facts.initrd.start != facts.initrd.end)
        panic("the initrd, at 0x%lx, does not begin at a page", facts.initrd.start);
}

static bool choose_sstc(enum boot_timer timer)
{
    if (timer == BOOT_TIMER_SSTC && !facts.harts[0].has_sstc)
        printk("trapeze: this hart has no sstc, the timer is sbi\n");
    return facts.harts[0].has_sstc && timer != BOOT_TIMER_SBI;
}

/* Maps it, and keeps it from processes. */
static void keep_device(struct range registers)
{
    uint64_t bytes = registers.end - registers.start;
    machine_reserve(registers.start, bytes);
    if (device_address(registers) != 0)
        kernel_map_device(paddr(registers.start), bytes);
}

/* Devices interrupt one hart, the first that has a context. Each asks for itself, as it
 * comes: what is enabled is this hart's. */
BOOT_ONLY static void start_plic(uint32_t context)
{
    uint64_t pages = (facts.plic.end - facts.plic.start) / PAGE_SIZE;
    if (plic_source_count() == 0 && device_address(facts.plic) != 0 &&
        PLIC_CONTEXTS_PAGE + context < pages)
        plic_init(device_address(facts.plic), context, (uint32_t)facts.plic_sources);
}

/* All that each hart does from here on. */
AFTER_BOOT _Noreturn static void run(void)
{
    if (options.fastpath)
        trap_use_fast_path(shares_asids);
    trap_idle();
    console_claim(false); /* the end is the kernel's to tell */
    uint8_t status = init_process_status();
    console_flush();
    power_off(status);
}

/* The same for the hart that boots: the code that has led here goes, too. */
AFTER_BOOT _Noreturn static void run_first(paddr_t image, const char *unused,
                                           const char *unused_end)
{
    kernel_map_drop(image, unused, unused_end);
    run();
}

/* Who is being started: one that comes too late is no longer wanted. start.S reads it.
 * And the same hart in the tree. */
const struct hart *main_starting;
static const struct tree_hart *starting;
static uint64_t start_address; /* physical, of start_hart */

AFTER_BOOT _Noreturn void main_of_hart(struct hart *hart)
{
    trap_init();
    hart_set(hart);
    lock_acquire(&kernel_lock, hart->id);
    /* While this one is being started the boot hart waits, with all of its code. */
    if (main_starting == hart && address_space_suits_hart()) {
        start_plic(starting->plic_context);
        sched_begin();
        sbi_send_ipi(harts->id); /* which waits for this */
        run();
    }
    lock_release(&kernel_lock);
    for (;;)
        wait_for_interrupt();
}

/* What the firmware says of a hart is not whether it comes. Nor does it have to come
 * soon, so it has START_SECONDS. */
static bool start(uint64_t stack_top, uint64_t image)
{
    struct hart *hart = harts_add(starting->id, (uint64_t)trap_return, stack_top);
    uint64_t deadline = timer_now() + START_SECONDS * facts.timebase_hz;
    main_starting = hart;
    if (stack_top == 0 ||
        sbi_hart_start(hart->id, start_address,
                       (uint64_t)hart - (uint64_t)image_text + image) != 0)
        return false;
    timer_set(deadline);
    while (!hart->online && timer_now() < deadline) {
        lock_release(&kernel_lock);
        wait_for_interrupt();
        lock_acquire(&kernel_lock, harts->id);
        csr_clear(sip, SIE_SSIE);
    }
    timer_stop();
    main_starting = NULL;
    return hart->online;
}

/* Stacks for their idle threads come after those of the processes. */
static void start_harts(uint32_t stack_slot, uint64_t image)
{
    bool able = sbi_has_extension(SBI_IPI) && sbi_has_extension(SBI_RFENCE) &&
                sbi_has_extension(SBI_HSM);
    for (uint64_t i = 1; i < facts.hart_count && i < TREE_HARTS_MAX && able; i++) {
        starting = &facts.harts[i];
        if (harts_count >= options.harts_limit)
            break;
        bool suits = starting->has_d &&
                     (starting->has_sstc || !(machine.features & FEATURE_SSTC));
        if (suits && start(kernel_stack_create(stack_slot + harts_count), image))
            machine.harts_online++;
        else
            printk("trapeze: hart %lu %s, and is left out\n", starting->id,
                   suits ? "does not start" : "lacks an FPU, or sstc");
    }
    if (plic_source_count() == 0)
        printk("trapeze: no hart that runs gets the interrupts of devices\n");
}

static void greet(uint64_t hart_id)
{
    bool whole_ms = options.slice_us % 1000 == 0;
    printk("trapeze: " TRAPEZE_VERSION ", hart %lu of %lu, %lu MiB, timer %s, ",
           hart_id, machine.harts_online, machine.memory_bytes >> 20,
           machine.features & FEATURE_SSTC ? "sstc" : "sbi");
    if (options.preempt)
        printk("%lu %s slices\n", options.slice_us / (whole_ms ? 1000 : 1),
               whole_ms ? "ms" : "us");
    else
        printk("no preemption\n");
    console_flush();
}

static struct init_memory within_image(const void *start, uint64_t bytes,
                                       uint64_t image)
{
    return (struct init_memory){(uint64_t)start - (uint64_t)image_text + image, bytes};
}

_Noreturn void main(uint64_t hart_id, uint64_t device_tree, uint64_t image,
                    uint64_t entry_instret, uint64_t start_hart)
{
    /* Traps first, so that a mistake from here on is reported; harts_add fills the
     * structure. */
    trap_init();
    hart_set(harts);
    lock_acquire(&kernel_lock, hart_id);

    read_device_tree(device_tree, hart_id);
    check_machine(hart_id);
    options = command_line_parse(facts.bootargs);
    bool sstc = choose_sstc(options.timer);
    timer_init(sstc);

    const struct range_set *ram = ram_init(&facts, image, device_tree);
    uint32_t processes_max = init_process_objects();
    kernel_map_init(paddr(image), ram, processes_max + HARTS_MAX);
    keep_device(facts.test_finisher);
    keep_device(facts.plic);
    address_space_init(kernel_map_root(), options.asid_bits_limit);
    shares_asids = processes_max >= 1U << address_space_asid_bits();
    start_plic(facts.harts[0].plic_context);
    fence_translations(); /* the boot tables had a writable alias of the text */

    uint64_t slice_ticks = facts.timebase_hz * options.slice_us / 1000000;
    sched_init(slice_ticks == 0 ? 1 : slice_ticks, options.preempt);
    harts_add(hart_id, (uint64_t)trap_return, (uint64_t)image_boot_stack_end);
    sched_begin();
    process_init((uint64_t)trap_return);

    machine.hart_count = facts.hart_count;
    machine.timebase_hz = facts.timebase_hz;
    machine.harts_online = 1;
    machine.entry_instret = entry_instret;
    machine.features = (options.preempt ? FEATURE_PREEMPT : 0) |
                       (sstc ? FEATURE_SSTC : 0) |
                       (CHECK_INVARIANTS ? FEATURE_DEBUG_KERNEL : 0);
    start_address = start_hart;
    if (options.fastpath)
        sched_use_fast_path();
    start_harts(processes_max, image);
    greet(hart_id);

    struct init_memory archive = {facts.initrd.start,
                                  facts.initrd.end - facts.initrd.start};
    if (archive.bytes == 0)
        archive = within_image(boot_archive,
                               (uint64_t)(boot_archive_end - boot_archive), image);
    const char *unused = shares_asids ? image_fast_path : image_boot_text;
    const char *unused_end = shares_asids ? image_fast_path_shared : image_code_end;
    init_process_start(frame_free_count() + (uint64_t)(unused_end - unused) / PAGE_SIZE,
                       archive, (struct init_memory){device_tree, facts.total_bytes},
                       within_image(printk_ring(), sizeof *printk_ring(), image));
    run_first(paddr(image), unused, unused_end);
}
