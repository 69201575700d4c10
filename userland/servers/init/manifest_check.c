/* SPDX-License-Identifier: MIT
 *
 * What of a manifest can only be told at its end: whether endpoints have servers,
 * clients exist, anything is missing, handles are too many.
 */
#include <string.h>

#include <trapeze.h>

#include "manifest_words.h"

static uint32_t count_bits(uint32_t mask) { return (uint32_t)__builtin_popcount(mask); }

/* Of handles that it starts with. */
static uint32_t count_handles(const struct manifest *manifest,
                              const struct manifest_section *section)
{
    uint32_t count = count_bits(section->serves) + count_bits(section->uses) +
                     count_bits(section->gives) + 2 * section->uart + section->log +
                     section->archive + (section->state_pages != 0) +
                     (section->machine_rights != 0) + (section->requests != 0);
    if (section->client != 0) {
        const struct manifest_section *client =
            &manifest->sections[section->client - 1];
        count += count_bits(client->uses) + (client->requests != 0);
    }
    return count;
}

/* What nobody serves, or is served where it is used as well. */
static bool check_endpoints(struct manifest *manifest,
                            const struct manifest_section *section, uint32_t served)
{
    const uint32_t wanted = section->uses | section->gives;
    const uint32_t own = section->serves & wanted;
    const uint32_t bad = own != 0 ? own : wanted & ~served;

    if (bad == 0)
        return true;
    const char *name = manifest->names[__builtin_ctz(bad)];
    return manifest_fail_text(
        manifest,
        own != 0 ? "a server has its own endpoint without asking for it"
                 : "nobody serves this endpoint",
        name);
}

static bool check_section(struct manifest *manifest, struct manifest_section *section,
                          uint32_t served)
{
    manifest->error_line = section->line;
    for (uint32_t keyword = 0; keyword < KEYWORD_COUNT; keyword++) {
        const char *word = manifest_keywords[keyword].word;
        if (manifest_keywords[keyword].often == NEEDED &&
            !(section->seen & 1U << keyword) &&
            manifest_list_has(manifest_keywords[keyword].sections,
                              manifest_kinds[section->kind]))
            return manifest_fail_text(manifest, "the section lacks", word);
    }
    if (section->ping_ms != 0 && section->serves == 0)
        return manifest_fail_text(manifest, "cannot be pinged: it serves nothing",
                                  section->name);
    const uint32_t twice = section->uses & section->timed;
    if (twice != 0)
        return manifest_fail_text(manifest, "is used with and without a deadline",
                                  manifest->names[__builtin_ctz(twice)]);
    section->uses |= section->timed;
    if (section->children[0] != '\0') {
        const struct manifest_section *client =
            manifest_find(manifest, section->children, strlen(section->children));
        if (client == NULL || client->kind != MANIFEST_CLIENT)
            return manifest_fail_text(manifest, "there is no client of this name",
                                      section->children);
        section->client = manifest_badge(manifest, client);
    }
    return check_endpoints(manifest, section, served);
}

/* Two servers with the same endpoint; two with the device. */
static bool check_owners(struct manifest *manifest, uint32_t *served)
{
    bool uart = false;

    for (uint32_t i = 0; i < manifest->section_count; i++) {
        const struct manifest_section *section = &manifest->sections[i];
        manifest->error_line = section->line;
        if (*served & section->serves) {
            const char *name = manifest->names[__builtin_ctz(section->serves)];
            return manifest_fail_text(manifest, "another server serves this endpoint",
                                      name);
        }
        if (uart && section->uart && section->kind == MANIFEST_SERVER)
            return manifest_fail_text(manifest, "another server has this device",
                                      "uart");
        uart |= section->uart;
        *served |= section->serves;
    }
    return true;
}

bool manifest_check(struct manifest *manifest)
{
    uint32_t served = 0;

    if (!check_owners(manifest, &served))
        return false;
    for (uint32_t i = 0; i < manifest->section_count; i++) {
        if (!check_section(manifest, &manifest->sections[i], served))
            return false;
    }
    for (uint32_t i = 0; i < manifest->section_count; i++) {
        struct manifest_section *section = &manifest->sections[i];
        manifest->error_line = section->line;
        if (count_handles(manifest, section) > TRAPEZE_STARTUP_HANDLES)
            return manifest_fail_text(manifest, "more than 24 handles", section->name);
    }
    return true;
}
