/* SPDX-License-Identifier: MIT
 *
 * A manifest of any bytes: what comes out holds what manifest.h promises, and arguments
 * are made of it. The first byte says what the UART's numbers are, and the rest is the
 * text.
 */
#include "fuzz.h"

#include "servers/init/arguments.h"
#include "servers/init/manifest.h"

#include <stdbool.h>
#include <string.h>

#include <trapeze.h>

static struct manifest manifest;
static struct boot_arguments arguments;

static void check_name(const char *name, size_t bytes)
{
    CHECK(name[0] != '\0' && memchr(name, '\0', bytes) != NULL);
    for (; *name != '\0'; name++)
        CHECK(*name > ' ' && *name <= '~');
}

static void check_masks(const struct manifest_section *section, uint32_t served)
{
    const uint32_t names =
        manifest.name_count == 32 ? UINT32_MAX : manifest_bit(manifest.name_count) - 1;

    CHECK((section->serves & (section->serves - 1)) == 0);
    CHECK(((section->uses | section->gives) & ~served) == 0);
    CHECK(((section->uses | section->gives) & section->serves) == 0);
    CHECK((section->timed & ~section->uses) == 0);
    CHECK((section->registers & ~names) == 0);
    CHECK(section->looks_up == MANIFEST_ALL || (section->looks_up & ~names) == 0);
    CHECK((section->machine_rights & ~(RIGHT_DEVICE | RIGHT_LOG)) == 0);
}

static void check_section(const struct manifest_section *section, const char *text,
                          size_t length)
{
    if (section->kind != MANIFEST_RUN || strcmp(section->name, "*") != 0)
        check_name(section->name, sizeof section->name);
    CHECK(section->kind < MANIFEST_KINDS && section->line >= 1);
    CHECK(section->priority < PRIORITIES);
    CHECK(section->kind == MANIFEST_CLIENT ||
          (section->pages > 0 && section->slots > 0));
    CHECK((section->ping_ms == 0) == (section->ping_within_ms == 0));
    CHECK(section->ping_ms == 0 || section->serves != 0);
    CHECK(section->state_pages <= MANIFEST_STATE_PAGES_MAX);
    if (section->program.length != 0)
        CHECK(section->program.text >= text &&
              section->program.text + section->program.length <= text + length);
    if (section->client != 0)
        CHECK(manifest.sections[section->client - 1].kind == MANIFEST_CLIENT);
    CHECK((section->client == 0) == (section->children[0] == '\0'));
}

static void check_arguments(const struct manifest_section *section, uint8_t number)
{
    const struct boot_uart uart = {number, number, number, number, number};

    if (arguments_make(&manifest, section, &uart, &arguments) != NULL)
        return;
    CHECK(arguments.count >= 1 && arguments.count <= BOOT_ARGUMENTS_MAX);
    CHECK(arguments.words[arguments.count] == NULL);
    for (int i = 0; i < arguments.count; i++) {
        const char *word = arguments.words[i];
        CHECK(word >= arguments.text && word < arguments.text + sizeof arguments.text);
        CHECK(memchr(word, '\0',
                     (size_t)(arguments.text + sizeof arguments.text - word)) != NULL);
    }
}

static void check_good(const char *text, size_t length, uint8_t number)
{
    uint32_t served = 0;

    CHECK(manifest.section_count >= 1 &&
          manifest.section_count <= MANIFEST_SECTIONS_MAX);
    CHECK(manifest.name_count <= MANIFEST_NAMES_MAX);
    for (uint32_t i = 0; i < manifest.name_count; i++)
        check_name(manifest.names[i], sizeof manifest.names[i]);
    for (uint32_t i = 0; i < manifest.section_count; i++) {
        CHECK((served & manifest.sections[i].serves) == 0);
        served |= manifest.sections[i].serves;
    }
    for (uint32_t name = 0; name < manifest.name_count; name++) {
        if (served & manifest_bit(name))
            CHECK(strlen(manifest.names[name]) < MANIFEST_ENDPOINT_BYTES);
    }
    for (uint32_t i = 0; i < manifest.section_count; i++) {
        const struct manifest_section *section = &manifest.sections[i];
        check_section(section, text, length);
        check_masks(section, served);
        CHECK(manifest_badge(&manifest, section) == i + 1);
        CHECK(manifest_find(&manifest, section->name, strlen(section->name)) ==
              section);
        check_arguments(section, number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    const size_t length = size - 1;

    memset(&manifest, 0xa5, sizeof manifest);
    if (manifest_parse(text, length, &manifest)) {
        CHECK(manifest.error == NULL);
        check_good(text, length, data[0]);
    } else {
        CHECK(manifest.error != NULL && manifest.error_line >= 1);
        CHECK(memchr(manifest.error_word, '\0', sizeof manifest.error_word) != NULL);
    }
    return 0;
}
