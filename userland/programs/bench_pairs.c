/* SPDX-License-Identifier: MIT
 *
 * The figures of `bench` that take another process. Both are in one manner: this one
 * makes a system call, or waits; what the other does meanwhile is in bench.S, and is
 * told here by how many instructions it is longer than what is measured.
 *
 * Where the other process says when something began, it does so in a page that they
 * share: instret counts for all.
 */
#include "bench_pairs.h"

#include <string.h>

#include <trapeze.h>

#include "bench.h"

/* The clock of QEMU's machine, which interrupts at once if its alarm is set to a time
 * in the past (Goldfish RTC). */
#define CLOCK_ADDRESS 0x101000
#define CLOCK_INTERRUPT 11
#define CLOCK_ALARM_LOW 0x08
#define CLOCK_ALARM_HIGH 0x0c
#define CLOCK_INTERRUPT_ENABLED 0x10
#define CLOCK_CLEAR_INTERRUPT 0x1c

/* Where the other process finds what it is given. */
#define SHARED_ADDRESS 0x1000000000
#define DEVICE_ADDRESS (SHARED_ADDRESS + 2 * PAGE_BYTES)

#define BADGE 1

struct figure {
    const char *name;
    bool (*begin)(void);
    bool (*sample)(uint64_t *cost);
    void (*other)(void); /* does not return */
};

/* A time off the CPU: the last instret before it and the first after it; not exact if
 * other instructions than reads were next to it. */
struct gap {
    uint64_t before, after;
    bool exact;
};

/* The page that both have. */
#define GAPS 8U
struct shared {
    volatile uint64_t instret;      /* when the other process began */
    volatile uint64_t phase;        /* preemption: how it is to look for its gaps */
    volatile uint64_t gap_count;    /* how many it has found; */
    volatile struct gap gaps[GAPS]; /* gap n is gaps[n % GAPS] */
};

static const struct figure *current;
static uint64_t read_pair;
static long child;        /* handle */
static uint64_t endpoint; /* of this figure: where this process, or the other, waits */
static uint64_t fault_token; /* of a fault that waits for its verdict */
static uint64_t interrupt;   /* handle */
static struct shared *shared;
static volatile uint8_t *clock_registers;

/* Starting the other process. */

/* Stopped, with a handle to the endpoint, if one is to be given: what is in `rights`.
 */
static bool spawn_stopped(const char *argument, uint64_t rights, int64_t priority)
{
    const long narrow = rights == 0 ? 0 : sys_handle_duplicate(endpoint, rights, BADGE);
    const struct trapeze_spawn_handle handles[] = {{"bench", (uint64_t)narrow},
                                                   {NULL, 0}};
    const struct trapeze_spawn_options options = {
        .priority = priority, .handles = handles, .stopped = true};

    child =
        trapeze_spawn_with(2, (char *[]){"bench", (char *)argument, NULL}, &options);
    if (narrow > 0)
        sys_handle_close((uint64_t)narrow);
    return child > 0;
}

static bool make_endpoint(void)
{
    const long made = sys_endpoint_create();

    endpoint = made > 0 ? (uint64_t)made : 0;
    return made > 0;
}

/* Runs until it waits or has nothing but its loop left: this process sleeps the while.
 */
static bool start_child(void)
{
    const long error = trapeze_start_spawned(child);

    trapeze_sleep_until(trapeze_time() +
                        (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ) / 1000);
    return error == 0;
}

static int64_t less_urgent(void)
{
    uint64_t schedule[4] = {0}; /* own priority, ... */

    trapeze_process_inspect(0, INSPECT_SCHEDULE, schedule);
    return (int64_t)schedule[0] - 1;
}

static bool share_page(void)
{
    const long memory = sys_memory_create(1, 0);
    long error = 0;

    if (memory < 0)
        return false;
    shared = trapeze_map((uint64_t)memory, 1, RIGHT_READ | RIGHT_WRITE, &error);
    return shared != NULL &&
           sys_memory_map((uint64_t)memory, (uint64_t)child, SHARED_ADDRESS, 0, 1,
                          RIGHT_READ | RIGHT_WRITE) > 0;
}

static uint64_t between(struct bench_times times)
{
    return times.after - times.before - read_pair;
}

/* yield_switch: from this process's ecall to the other's next instruction: half of the
 * way there and back. */

static bool begin_yield(void)
{
    return spawn_stopped("yield_switch", 0, -1) && start_child();
}

static bool sample_yield(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {0};

    *cost = (between(bench_call(SYS_yield, registers)) - BENCH_YIELD_EXTRA) / 2;
    return registers[0] == 0;
}

/* call_reply: there and back, with five words each way. */

static bool begin_call(void)
{
    return make_endpoint() &&
           spawn_stopped("call_reply", RIGHT_SEND | RIGHT_RECEIVE, -1) && start_child();
}

static bool sample_call(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {endpoint, 1, 2, 3, 4, 5};

    *cost = between(bench_call(SYS_call, registers)) - BENCH_SERVE_EXTRA;
    return registers[0] == KIND_MESSAGE;
}

static _Noreturn void serve(void) { bench_serve_forever(trapeze_inherited("bench")); }

/* signal_to_running: from the ecall of a less urgent process to the next instruction of
 * this one, which waits. */

static bool begin_signal(void)
{
    return make_endpoint() &&
           spawn_stopped("signal_to_running", RIGHT_SIGNAL, less_urgent()) &&
           share_page() && start_child();
}

static bool sample_signal(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {endpoint};
    const struct bench_times times = bench_call(SYS_recv, registers);

    *cost = times.after - shared->instret - read_pair - BENCH_SIGNAL_EXTRA;
    return registers[0] == KIND_SIGNAL;
}

static _Noreturn void signal_this(void)
{
    bench_signal_forever(trapeze_inherited("bench"),
                         &((struct shared *)SHARED_ADDRESS)->instret);
}

/* fault_round_trip: from the verdict's ecall to the process that faults, which does so
 * at once, and back. */

static bool begin_fault(void)
{
    if (!make_endpoint())
        return false;
    const struct trapeze_spawn_options options = {.priority = -1,
                                                  .supervisor = endpoint};
    struct trapeze_message message = {.deadline = TRAPEZE_NEVER};
    child =
        trapeze_spawn_with(2, (char *[]){"bench", "fault_round_trip", NULL}, &options);
    if (child < 0 || trapeze_recv(endpoint, &message) != KIND_FAULT)
        return false;
    fault_token = message.token;
    return true;
}

/* A breakpoint: an illegal instruction goes to the firmware first, which hands it on.
 */
static _Noreturn void fault(void)
{
    for (;;)
        __asm__ volatile("ebreak");
}

static bool sample_fault(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {endpoint, VERDICT_RESUME, 0, 0, 0,
                                           0,        fault_token};

    *cost = between(bench_call(SYS_reply_recv, registers));
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
           sys_memory_map((uint64_t)device, (uint64_t)child, DEVICE_ADDRESS, 0, 1,
                          RIGHT_READ | RIGHT_WRITE) > 0;
}

static void set_clock(size_t offset, uint32_t value)
{
    *(volatile uint32_t *)(clock_registers + offset) = value;
}

static bool begin_interrupt(void)
{
    if (!make_endpoint() || !spawn_stopped("interrupt_to_driver", 0, less_urgent()) ||
        !share_page() || !map_clock())
        return false;
    const long signalled = sys_handle_duplicate(endpoint, RIGHT_SIGNAL, BADGE);
    if (signalled < 0 || sys_irq_bind(interrupt, (uint64_t)signalled) < 0)
        return false;
    set_clock(CLOCK_ALARM_HIGH, 0);
    set_clock(CLOCK_INTERRUPT_ENABLED, 1);
    return start_child();
}

static bool sample_interrupt(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {endpoint};

    set_clock(CLOCK_CLEAR_INTERRUPT, 0);
    if (sys_irq_ack(interrupt) != 0)
        return false;
    const struct bench_times times = bench_call(SYS_recv, registers);
    *cost = times.after - shared->instret - read_pair - BENCH_INTERRUPT_EXTRA;
    return registers[0] == KIND_SIGNAL;
}

static _Noreturn void interrupt_this(void)
{
    bench_interrupt_forever((volatile uint32_t *)(DEVICE_ADDRESS + CLOCK_ALARM_LOW),
                            &((struct shared *)SHARED_ADDRESS)->instret);
}

/* preemption: from the last instruction of a process that the timer interrupts to the
 * first of the one that gets the CPU, where both do nothing but to read instret. The
 * other one looks for its gaps all the time, and notes them. A sample is where one of
 * its gaps ends within one of this process's. No sample unless reads are next to the
 * switch on both sides, which takes luck: so the delay in front of them changes. */

/* Reading costs QEMU much time: it begins when nine tenths of the time slice are over.
 * With -icount an instruction is a nanosecond. */
static struct gap find_gap(uint64_t phase)
{
    uint64_t reads[BENCH_READS];
    const uint64_t slice = (uint64_t)sys_kernel_info(INFO_SLICE_TICKS) * 1000000000 /
                           (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);

    bench_find_gap(reads, slice * 9 / 10 / BENCH_DELAY_INSTRUCTIONS + phase);
    for (size_t i = 1; i < BENCH_READS; i++)
        if (reads[i] - reads[i - 1] != 1)
            return (struct gap){reads[i - 1], reads[i], true};
    return (struct gap){.exact = false};
}

static bool begin_preemption(void)
{
    return spawn_stopped(current->name, 0, -1) && share_page() && start_child();
}

static bool sample_preemption(uint64_t *cost)
{
    static unsigned phase; /* another pair of them with each try */
    struct gap mine[3];

    shared->phase = (phase / 16 + phase) % 16;
    for (int i = 0; i < 3; i++)
        mine[i] = find_gap(phase % 16);
    phase++;
    for (int i = 0; i < 3; i++)
        for (unsigned other = 0; other < GAPS; other++) {
            const uint64_t resumed = shared->gaps[other].after;
            if (mine[i].exact && shared->gaps[other].exact &&
                mine[i].before < resumed && resumed < mine[i].after) {
                *cost = resumed - mine[i].before - read_pair;
                return true;
            }
        }
    return false;
}

static void note_gaps(void)
{
    struct shared *page = (struct shared *)SHARED_ADDRESS;

    for (;;) {
        page->gaps[page->gap_count % GAPS] = find_gap(page->phase);
        page->gap_count++;
    }
}

/* All of them. */

static const struct figure figures[] = {
    {"yield_switch", begin_yield, sample_yield, bench_yield_forever},
    {"call_reply", begin_call, sample_call, serve},
    {"signal_to_running", begin_signal, sample_signal, signal_this},
    {"fault_round_trip", begin_fault, sample_fault, fault},
    {"interrupt_to_driver", begin_interrupt, sample_interrupt, interrupt_this},
    {"preemption_sbi", begin_preemption, sample_preemption, note_gaps},
    {"preemption_sstc", begin_preemption, sample_preemption, note_gaps},
};

static const struct figure *find(const char *name)
{
    for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
        if (strcmp(figures[i].name, name) == 0)
            return &figures[i];
    return NULL;
}

bool pair_begin(const char *name, uint64_t pair)
{
    current = find(name);
    read_pair = pair;
    child = 0;
    endpoint = 0;
    return current->begin();
}

bool pair_sample(uint64_t *cost) { return current->sample(cost); }

/* A child with a supervisor of its own, which has been killed. */
static void collect(void)
{
    struct trapeze_message message = {.deadline = TRAPEZE_NEVER};

    while (trapeze_recv(endpoint, &message) != KIND_END)
        continue;
    trapeze_collect(child);
}

/* What it was given ends with this program. */
void pair_end(void)
{
    struct trapeze_child end;

    if (child > 0) {
        trapeze_kill(child);
        if (trapeze_wait(child, TRAPEZE_NEVER, &end) == E_BAD_HANDLE)
            collect();
    }
    if (endpoint != 0)
        sys_object_destroy(endpoint);
}

int pair_other(const char *name)
{
    const struct figure *figure = find(name);

    if (figure != NULL && figure->other != NULL)
        figure->other();
    return 2;
}
