/* SPDX-License-Identifier: MIT
 *
 * Messages between this process, the client, and a server in another address space that
 * waits in reply_recv: five words there, and five back.
 *
 *   call_reply   from the client's ecall to its next instruction, less what the server
 *                does by itself
 *   call         from the client's ecall to the server's next instruction
 *   reply_recv   from the server's ecall to the client's next instruction
 *
 * call_reply_float is the same as call_reply with the FPU in use on both sides.
 */
#include <trapeze.h>

#include "measured.h"
#include "other.h"

static bool begin(const struct figure *figure)
{
    return other_make_endpoint() &&
           other_spawn(figure, RIGHT_SEND | RIGHT_RECEIVE, -1) && other_share_page() &&
           other_start();
}

static bool call_with(struct bench_times (*make)(long, uint64_t *),
                      struct bench_times *times)
{
    uint64_t registers[BENCH_REGISTERS] = {other.endpoint, 1, 2, 3, 4, 5};

    *times = make(SYS_call, registers);
    return registers[0] == KIND_MESSAGE;
}

static bool call_reply(uint64_t *cost)
{
    struct bench_times times;

    const bool replied = call_with(bench_call, &times);
    *cost = bench_between(times) - BENCH_SERVE_EXTRA;
    return replied;
}

static bool call_reply_float(uint64_t *cost)
{
    struct bench_times times;

    const bool replied = call_with(bench_call_float, &times);
    *cost = bench_between(times) - BENCH_SERVE_FLOAT_EXTRA - 1; /* this one's own */
    return replied;
}

static bool call(uint64_t *cost)
{
    const volatile struct bench_times *server = other.shared;
    struct bench_times times;

    const bool replied = call_with(bench_call, &times);
    *cost = server->after - times.before - READS_APART;
    return replied;
}

/* The server's reading before a reply is there when the next message has come. */
static bool reply_recv(uint64_t *cost)
{
    const volatile struct bench_times *server = other.shared;
    struct bench_times times, next;

    const bool replied = call_with(bench_call, &times) && call_with(bench_call, &next);
    *cost = times.after - server->before - READS_APART;
    return replied;
}

static void serve(void)
{
    bench_serve(other_inherited_endpoint(), (struct bench_times *)OTHER_SHARED);
}

static void serve_float(void)
{
    bench_serve_float(other_inherited_endpoint(), (struct bench_times *)OTHER_SHARED);
}

const struct figure message_figures[] = {
    {"call", SAMPLES, begin, call, serve},
    {"reply_recv", SAMPLES, begin, reply_recv, serve},
    {"call_reply", SAMPLES, begin, call_reply, serve},
    {.name = NULL},
};

const struct figure float_figures[] = {
    {"call_reply_float", SAMPLES, begin, call_reply_float, serve_float},
    {.name = NULL},
};
