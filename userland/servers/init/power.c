/* SPDX-License-Identifier: MIT
 *
 * The console is asked, with a deadline, to say when everything is out; if it has died
 * meanwhile, it is first started again.
 */
#include "power.h"

#include <trapeze/console.h>

#include "wiring.h"

#define DRAIN_MS 2000U
#define DRAIN_TRIES 3
#define RESTART_MS (RESTART_LONGEST_MS + 100U)
#define STATUS_KILLED (STATUS_FAULT_BASE + 9) /* as shells have it: by SIGKILL */

/* The server that shows the log, and so the console; NULL if it does not run and will
 * not either. */
static struct supervised *find_console(void)
{
    const struct manifest *manifest = wiring.manifest;

    for (uint32_t i = 0; manifest != NULL && i < manifest->section_count; i++) {
        const struct manifest_section *section = &manifest->sections[i];
        struct supervised *supervised = supervise_find(section);
        if (section->kind == MANIFEST_SERVER && section->log && section->serves != 0 &&
            (supervised->process != 0 || supervised->due_ticks != 0))
            return supervised;
    }
    return NULL;
}

/* Asks the console with a handle that has this badge, about this stream. */
static long ask(const struct supervised *console, uint64_t badge, uint64_t request,
                uint64_t stream)
{
    const uint32_t name = (uint32_t)__builtin_ctz(console->section->serves);
    const long handle = sys_handle_duplicate(wiring.endpoints[name], RIGHT_SEND, badge);
    struct trapeze_message message = {
        .label = CONSOLE_LABEL(request, 0, stream),
        .deadline = supervise_after_ms(DRAIN_MS),
    };

    if (handle < 0)
        return handle;
    const long error = trapeze_call((uint64_t)handle, &message);
    sys_handle_close((uint64_t)handle);
    return error;
}

static void ask_until_done(uint64_t badge, uint64_t request, uint64_t stream)
{
    for (int i = 0; i < DRAIN_TRIES; i++) {
        const struct supervised *console = find_console();
        if (console == NULL || ask(console, badge, request, stream) == 0)
            return;
        const uint64_t end = supervise_after_ms(RESTART_MS);
        while (trapeze_time() < end)
            supervise_step(end);
    }
}

static void drain(void) { ask_until_done(0, CONSOLE_DRAIN, 1); }

_Noreturn void power_off(uint64_t status)
{
    drain();
    sys_machine_off(wiring.machine, status);
    sys_process_exit(STATUS_INIT_ENDED);
}

_Noreturn void power_off_after(const struct supervised *supervised)
{
    const struct trapeze_child *end = &supervised->end;

    ask_until_done(manifest_badge(wiring.manifest, supervised->section), CONSOLE_CLOSE,
                   supervised->number);
    drain(); /* before the kernel says something by itself */
    supervise_tell_end(supervised);
    power_off(end->kind == END_EXITED    ? (uint64_t)end->status
              : end->kind == END_FAULTED ? STATUS_FAULT_BASE + end->scause
                                         : STATUS_KILLED);
}
