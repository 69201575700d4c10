/* SPDX-License-Identifier: MIT
 *
 * init: the process that the kernel starts. It reads the manifest in the boot archive,
 * starts the servers that it lists, and what is to be run; from then on it supervises
 * them (supervise.h) and answers what programs may ask of it (requests.h).
 * docs/manifest.md describes the manifest, docs/security.md who is trusted with what.
 *
 * If init ends, the machine powers off. So it does not end.
 */
#include <inttypes.h>
#include <string.h>

#include <trapeze.h>
#include <trapeze/archive.h>
#include <trapeze/init.h>

#include "boot_line.h"
#include "boot_tree.h"
#include "power.h"
#include "report.h"
#include "supervise.h"
#include "wiring.h"

static struct manifest manifest;
static struct boot_tree tree;

static _Noreturn void give_up(const char *name, const char *reason)
{
    report("trapeze: cannot run '%s': %s", name, reason);
    power_off(STATUS_NOT_RUN);
}

static void read_device_tree(uint64_t memory, uint64_t offset)
{
    struct trapeze_handle facts = {0};
    long error = trapeze_handle_inspect(memory, &facts);
    const char *blob =
        error < 0 ? NULL : trapeze_map(memory, facts.number, RIGHT_READ, &error);

    if (blob == NULL)
        give_up("init", trapeze_error_meaning(error));
    const uint64_t bytes = facts.number * PAGE_BYTES;
    boot_tree_read(&(struct boot_blob){blob + offset, bytes - offset}, &tree);
}

static void read_manifest(size_t archive_bytes)
{
    size_t mapped;
    size_t length;
    const void *archive = trapeze_archive(&mapped);
    const char *problem =
        archive == NULL ? "there is none" : archive_check(archive, archive_bytes);

    if (problem != NULL) {
        report("init: this is no boot archive: %s", problem);
        power_off(STATUS_NOT_RUN);
    }
    const char *text = trapeze_archive_file("manifest", &length);
    if (text == NULL)
        give_up("init", "the boot archive has no file 'manifest'");
    if (manifest_parse(text, length, &manifest)) {
        wiring.manifest = &manifest;
        return;
    }
    if (manifest.error_word[0] != '\0')
        report("manifest:%" PRIu32 ": %s: '%s'", manifest.error_line, manifest.error,
               manifest.error_word);
    else
        report("manifest:%" PRIu32 ": %s", manifest.error_line, manifest.error);
    power_off(STATUS_NOT_RUN);
}

static void start_servers(void)
{
    const long error = wiring_make_endpoints();

    if (error < 0)
        give_up("init", trapeze_error_meaning(error));
    for (uint32_t i = 0; i < manifest.section_count; i++) {
        const struct manifest_section *section = &manifest.sections[i];
        const char *problem = NULL;
        if (section->kind == MANIFEST_SERVER)
            problem = supervise_start(section, NULL);
        if (problem != NULL)
            give_up(section->name, problem);
    }
}

/* What trapeze.run says, to the end of the machine; else the shell. */
static void start_program(struct boot_span run)
{
    static struct boot_arguments arguments;
    const struct manifest_section *section;
    const char *problem;

    if (run.length == 0) {
        section = manifest_first(&manifest, MANIFEST_SHELL);
        if (section == NULL)
            give_up("", "no program is named, and the manifest has no shell");
        problem = supervise_start(section, NULL);
    } else if (!boot_line_split(run, &arguments)) {
        give_up(arguments.words[0], "the arguments are too long");
    } else {
        section = manifest_for_run(&manifest, arguments.words[0]);
        problem = section == NULL ? "the manifest has no section for it"
                                  : supervise_start(section, &arguments);
    }
    if (problem != NULL)
        give_up(run.length == 0 ? section->name : arguments.words[0], problem);
}

int init_main(const uint64_t registers[INIT_REGISTER_COUNT])
{
    struct boot_problem problem;

    wiring.machine = registers[INIT_MACHINE];
    wiring.archive = registers[INIT_ARCHIVE];
    wiring.log = registers[INIT_LOG];
    wiring.self = registers[INIT_SELF];
    const long endpoint = sys_endpoint_create();
    if (endpoint < 0)
        give_up("init", trapeze_error_meaning(endpoint));
    wiring.endpoint = (uint64_t)endpoint;
    read_device_tree(registers[INIT_DEVICE_TREE], registers[INIT_DEVICE_TREE_OFFSET]);
    wiring.uart = tree.uart;
    read_manifest(registers[INIT_ARCHIVE_BYTES]);

    struct boot_span run =
        boot_line_run(tree.bootargs, strlen(tree.bootargs), &problem);
    if (problem.text != NULL)
        report("trapeze: command line: %s '%.*s' is ignored (%s)", problem.text,
               (int)problem.word.length, problem.word.text, problem.hint);
    start_servers();
    start_program(run);
    for (;;)
        supervise_step(TRAPEZE_NEVER);
}
