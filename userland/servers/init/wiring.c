/* SPDX-License-Identifier: MIT
 *
 * Follows the manifest's words; what a server or a program is called plays no part.
 */
#include "wiring.h"

#include <string.h>

struct wiring wiring;

/* The handles of one section. The names are those that the program asks for. */
struct list {
    bool made;
    uint32_t count;
    long error; /* of the first that could not be made */
    struct trapeze_spawn_handle handles[TRAPEZE_STARTUP_HANDLES + 1];
    char names[TRAPEZE_STARTUP_HANDLES][TRAPEZE_NAME_BYTES];
};

static struct list lists[MANIFEST_SECTIONS_MAX];

long wiring_make_endpoints(void)
{
    const struct manifest *manifest = wiring.manifest;
    uint32_t served = 0;

    for (uint32_t i = 0; i < manifest->section_count; i++)
        served |= manifest->sections[i].serves;
    for (uint32_t name = 0; name < manifest->name_count; name++) {
        if (!(served & manifest_bit(name)))
            continue;
        const long endpoint = sys_endpoint_create();
        if (endpoint < 0)
            return endpoint;
        wiring.endpoints[name] = (uint64_t)endpoint;
    }
    return 0;
}

/* The manifest's check has counted the handles and measured the names. */
static void add(struct list *list, const char *name, const char *suffix, long handle)
{
    if (handle < 0 && list->error == 0)
        list->error = handle;
    if (handle < 0 || list->count == TRAPEZE_STARTUP_HANDLES)
        return;
    char *copy = list->names[list->count];
    strncpy(copy, name, TRAPEZE_NAME_BYTES - 1);
    strncat(copy, suffix, TRAPEZE_NAME_BYTES - 1 - strlen(copy));
    list->handles[list->count++] =
        (struct trapeze_spawn_handle){copy, (uint64_t)handle};
}

/* A handle for each endpoint of the mask. */
static void add_endpoints(struct list *list, uint32_t mask, const char *suffix,
                          uint64_t badge)
{
    for (uint32_t name = 0; name < wiring.manifest->name_count; name++) {
        if (mask & manifest_bit(name))
            add(list, wiring.manifest->names[name], suffix,
                sys_handle_duplicate(wiring.endpoints[name], RIGHT_SEND, badge));
    }
}

uint64_t wiring_uart_offset(void) { return wiring.uart.address % PAGE_BYTES; }

static void add_uart(struct list *list)
{
    const uint64_t offset = wiring_uart_offset();
    const uint64_t pages = (offset + wiring.uart.length + PAGE_BYTES - 1) / PAGE_BYTES;

    add(list, "uart", "",
        sys_device_create(wiring.machine, wiring.uart.address - offset, pages));
    add(list, "uart.irq", "", sys_irq_create(wiring.machine, wiring.uart.interrupt));
}

/* To receive, to be called by itself no less, and to bind interrupts. */
static void add_served(struct list *list, uint32_t mask)
{
    for (uint32_t name = 0; name < wiring.manifest->name_count; name++) {
        if (mask & manifest_bit(name))
            add(list, wiring.manifest->names[name], "", (long)wiring.endpoints[name]);
    }
}

static void make(struct list *list, const struct manifest_section *section)
{
    const uint32_t badge = manifest_badge(wiring.manifest, section);

    add_served(list, section->serves);
    add_endpoints(list, section->uses, "", badge);
    add_endpoints(list, section->gives, "", 0);
    if (section->uart)
        add_uart(list);
    if (section->log)
        add(list, "log", "", (long)wiring.log);
    if (section->archive)
        add(list, "archive", "", (long)wiring.archive);
    if (section->state_pages != 0)
        add(list, "state", "", sys_memory_create(section->state_pages, 0));
    if (section->machine_rights != 0)
        add(list, "machine", "",
            sys_handle_duplicate(wiring.machine, section->machine_rights, 0));
    if (section->requests != 0)
        add(list, "init", "", sys_handle_duplicate(wiring.endpoint, RIGHT_SEND, badge));
    if (section->client == 0)
        return;
    const struct manifest_section *client =
        &wiring.manifest->sections[section->client - 1];
    add_endpoints(list, client->uses, ".child", section->client);
    if (client->requests != 0)
        add(list, "init", ".child",
            sys_handle_duplicate(wiring.endpoint, RIGHT_SEND, section->client));
}

const struct trapeze_spawn_handle *wiring_of(const struct manifest_section *section,
                                             long *error)
{
    struct list *list = &lists[manifest_badge(wiring.manifest, section) - 1];

    if (!list->made)
        make(list, section);
    list->made = true;
    *error = list->error;
    return list->error == 0 ? list->handles : NULL;
}
