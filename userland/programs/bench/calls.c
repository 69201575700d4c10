/* SPDX-License-Identifier: MIT
 *
 * The figures that take one process: from an ecall to the next instruction.
 */
#include <stdlib.h>

#include <trapeze.h>

#include "figures.h"
#include "measured.h"

static bool process_self(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {0};

    *cost = bench_between(bench_call(SYS_process_self, registers));
    return registers[0] == (uint64_t)sys_process_self();
}

static bool yield_alone(uint64_t *cost)
{
    uint64_t registers[BENCH_REGISTERS] = {0};

    const long switches = sys_kernel_info(INFO_SWITCHES);
    *cost = bench_between(bench_call(SYS_yield, registers));
    return sys_kernel_info(INFO_SWITCHES) == switches;
}

/* Nobody waits at the endpoint, and no bit is pending. */
static bool signal_nobody(uint64_t *cost)
{
    static uint64_t endpoint, signalled;

    if (endpoint == 0) {
        endpoint = (uint64_t)sys_endpoint_create();
        signalled = (uint64_t)sys_handle_duplicate(endpoint, RIGHT_SIGNAL, 1);
    }
    uint64_t registers[BENCH_REGISTERS] = {signalled};
    *cost = bench_between(bench_call(SYS_signal, registers));
    struct trapeze_message message = {.deadline = 1}; /* what is there, or nothing */
    return registers[0] == 0 && trapeze_recv(endpoint, &message) == KIND_SIGNAL;
}

/* A page of memory at an address where something was mapped before: the tables for it
 * are there. */
static bool map_page(uint64_t *cost)
{
    static uint64_t memory, address;
    static bool tables_are_there;

    if (memory == 0) {
        memory = (uint64_t)sys_memory_create(1, 0);
        address = trapeze_range_take(1);
    }
    uint64_t registers[BENCH_REGISTERS] = {memory, 0, address,
                                           0,      1, RIGHT_READ | RIGHT_WRITE};
    *cost = bench_between(bench_call(SYS_memory_map, registers));
    const bool counts = tables_are_there;
    tables_are_there = true;
    return sys_memory_unmap(0, registers[0]) == 0 && counts;
}

/* A program that does nothing: spawned, ended, waited for. */
static bool spawn_exit_wait(uint64_t *cost)
{
    struct trapeze_child end;

    const uint64_t start = trapeze_instret();
    trapeze_wait(trapeze_spawn(1, (char *[]){"trivial", NULL}), TRAPEZE_NEVER, &end);
    *cost = trapeze_instret() - start - READS_APART;
    return end.kind == END_EXITED && end.status == EXIT_SUCCESS;
}

/* From the kernel's first instruction to this program's: by way of init, which starts
 * the servers and then this. */
static bool boot_to_program(uint64_t *cost)
{
    *cost = bench_first_instret - (uint64_t)sys_kernel_info(INFO_ENTRY_INSTRET);
    return true;
}

const struct figure call_figures[] = {
    {"process_self", SAMPLES, NULL, process_self, NULL},
    {"yield_alone", SAMPLES, NULL, yield_alone, NULL},
    {"signal_nobody", SAMPLES, NULL, signal_nobody, NULL},
    {"map_page", SAMPLES, NULL, map_page, NULL},
    {"spawn_exit_wait", SAMPLES, NULL, spawn_exit_wait, NULL},
    {"boot_to_program", 1, NULL, boot_to_program, NULL},
    {.name = NULL},
};
