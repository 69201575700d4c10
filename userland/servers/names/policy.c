/* SPDX-License-Identifier: MIT
 *
 * A list that is looked through from its start: it has a few dozen entries.
 */
#include "policy.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 256

static struct entry {
    enum policy_right right;
    uint64_t badge;
    const char *name;
} entries[ENTRIES_MAX];
static size_t entry_count;

static const char *const words[] = {"register=", "lookup="}; /* as enum policy_right */

bool policy_add(const char *argument)
{
    for (enum policy_right right = POLICY_REGISTER; right <= POLICY_LOOKUP; right++) {
        const size_t length = strlen(words[right]);
        char *end;
        if (strncmp(argument, words[right], length) != 0)
            continue;
        const uint64_t badge = strtoul(argument + length, &end, 10);
        if (badge == 0 || *end != ':' || end[1] == '\0' || entry_count == ENTRIES_MAX)
            return false;
        entries[entry_count++] = (struct entry){right, badge, end + 1};
        return true;
    }
    return false;
}

bool policy_allows(enum policy_right right, uint64_t badge, const char *name)
{
    for (size_t i = 0; i < entry_count; i++) {
        const struct entry *entry = &entries[i];
        if (entry->right == right && entry->badge == badge &&
            (strcmp(entry->name, "*") == 0 || strcmp(entry->name, name) == 0))
            return true;
    }
    return false;
}
