/* SPDX-License-Identifier: MIT
 *
 * init waits in one place, for whatever comes first: a message, or the earliest of the
 * times at which something is to be started or pinged.
 *
 * A ping is a call with a deadline, so init is deaf for that long if a server is
 * silent, and only then. One miss may be a slow machine's; init serves others before it
 * asks again.
 */
#include "supervise.h"

#include <inttypes.h>
#include <string.h>

#include "arguments.h"
#include "power.h"
#include "report.h"
#include "requests.h"
#include "wiring.h"

#define PING_AGAIN_MS 50U /* after one without an answer */
#define PING_FIRST_MS                                               \
    20U /* after the start, so that one that fails at once is heard \
         */
#define MILLISECONDS 1000U

static struct supervised all[MANIFEST_SECTIONS_MAX];
static uint64_t
    log_shower; /* the badge of the server that shows the log; 0: the kernel */

uint64_t supervise_after_ms(uint64_t milliseconds)
{
    const uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    return trapeze_time() + milliseconds * hz / MILLISECONDS;
}

static uint64_t milliseconds_since(uint64_t ticks)
{
    const uint64_t hz = (uint64_t)sys_kernel_info(INFO_TIMEBASE_HZ);
    return (trapeze_time() - ticks) * MILLISECONDS / hz;
}

struct supervised *supervise_of_badge(uint64_t badge)
{
    const uint64_t index = badge - 1;
    return index < wiring.manifest->section_count ? &all[index] : NULL;
}

struct supervised *supervise_find(const struct manifest_section *section)
{
    return supervise_of_badge(manifest_badge(wiring.manifest, section));
}

/* `most` is seven parts in eight of what init has left, or six, five, ... : init pays
 * for the pages of the program's image, which may take more than what is left then. */
static long spawn_with_most(const struct boot_arguments *arguments,
                            struct trapeze_spawn_options *options)
{
    const struct trapeze_spawn_options asked = *options;
    uint64_t budget[4];
    long result = trapeze_process_inspect(0, INSPECT_BUDGET, budget);

    if (result < 0)
        return result;
    for (uint64_t parts = 7; parts > 0; parts--) {
        if (asked.pages == MANIFEST_MOST)
            options->pages = (budget[1] - budget[0]) / 8 * parts;
        if (asked.slots == MANIFEST_MOST)
            options->slots = (budget[3] - budget[2]) / 8 * parts;
        result = trapeze_spawn_with(arguments->count, arguments->words, options);
        if (result != E_NO_MEMORY && result != E_NO_SLOT)
            break;
    }
    return result;
}

/* Stopped. 0, or an error. */
static long spawn(struct supervised *supervised, const struct boot_arguments *arguments)
{
    static char *const no_environment[] = {NULL};
    const struct manifest_section *section = supervised->section;
    long result;
    struct trapeze_spawn_options options = {
        .pages = section->pages,
        .slots = section->slots,
        .priority = section->priority,
        .supervisor = wiring.endpoint,
        .badge = manifest_badge(wiring.manifest, section),
        .environment = no_environment,
        .bare = true,
        .stopped = true,
    };

    options.handles = wiring_of(section, &result);
    if (options.handles == NULL)
        return result;
    if (section->pages == MANIFEST_MOST || section->slots == MANIFEST_MOST)
        result = spawn_with_most(arguments, &options);
    else
        result = trapeze_spawn_with(arguments->count, arguments->words, &options);
    if (result < 0)
        return result;
    supervised->process = result;
    return 0;
}

/* It answers: from now on it is this server that shows the log, if it is there for
 * that. */
static void show_log(const struct supervised *supervised)
{
    if (!supervised->section->log || log_shower != 0)
        return;
    log_shower = manifest_badge(wiring.manifest, supervised->section);
    sys_log_claim(wiring.machine, 1);
    report_tell_servers();
}

/* Asks whether it is well, and says when to ask again. */
static void ping(struct supervised *supervised)
{
    const struct manifest_section *section = supervised->section;
    const uint32_t name = (uint32_t)__builtin_ctz(section->serves);
    struct trapeze_message message = {
        .label = TRAPEZE_PING,
        .deadline = supervise_after_ms(section->ping_within_ms),
    };

    const long error = trapeze_call(wiring.endpoints[name], &message);
    if (error == 0) {
        supervised->silent = 0;
        supervised->ping_ticks = supervise_after_ms(section->ping_ms);
        show_log(supervised);
        return;
    }
    supervised->ping_ticks = supervise_after_ms(PING_AGAIN_MS);
    if (error == E_PEER) /* it has just ended, and that is still to be heard */
        return;
    if (++supervised->silent < PINGS_MAX)
        return;
    supervised->ping_ticks = 0;
    report("init: %s does not answer, and is ended", supervised->program);
    sys_process_kill((uint64_t)supervised->process);
}

static void set_name(struct supervised *supervised, const char *program)
{
    strncpy(supervised->program, program, sizeof supervised->program - 1);
}

const char *supervise_start(const struct manifest_section *section,
                            struct boot_arguments *arguments)
{
    static struct boot_arguments own;
    struct supervised *supervised = supervise_find(section);
    struct trapeze_handle facts = {0};
    const char *problem = NULL;

    supervised->section = section;
    supervised->due_ticks = 0;
    if (section->uart && (wiring.uart.length == 0 || wiring.uart.interrupt == 0))
        return "the device tree names no UART that is known, with an interrupt";
    if (arguments == NULL)
        problem = arguments_make(wiring.manifest, section, &wiring.uart, &own);
    if (problem != NULL)
        return problem;
    if (arguments == NULL)
        arguments = &own;
    set_name(supervised, arguments->words[0]);
    const long error = spawn(supervised, arguments);
    if (error < 0)
        return trapeze_error_meaning(error);
    /* Its number tells its end, and once it runs it may have ended at any time. */
    trapeze_handle_inspect((uint64_t)supervised->process, &facts);
    supervised->number = facts.number;
    if (trapeze_start_spawned(supervised->process) < 0)
        sys_process_kill((uint64_t)supervised->process);
    supervised->started_ticks = trapeze_time();
    supervised->silent = 0;
    supervised->ping_ticks =
        section->ping_ms != 0 ? supervise_after_ms(PING_FIRST_MS) : 0;
    return NULL;
}

long supervise_kill(struct supervised *supervised)
{
    return supervised->process == 0 ? E_BAD_STATE
                                    : sys_process_kill((uint64_t)supervised->process);
}

/* It has ended, or could not be started. */
static void plan_restart(struct supervised *supervised, uint64_t lived_ms)
{
    const uint32_t delay = restart_after_end(&supervised->restart, lived_ms);
    report("init: %s starts again in %" PRIu32 " ms", supervised->program, delay);
    supervised->due_ticks = supervise_after_ms(delay);
}

static void start_again(struct supervised *supervised)
{
    const char *problem = supervise_start(supervised->section, NULL);
    if (problem == NULL)
        return;
    report("trapeze: cannot run '%s': %s", supervised->program, problem);
    plan_restart(supervised, 0);
}

/* Messages of the kernel: about which process, in the words of trapeze_child. */

static void take_fault(struct supervised *supervised,
                       const struct trapeze_message *message)
{
    const struct trapeze_message kill = {.label = VERDICT_KILL};
    const uint64_t process = (uint64_t)supervised->process;

    supervised->has_faulted = true;
    supervised->fault = (struct trapeze_child){
        .process = supervised->process,
        .kind = END_FAULTED,
        .scause = message->label,
        .pc = message->words[0],
        .value = message->words[1],
    };
    for (uint32_t i = 0; i < SUPERVISED_REGISTERS; i += 4)
        trapeze_registers_read(process, i / 4, supervised->registers + i);
    trapeze_reply(message->token, &kill);
}

void supervise_tell_end(const struct supervised *supervised)
{
    const struct trapeze_child *end = &supervised->end;

    if (end->kind == END_FAULTED)
        report("trapeze: process %" PRIu64 " (%s) ended: %s, pc 0x%" PRIx64
               ", value 0x%" PRIx64,
               supervised->number, supervised->program, trapeze_cause_name(end->scause),
               end->pc, end->value);
    else if (supervised->section->kind != MANIFEST_RUN && end->kind == END_EXITED)
        report("init: %s has ended with status %" PRId64, supervised->program,
               end->status);
    else if (supervised->section->kind != MANIFEST_RUN)
        report("init: %s was killed", supervised->program);
}

static void take_end(struct supervised *supervised,
                     const struct trapeze_message *message)
{
    const struct manifest_section *section = supervised->section;

    supervised->end = (struct trapeze_child){
        .process = supervised->process,
        .kind = (int64_t)message->label,
        .scause = message->words[0],
        .pc = message->words[1],
        .value = message->words[2],
    };
    supervised->has_ended = true;
    supervised->end_was_silent =
        supervised->silent == PINGS_MAX && supervised->end.kind == END_KILLED;
    trapeze_collect(supervised->process);
    supervised->process = 0;
    supervised->ping_ticks = 0;
    if (log_shower == message->badge) {
        log_shower = 0;
        sys_log_claim(wiring.machine, 0);
    }
    if (section->kind == MANIFEST_RUN)
        power_off_after(supervised);
    supervise_tell_end(supervised);
    if (section->restart)
        plan_restart(supervised, milliseconds_since(supervised->started_ticks));
}

static void take_message(struct trapeze_message *message)
{
    struct supervised *supervised = supervise_of_badge(message->badge);
    const uint64_t number =
        message->kind == KIND_FAULT ? message->words[2] : message->words[3];

    if (message->kind == KIND_MESSAGE) {
        requests_answer(message);
        return;
    }
    /* Of a process that could not be started as a whole, init has heard already. */
    if (message->kind == KIND_SIGNAL || supervised == NULL ||
        supervised->process == 0 || supervised->number != number)
        return;
    if (message->kind == KIND_FAULT)
        take_fault(supervised, message);
    else
        take_end(supervised, message);
}

static void sooner(uint64_t *earliest, uint64_t ticks)
{
    if (ticks != 0 && (*earliest == 0 || ticks < *earliest))
        *earliest = ticks;
}

static bool is_due(uint64_t ticks) { return ticks != 0 && ticks <= trapeze_time(); }

void supervise_step(uint64_t deadline_ticks)
{
    struct trapeze_message message = {.deadline = deadline_ticks};

    for (uint32_t i = 0; i < wiring.manifest->section_count; i++) {
        sooner(&message.deadline, all[i].due_ticks);
        sooner(&message.deadline, all[i].ping_ticks);
    }
    if (trapeze_recv(wiring.endpoint, &message) >= 0)
        take_message(&message);
    for (uint32_t i = 0; i < wiring.manifest->section_count; i++) {
        if (is_due(all[i].due_ticks))
            start_again(&all[i]);
        else if (is_due(all[i].ping_ticks))
            ping(&all[i]);
    }
}
