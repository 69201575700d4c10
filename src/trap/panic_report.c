/* SPDX-License-Identifier: MIT
 *
 * The report of a kernel bug. It trusts nothing that it has not checked: a trap in here
 * stops the machine at once.
 */
#include "trap/trap.h"

#include "base/panic.h"
#include "base/printk.h"
#include "memory/kernel_map.h"
#include "platform/console.h"
#include "platform/csr.h"
#include "platform/power.h"
#include "platform/sbi.h"

static const char *const fault_names[] = {
#define CAUSE(code, name, meaning) [code] = meaning,
#include <trapeze/causes.def>
#undef CAUSE
};

static const char *const register_names[] = {
    "sepc", "  ra", "  sp", "  gp", "  tp", "  t0", "  t1", "  t2",
    "  s0", "  s1", "  a0", "  a1", "  a2", "  a3", "  a4", "  a5",
    "  a6", "  a7", "  s2", "  s3", "  s4", "  s5", "  s6", "  s7",
    "  s8", "  s9", " s10", " s11", "  t3", "  t4", "  t5", "  t6",
};

static_assert(sizeof register_names == sizeof(struct trapframe),
              "one name for each register");

const char *fault_name(uint64_t scause)
{
    bool known = scause < sizeof fault_names / sizeof fault_names[0] &&
                 fault_names[scause] != NULL;
    return known ? fault_names[scause] : "reserved cause";
}

static void print_registers(const struct trapframe *frame)
{
    const uint64_t *values = (const uint64_t *)frame;
    for (size_t i = 0; i < sizeof *frame / sizeof *values; i++)
        printk("%s %s %016lx%s", i % 4 == 0 ? "trapeze:  " : "", register_names[i],
               values[i], i % 4 == 3 ? "\n" : "");
}

/* Of the assert whose ebreak is at `pc`; NULL: there is none. */
static const char *assertion_at(uint64_t pc)
{
    for (const struct panic_text *at = image_panic_texts; at < image_panic_texts_end;
         at++)
        if ((uint64_t)&at->place + at->place == pc)
            return (const char *)&at->text + at->text;
    return NULL;
}

/* The reason in words, where panic() has not logged its own. */
static void print_reason(const struct trapframe *frame, uint64_t scause, uint64_t stval)
{
    const char *assertion = assertion_at(frame->sepc);
    const char *reason = "the kernel itself has trapped";
    if (kernel_stack_is_guard(vaddr(stval)) ||
        kernel_stack_is_guard(vaddr(frame->sp - 1)))
        reason = "kernel stack overflow";
    else if (scause == SCAUSE_BREAKPOINT && assertion != NULL)
        reason = assertion;
    printk("trapeze: panic: %s\n", reason);
}

_Noreturn void panic_report(const struct trapframe *frame)
{
    uint64_t scause = csr_read(scause);
    uint64_t stval = csr_read(stval);
    uint64_t position = panic_position();
    sbi_send_ipi_to_all(); /* this hart has the lock: the others wait for it in vain */
    if (position == UINT64_MAX) {
        position = printk_ring()->end;
        print_reason(frame, scause, stval);
    }
    printk("trapeze:   scause 0x%lx (%s), stval 0x%lx, sstatus 0x%lx\n", scause,
           scause >> SCAUSE_INTERRUPT_BIT ? "interrupt" : fault_name(scause), stval,
           csr_read(sstatus));
    backtrace_print(frame);
    print_registers(frame);
    printk("trapeze: stopped\n");
    console_flush_panic(position);
    power_off(STATUS_PANIC);
}

_Noreturn void panic_stop(void) { power_off(STATUS_PANIC); }
