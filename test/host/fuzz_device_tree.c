/* SPDX-License-Identifier: MIT
 *
 * A device tree of any bytes: what the kernel may rely on when the parser finds no
 * error.
 */
#include "fuzz.h"

#include "same_facts.h"

static struct device_tree_facts facts;
static struct device_tree_facts moved_facts;

static void check_range(const struct device_tree_range *range)
{
    CHECK(range->base <= UINT64_MAX - range->length);
}

static void check_ranges(const struct device_tree_range *ranges, size_t count,
                         size_t capacity)
{
    CHECK(count <= capacity);
    for (size_t i = 0; i < count; i++) {
        check_range(&ranges[i]);
        CHECK(ranges[i].length != 0);
        CHECK(i == 0 || ranges[i - 1].base <= ranges[i].base);
    }
}

static void check_facts(const uint8_t *data, size_t size, uint64_t physical)
{
    bool holds_blob = false;

    check_ranges(facts.memory, facts.memory_count, DEVICE_TREE_MAX_MEMORY);
    check_ranges(facts.reserved, facts.reserved_count, DEVICE_TREE_MAX_RESERVED);
    CHECK(facts.memory_count != 0);
    for (size_t i = 1; i < facts.memory_count; i++)
        CHECK(facts.memory[i - 1].base + facts.memory[i - 1].length <=
              facts.memory[i].base);
    for (size_t i = 0; i < facts.reserved_count; i++)
        holds_blob |= facts.reserved[i].base == physical &&
                      facts.reserved[i].length == facts.total_bytes;
    CHECK(holds_blob);

    CHECK(facts.hart_count >= 1 && facts.hart_count <= DEVICE_TREE_MAX_HARTS);
    for (size_t i = 0; i < facts.hart_count; i++) {
        for (size_t other = 0; other < i; other++)
            CHECK(facts.harts[other].id != facts.harts[i].id);
        CHECK(facts.harts[i].plic_context == PLIC_NO_CONTEXT ||
              facts.harts[i].plic_context < size / 8);
        CHECK(facts.harts[i].plic_context == PLIC_NO_CONTEXT ||
              facts.harts[i].intc_phandle != 0);
    }
    CHECK(facts.timebase_hz != 0);

    check_range(&facts.uart.registers);
    check_range(&facts.plic);
    check_range(&facts.test_finisher);
    check_range(&facts.initrd);
    CHECK(facts.uart.reg_shift <= 4);
    CHECK(facts.uart.registers.length == 0 || facts.uart.reg_io_width == 1 ||
          facts.uart.reg_io_width == 2 || facts.uart.reg_io_width == 4);
    CHECK(facts.total_bytes <= size);
    CHECK(strlen(facts.bootargs) == facts.bootargs_length);
    if (facts.bootargs_length != 0)
        CHECK((const uint8_t *)facts.bootargs >= data &&
              (const uint8_t *)facts.bootargs + facts.bootargs_length < data + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint64_t physical = 0x87e00000;
    const char *error = device_tree_parse(data, size, physical, &facts);

    if (error == NULL)
        check_facts(data, size, physical);
    else
        CHECK(facts.error_offset <= size);

    /* The same bytes at another alignment mean the same. */
    uint8_t *moved = malloc(size + 1);
    CHECK(moved != NULL);
    memcpy(moved + 1, data, size);
    CHECK(device_tree_parse(moved + 1, size, physical, &moved_facts) == error);
    CHECK(same_facts(&moved_facts, &facts));
    free(moved);
    return 0;
}
