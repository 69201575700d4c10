/* SPDX-License-Identifier: MIT
 *
 * A device tree of any bytes: what the kernel may rely on when the parser finds no
 * error.
 */
#include "fuzz.h"

#include "same_facts.h"

#define HART 1

static struct device_tree_facts facts;
static struct device_tree_facts moved_facts;

static void check_range(const struct range *range)
{
    CHECK(range->start <= range->end);
}

static void check_set(const struct range_set *set)
{
    CHECK(set->count <= RANGES_MAX);
    for (uint32_t i = 0; i < set->count; i++) {
        CHECK(set->ranges[i].start < set->ranges[i].end);
        for (uint32_t other = 0; other < i; other++)
            CHECK(set->ranges[other].end <= set->ranges[i].start ||
                  set->ranges[i].end <= set->ranges[other].start);
    }
}

static void check_facts(const uint8_t *data, size_t size)
{
    check_set(&facts.memory);
    check_set(&facts.reserved);
    check_range(&facts.initrd);
    check_range(&facts.plic);
    check_range(&facts.test_finisher);
    CHECK(facts.timebase_hz != 0);
    CHECK(facts.hart_count != 0 || !(facts.harts[0].has_d || facts.harts[0].has_sstc));
    for (uint64_t i = 0; i < TREE_HARTS_MAX; i++)
        CHECK(facts.harts[i].plic_context == PLIC_NO_CONTEXT ||
              (facts.harts[i].plic_context < size / 8 && facts.hart_count != 0 &&
               i <= facts.hart_count));
    CHECK(facts.total_bytes <= size);
    if (*facts.bootargs != '\0')
        CHECK((const uint8_t *)facts.bootargs >= data &&
              (const uint8_t *)facts.bootargs + strlen(facts.bootargs) < data + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *error = device_tree_parse(data, size, HART, &facts);

    if (error == NULL)
        check_facts(data, size);
    CHECK(facts.error_offset <= size);

    /* The same bytes at another alignment mean the same. */
    uint8_t *moved = malloc(size + 1);
    CHECK(moved != NULL);
    memcpy(moved + 1, data, size);
    CHECK(device_tree_parse(moved + 1, size, HART, &moved_facts) == error);
    CHECK(same_facts(&moved_facts, &facts));
    free(moved);
    return 0;
}
