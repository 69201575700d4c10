/* SPDX-License-Identifier: MIT
 *
 * What makes another process run: a yield, a signal, a fault, an interrupt.
 */
#include <trapeze.h>

#include "measured.h"
#include "other.h"

/* The clock of QEMU's machine, which interrupts at once if its alarm is set to a time
 * in the past (Goldfish RTC). */
#define CLOCK_ADDRESS 0x101000
#define CLOCK_INTERRUPT 11
#define CLOCK_ALARM_LOW 0x08
#define CLOCK_ALARM_HIGH 0x0c
#define CLOCK_INTERRUPT_ENABLED 0x10
#define CLOCK_CLEAR_INTERRUPT 0x1c

#define BADGE 1

static uint64_t fault_token; /* of a fault that waits for its verdict */
static uint64_t interrupt;   /* handle */
static volatile uint8_t *clock_registers;

/* yield_switch: from this process's ecall to the other's next instruction: half of the
 * way there and back. */

static bool begin_yield(const struct figure *figure)
{
    return other_spawn(figure, 0, -1) && other_start();
}

static bool sample_yield(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {0};

    *cost = (bench_between(bench_call(SYS_yield, registers)) - BENCH_YIELD_EXTRA) / 2;
    return registers[0] == 0;
}

/* signal_to_running: from the ecall of a less urgent process to the next instruction of
 * this one, which waits. */

static bool begin_signal(const struct figure *figure)
{
    return other_make_endpoint() && other_spawn(figure, RIGHT_SIGNAL, less_urgent()) &&
           other_share_page() && other_start();
}

/* Of an event that the other process has noted the time of. */
static bool wait_for_signal(uint64_t *cost, uint64_t extra)
{
    uint64_t registers[BENCH_REGISTERS] = {other.endpoint};
    const struct bench_times times = bench_call(SYS_recv, registers);

    *cost = times.after - *(volatile uint64_t *)other.shared - READS_APART - extra;
    return registers[0] == KIND_SIGNAL;
}

static bool sample_signal(uint64_t *cost)
{
    return wait_for_signal(cost, BENCH_SIGNAL_EXTRA);
}

static void signal_this(void)
{
    bench_signal(other_inherited_endpoint(), (uint64_t *)OTHER_SHARED);
}

/* fault_round_trip: from the verdict's ecall to the process that faults, which does so
 * at once, and back. */

static bool begin_fault(const struct figure *figure)
{
    struct trapeze_message message = {.deadline = TRAPEZE_NEVER};

    if (!other_make_endpoint() || !other_spawn_supervised(figure) ||
        trapeze_recv(other.endpoint, &message) != KIND_FAULT)
        return false;
    fault_token = message.token;
    return true;
}

static bool sample_fault(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {other.endpoint, VERDICT_RESUME, 0, 0, 0, 0,
                                           fault_token};

    *cost = bench_between(bench_call(SYS_reply_recv, registers));
    fault_token = registers[6];
    return registers[0] == KIND_FAULT;
}

/* interrupt_to_driver: from the instruction after the one that makes the device
 * interrupt, in a less urgent process, to the next one of the driver, which waits. */

static bool map_clock(void)
{
    const uint64_t machine = trapeze_inherited("machine");
    const long device = sys_device_create(machine, CLOCK_ADDRESS, 1);
    const long irq = sys_irq_create(machine, CLOCK_INTERRUPT);
    long error = 0;

    if (device < 0 || irq < 0)
        return false;
    interrupt = (uint64_t)irq;
    clock_registers =
        trapeze_map((uint64_t)device, 1, RIGHT_READ | RIGHT_WRITE, &error);
    return clock_registers != NULL &&
           sys_memory_map((uint64_t)device, (uint64_t)other.process, OTHER_DEVICE, 0, 1,
                          RIGHT_READ | RIGHT_WRITE) > 0;
}

static void set_clock(size_t offset, uint32_t value)
{
    *(volatile uint32_t *)(clock_registers + offset) = value;
}

static bool begin_interrupt(const struct figure *figure)
{
    if (!other_make_endpoint() || !other_spawn(figure, 0, less_urgent()) ||
        !other_share_page() || !map_clock())
        return false;
    const long signalled = sys_handle_duplicate(other.endpoint, RIGHT_SIGNAL, BADGE);
    if (signalled < 0 || sys_irq_bind(interrupt, (uint64_t)signalled) < 0)
        return false;
    set_clock(CLOCK_ALARM_HIGH, 0);
    set_clock(CLOCK_INTERRUPT_ENABLED, 1);
    return other_start();
}

static bool sample_interrupt(uint64_t *cost)
{
    set_clock(CLOCK_CLEAR_INTERRUPT, 0);
    return sys_irq_ack(interrupt) == 0 && wait_for_signal(cost, BENCH_INTERRUPT_EXTRA);
}

static void interrupt_this(void)
{
    bench_interrupt((volatile uint32_t *)(OTHER_DEVICE + CLOCK_ALARM_LOW),
                    (uint64_t *)OTHER_SHARED);
}

const struct figure event_figures[] = {
    {"yield_switch", SAMPLES, begin_yield, sample_yield, bench_yield},
    {"signal_to_running", SAMPLES, begin_signal, sample_signal, signal_this},
    {"fault_round_trip", SAMPLES, begin_fault, sample_fault, bench_fault},
    {"interrupt_to_driver", SAMPLES, begin_interrupt, sample_interrupt, interrupt_this},
    {.name = NULL},
};
