/* SPDX-License-Identifier: MIT
 *
 * boot/device_tree.c and boot/tree_walk.c: real and hand-written trees (trees/), then
 * every way to be malformed, one at a time. Blobs are allocated to the byte, so ASan
 * sees a read outside.
 */
#include "tree_builder.h"

#include "boot/device_tree.h"
#include "boot/tree_walk.h"
#include "same_facts.h"

#include <stdio.h>

#define PHYSICAL 0x87e00000UL

/* Every way to be malformed. */
static const char *const TREE_OK = NULL;
#define TREE_TRUNCATED "the blob is truncated"
#define TREE_BAD_MAGIC "the blob does not begin with 0xd00dfeed"
#define TREE_BAD_VERSION "the format is not compatible with version 17"
#define TREE_BLOCK_OUTSIDE "a block reaches beyond the blob"
#define TREE_STRINGS_UNTERMINATED "the strings block does not end with a NUL"
#define TREE_RESERVATIONS_UNTERMINATED "the memory reservation block does not end"
#define TREE_STRUCTURE_TRUNCATED "the structure block ends before its end token"
#define TREE_BAD_TOKEN "unknown or misplaced token in the structure block"
#define TREE_TOO_DEEP "nodes are nested more than 16 deep"
#define TREE_NODE_NAME_UNTERMINATED "a node's name does not end"
#define TREE_PROPERTY_OUTSIDE "a property reaches beyond the structure block"
#define TREE_PROPERTY_NAME_OUTSIDE "a property's name lies outside the strings block"
#define TREE_TOO_MANY_PROPERTIES "a node has more than 64 properties"
#define TREE_BAD_NUMBER "a number is not one or two cells"
#define TREE_STRING_UNTERMINATED "a string does not end with a NUL"
#define TREE_BAD_CELLS "#address-cells or #size-cells does not suit a reg"
#define TREE_BAD_REG "a reg is not a number of whole entries"
#define TREE_BAD_HART "a hart's reg is not one id of #address-cells"
#define TREE_RANGE_WRAPS "a range reaches beyond the last address"
#define TREE_RESERVED_WRAPS "a reserved range reaches beyond the last address"
#define TREE_MEMORY_OVERLAP "two ranges of memory overlap"
#define TREE_TOO_MANY_RESERVED "more than 32 reserved ranges"
#define TREE_HART_TWICE "two harts have the same id"
#define TREE_BAD_INITRD "the initrd ends before it starts"
#define TREE_NO_MEMORY "no memory"
#define TREE_NO_HART "no usable hart"
#define TREE_NO_TIMEBASE "no timebase-frequency"

static struct device_tree_facts facts;

/* NULL is success. */
static void expect_result(const char *actual, const char *expected)
{
    if (expected == NULL) {
        if (actual != NULL)
            fail_msg("%s, at offset %u", actual, facts.error_offset);
    } else {
        assert_non_null(actual);
        assert_string_equal(actual, expected);
    }
}

/*
 * Trees from files
 */

static uint8_t *read_tree(const char *name, size_t *length)
{
    char path[512];
    snprintf(path, sizeof path, "%s%s.dtb", TREES, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *length = (size_t)ftell(file);
    rewind(file);
    uint8_t *blob = malloc(*length);
    assert_non_null(blob);
    assert_int_equal(fread(blob, 1, *length, file), *length);
    fclose(file);
    return blob;
}

static void expect_range(struct device_tree_range range, uint64_t base, uint64_t length)
{
    assert_int_equal(range.base, base);
    assert_int_equal(range.length, length);
}

static void qemu_7_2(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("qemu-7.2", &length);
    const uint32_t flags = HART_HAS_D | HART_HAS_SSTC | HART_HAS_SV39;

    expect_result(device_tree_parse(blob, length, PHYSICAL, &facts), TREE_OK);
    assert_int_equal(facts.memory_count, 1);
    expect_range(facts.memory[0], 0x80000000, 0x8000000);
    assert_int_equal(facts.reserved_count, 2);
    expect_range(facts.reserved[0], 0x80000000, 0x80000);
    expect_range(facts.reserved[1], PHYSICAL, length);
    assert_int_equal(facts.hart_count, 1);
    assert_int_equal(facts.harts[0].id, 0);
    assert_int_equal(facts.harts[0].flags, flags);
    assert_int_equal(facts.harts[0].plic_context, 1);
    assert_int_equal(facts.timebase_hz, 10000000);
    expect_range(facts.plic, 0xc000000, 0x600000);
    assert_int_equal(facts.plic_source_count, 96);
    expect_range(facts.uart.registers, 0x10000000, 0x100);
    assert_int_equal(facts.uart.reg_shift, 0);
    assert_int_equal(facts.uart.reg_io_width, 1);
    assert_int_equal(facts.uart.interrupt, 10);
    expect_range(facts.test_finisher, 0x100000, 0x1000);
    expect_range(facts.initrd, 0x841ff000, 0x9200);
    assert_string_equal(facts.bootargs, "timer=sbi trapeze.run=\"demo a b\"");
    assert_int_equal(facts.bootargs_length, strlen(facts.bootargs));
    assert_int_equal(facts.total_bytes, length);
    assert_int_equal(facts.error_offset, 0);
    assert_int_equal(facts.memory_dropped + facts.harts_dropped, 0);
    free(blob);
}

static void qemu_7_2_with_numa(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("qemu-7.2-numa", &length);
    const uint32_t contexts[] = {1, 3, PLIC_NO_CONTEXT, PLIC_NO_CONTEXT};

    expect_result(device_tree_parse(blob, length, PHYSICAL, &facts), TREE_OK);
    assert_int_equal(facts.memory_count, 2);
    expect_range(facts.memory[0], 0x80000000, 0x10000000);
    expect_range(facts.memory[1], 0x90000000, 0x10000000);
    assert_int_equal(facts.hart_count, ARRAY_LENGTH(contexts));
    for (size_t i = 0; i < ARRAY_LENGTH(contexts); i++)
        assert_int_equal(facts.harts[i].plic_context, contexts[facts.harts[i].id]);
    expect_range(facts.plic, 0xc000000, 0x600000); /* the first of the two */
    assert_string_equal(facts.bootargs, "");
    assert_int_equal(facts.bootargs_length, 0);
    assert_int_equal(facts.initrd.length, 0);
    free(blob);
}

static void qemu_10(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("qemu-10", &length);

    expect_result(device_tree_parse(blob, length, PHYSICAL, &facts), TREE_OK);
    assert_int_equal(facts.harts[0].flags, HART_HAS_D | HART_HAS_SSTC | HART_HAS_SV39);
    expect_range(facts.memory[0], 0x80000000, 0x200000000);
    assert_int_equal(facts.reserved_count,
                     4); /* memreserve, two of the firmware, the blob */
    expect_range(facts.reserved[0], 0x80000000, 0x40000);
    expect_range(facts.reserved[1], 0x80000000, 0x40000);
    expect_range(facts.reserved[2], 0x80040000, 0x20000);
    expect_range(facts.uart.registers, 0x10000000,
                 0x100); /* not the one behind `ranges` */
    assert_int_equal(facts.harts[0].plic_context, 1);
    assert_string_equal(facts.bootargs, "timer=sstc");
    free(blob);
}

static void a_board(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("board", &length);

    expect_result(device_tree_parse(blob, length, PHYSICAL, &facts), TREE_OK);
    assert_int_equal(facts.memory_count,
                     2); /* sorted; neither the empty nor the disabled one */
    expect_range(facts.memory[0], 0x80000000, 0x40000000);
    expect_range(facts.memory[1], 0x400000000, 0x100000000);
    assert_int_equal(facts.hart_count, 2); /* not the disabled one */
    assert_int_equal(facts.harts[0].id, 1);
    assert_int_equal(facts.harts[1].id, 2);
    assert_int_equal(facts.harts[0].plic_context, 2);
    assert_int_equal(facts.harts[1].plic_context, 4);
    assert_int_equal(facts.timebase_hz, 4000000);
    expect_range(facts.uart.registers, 0x10010000, 0x10000); /* serial1, not serial10 */
    assert_int_equal(facts.uart.reg_shift, 2);
    assert_int_equal(facts.uart.reg_io_width, 4);
    assert_int_equal(facts.uart.interrupt, 33);
    assert_int_equal(facts.plic_source_count, 136);
    assert_int_equal(facts.test_finisher.length, 0);
    free(blob);
}

static void a_console_of_another_kind(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("other-console", &length);

    expect_result(device_tree_parse(blob, length, PHYSICAL, &facts), TREE_OK);
    assert_int_equal(facts.uart.registers.length, 0); /* not the ns16550 beside it */
    expect_range(facts.initrd, 0x84000000, 0x200);
    assert_int_equal(facts.hart_count, 1);
    assert_int_equal(facts.harts[0].id, 7);
    assert_int_equal(facts.harts[0].flags, 0);
    assert_int_equal(facts.harts[0].plic_context, PLIC_NO_CONTEXT);
    assert_int_equal(facts.plic.length, 0);
    free(blob);
}

static const char *const tree_names[] = {"qemu-7.2", "qemu-7.2-numa", "qemu-10",
                                         "board", "other-console"};

/* The facts are the same at any alignment. */
static void blobs_need_no_alignment(void **state)
{
    (void)state;
    static struct device_tree_facts moved_facts;

    for (size_t tree = 0; tree < ARRAY_LENGTH(tree_names); tree++) {
        size_t length;
        uint8_t *blob = read_tree(tree_names[tree], &length);
        expect_result(device_tree_parse(blob, length, PHYSICAL, &facts), TREE_OK);
        for (size_t shift = 1; shift < 8; shift++) {
            uint8_t *moved = malloc(length + shift);
            assert_non_null(moved);
            memcpy(moved + shift, blob, length);
            expect_result(
                device_tree_parse(moved + shift, length, PHYSICAL, &moved_facts),
                TREE_OK);
            assert_true(same_facts(&moved_facts, &facts));
            free(moved);
        }
        free(blob);
    }
}

/* However much of a blob is there: an error and no read beyond it. */
static void truncated_blobs_are_refused(void **state)
{
    (void)state;
    for (size_t tree = 0; tree < ARRAY_LENGTH(tree_names); tree++) {
        size_t length;
        uint8_t *blob = read_tree(tree_names[tree], &length);
        for (size_t capacity = 0; capacity < length; capacity++) {
            uint8_t *part = malloc(capacity == 0 ? 1 : capacity);
            assert_non_null(part);
            memcpy(part, blob, capacity);
            expect_result(device_tree_parse(part, capacity, PHYSICAL, &facts),
                          TREE_TRUNCATED);
            if (capacity >= 8) { /* the header lies about it, too */
                put_be32(part + 4, (uint32_t)capacity);
                assert_int_not_equal(
                    device_tree_parse(part, capacity, PHYSICAL, &facts), TREE_OK);
            }
            free(part);
        }
        free(blob);
    }
}

/* A structure block that ends early, at every token. */
static void truncated_structures_are_refused(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("board", &length);
    uint8_t *place = blob + 4 * HEADER_STRUCTURE_LENGTH;
    const uint32_t whole = get_be32(place);

    for (uint32_t part = 0; part < whole; part += 4) {
        put_be32(place, part);
        const char *error = device_tree_parse(blob, length, PHYSICAL, &facts);
        assert_non_null(error);
        assert_true(strcmp(error, TREE_STRUCTURE_TRUNCATED) == 0 ||
                    strcmp(error, TREE_PROPERTY_OUTSIDE) == 0 ||
                    strcmp(error, TREE_NODE_NAME_UNTERMINATED) == 0);
    }
    free(blob);
}

/*
 * Trees made here
 */

/* What every test starts from, so that each has exactly one mistake. The root stays
 * open. */
static struct tree_builder *new_tree(void)
{
    struct tree_builder *tree = calloc(1, sizeof *tree);
    assert_non_null(tree);
    begin_node(tree, "");
    add_cells(tree, "#address-cells", 1, 2);
    add_cells(tree, "#size-cells", 1, 1);
    return tree;
}

static void add_memory(struct tree_builder *tree)
{
    begin_node(tree, "memory@80000000");
    add_text(tree, "device_type", "memory");
    add_cells(tree, "reg", 3, 0, 0x80000000, 0x8000000);
    end_node(tree);
}

/* /cpus stays open. */
static void begin_cpus(struct tree_builder *tree)
{
    begin_node(tree, "cpus");
    add_cells(tree, "#address-cells", 1, 1);
    add_cells(tree, "#size-cells", 1, 0);
    add_cells(tree, "timebase-frequency", 1, 10000000);
}

static void add_hart(struct tree_builder *tree, uint32_t id, uint32_t intc_phandle)
{
    begin_node(tree, "cpu");
    add_text(tree, "device_type", "cpu");
    add_cells(tree, "reg", 1, id);
    begin_node(tree, "interrupt-controller");
    add_text(tree, "compatible", "riscv,cpu-intc");
    add_cells(tree, "phandle", 1, intc_phandle);
    end_node(tree);
    end_node(tree);
}

static void add_minimum(struct tree_builder *tree)
{
    add_memory(tree);
    begin_cpus(tree);
    add_hart(tree, 0, 1);
    end_node(tree);
}

/* Closes the root, ends the block, parses, and frees the tree. */
static const char *parse(struct tree_builder *tree)
{
    static uint8_t *blob; /* kept until the next, since the facts point into it */
    size_t length;

    end_node(tree);
    add_token(tree, 9);
    add_reservation(tree, 0, 0);
    free(blob);
    blob = new_blob(tree, &length);
    free(tree);
    return device_tree_parse(blob, length, PHYSICAL, &facts);
}

static void expect_header_error(enum header_field field, uint32_t value,
                                const char *error)
{
    struct tree_builder *tree = new_tree();
    size_t length;

    add_minimum(tree);
    end_node(tree);
    add_token(tree, 9);
    add_reservation(tree, 0, 0);
    uint8_t *blob = new_blob(tree, &length);
    expect_result(device_tree_parse(blob, length, PHYSICAL, &facts), TREE_OK);
    put_be32(blob + 4 * field, value);
    expect_result(device_tree_parse(blob, length, PHYSICAL, &facts), error);
    free(blob);
    free(tree);
}

static void headers(void **state)
{
    (void)state;
    expect_header_error(HEADER_MAGIC, 0xd00dfeee, TREE_BAD_MAGIC);
    expect_header_error(HEADER_VERSION, 16, TREE_BAD_VERSION);
    expect_header_error(HEADER_VERSION, 18, TREE_OK); /* if 17 can read it */
    expect_header_error(HEADER_LAST_COMPATIBLE_VERSION, 17, TREE_OK);
    expect_header_error(HEADER_LAST_COMPATIBLE_VERSION, 18, TREE_BAD_VERSION);
    expect_header_error(HEADER_TOTAL_BYTES, 0, TREE_BLOCK_OUTSIDE);
    expect_header_error(HEADER_TOTAL_BYTES, 39, TREE_BLOCK_OUTSIDE);
    expect_header_error(HEADER_TOTAL_BYTES, 60000, TREE_TRUNCATED);
    expect_header_error(HEADER_TOTAL_BYTES, UINT32_MAX, TREE_TRUNCATED);
    expect_header_error(HEADER_STRUCTURE, 0x10000000, TREE_BLOCK_OUTSIDE);
    expect_header_error(HEADER_STRUCTURE, 54, TREE_BAD_TOKEN);
    expect_header_error(HEADER_STRUCTURE_LENGTH, UINT32_MAX, TREE_BLOCK_OUTSIDE);
    expect_header_error(HEADER_STRUCTURE_LENGTH, 460, TREE_BLOCK_OUTSIDE);
    expect_header_error(HEADER_STRINGS_LENGTH, 460, TREE_BLOCK_OUTSIDE);
    expect_header_error(HEADER_STRUCTURE_LENGTH, 3, TREE_STRUCTURE_TRUNCATED);
    expect_header_error(HEADER_STRUCTURE_LENGTH, 0, TREE_STRUCTURE_TRUNCATED);
    expect_header_error(HEADER_STRINGS, UINT32_MAX, TREE_BLOCK_OUTSIDE);
    expect_header_error(HEADER_STRINGS_LENGTH, UINT32_MAX - 100, TREE_BLOCK_OUTSIDE);
    expect_header_error(HEADER_STRINGS_LENGTH, 1, TREE_STRINGS_UNTERMINATED);
    expect_header_error(HEADER_STRINGS_LENGTH, 0, TREE_PROPERTY_NAME_OUTSIDE);
    expect_header_error(HEADER_RESERVATIONS, UINT32_MAX,
                        TREE_RESERVATIONS_UNTERMINATED);
    expect_header_error(HEADER_RESERVATIONS, 60000, TREE_RESERVATIONS_UNTERMINATED);
}

static void reservations(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();
    add_minimum(tree);
    add_reservation(tree, 0x90000000, 0x1000);
    add_reservation(tree, 0x80000000, 0); /* holds nothing, and is not the end */
    add_reservation(tree, 0, 0x2000);
    add_reservation(tree, UINT64_MAX - 0x1000, 0x1000); /* the last that can be told */
    expect_result(parse(tree), TREE_OK);
    assert_int_equal(facts.reserved_count, 4);
    expect_range(facts.reserved[0], 0, 0x2000);
    expect_range(facts.reserved[1], PHYSICAL, facts.total_bytes);
    expect_range(facts.reserved[2], 0x90000000, 0x1000);

    tree = new_tree();
    add_minimum(tree);
    add_reservation(tree, UINT64_MAX - 0xfff, 0x1001);
    expect_result(parse(tree), TREE_RESERVED_WRAPS);

    tree = new_tree();
    add_minimum(tree);
    for (unsigned i = 0; i < DEVICE_TREE_MAX_RESERVED - 1; i++)
        add_reservation(tree, 0x1000 * i, 0x1000);
    expect_result(parse(tree), TREE_OK); /* with the blob, just full */
    assert_int_equal(facts.reserved_count, DEVICE_TREE_MAX_RESERVED);

    tree = new_tree();
    add_minimum(tree);
    for (unsigned i = 0; i < DEVICE_TREE_MAX_RESERVED; i++)
        add_reservation(tree, 0x1000 * i, 0x1000);
    expect_result(parse(tree), TREE_TOO_MANY_RESERVED);
}

static void reservations_without_end(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();
    size_t length;

    add_minimum(tree);
    end_node(tree);
    add_token(tree, 9);
    uint8_t *blob = new_blob(tree, &length);
    put_be32(blob + 4 * HEADER_RESERVATIONS, (uint32_t)length - 16);
    memset(blob + length - 16, 0xff, 15); /* the strings block's end, but for its NUL */
    expect_result(device_tree_parse(blob, length, PHYSICAL, &facts),
                  TREE_RESERVED_WRAPS);
    memset(blob + length - 16, 1, 15);
    expect_result(device_tree_parse(blob, length, PHYSICAL, &facts),
                  TREE_RESERVATIONS_UNTERMINATED);
    put_be32(blob + 4 * HEADER_RESERVATIONS, (uint32_t)length - 8);
    expect_result(device_tree_parse(blob, length, PHYSICAL, &facts),
                  TREE_RESERVATIONS_UNTERMINATED);
    free(blob);
    free(tree);
}

static void tokens(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();
    add_token(tree, 4); /* NOPs may be anywhere */
    add_minimum(tree);
    add_token(tree, 4);
    begin_node(tree, "x");
    add_token(tree, 4);
    add_text(tree, "compatible", "x");
    add_token(tree, 4);
    end_node(tree);
    expect_result(parse(tree), TREE_OK);

    const uint32_t bad_tokens[] = {0, 5, 8, 10, 0x01000000, UINT32_MAX};
    for (size_t i = 0; i < ARRAY_LENGTH(bad_tokens); i++) {
        tree = new_tree();
        add_minimum(tree);
        add_token(tree, bad_tokens[i]);
        expect_result(parse(tree), TREE_BAD_TOKEN);
    }
    tree = new_tree();
    const uint32_t place = tree->structure_length;
    add_token(tree, 0);
    expect_result(parse(tree), TREE_BAD_TOKEN);
    assert_int_equal(facts.error_offset, 4 * HEADER_WORDS + 16 + place);
}

static void nesting(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();
    end_node(tree); /* the root ends twice */
    expect_result(parse(tree), TREE_BAD_TOKEN);

    tree = new_tree();
    add_minimum(tree);
    add_token(tree, 9); /* the end within a node */
    expect_result(parse(tree), TREE_BAD_TOKEN);

    tree = new_tree();
    add_minimum(tree);
    add_text(tree, "late", "x"); /* a property after a child */
    expect_result(parse(tree), TREE_BAD_TOKEN);

    tree = calloc(1, sizeof *tree);
    assert_non_null(tree);
    add_text(tree, "outside", "x"); /* a property before the root */
    expect_result(parse(tree), TREE_BAD_TOKEN);

    for (unsigned depth = 1; depth <= TREE_MAX_DEPTH; depth++) {
        tree = new_tree();
        add_minimum(tree);
        for (unsigned i = 0; i < depth; i++)
            begin_node(tree, "deeper");
        for (unsigned i = 0; i < depth; i++)
            end_node(tree);
        expect_result(parse(tree), depth < TREE_MAX_DEPTH ? TREE_OK : TREE_TOO_DEEP);
    }
}

/* Parses a tree whose structure block is cut off after what has been written. */
static const char *parse_cut(struct tree_builder *tree)
{
    size_t length;
    add_reservation(tree, 0, 0);
    add_bytes(tree, "", 0);
    uint8_t *blob = new_blob(tree, &length);
    free(tree);
    const char *error = device_tree_parse(blob, length, PHYSICAL, &facts);
    free(blob);
    return error;
}

static void cut_structures(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();
    expect_result(parse_cut(tree), TREE_STRUCTURE_TRUNCATED);

    tree = new_tree();
    add_token(tree, 1); /* a node without a name */
    expect_result(parse_cut(tree), TREE_NODE_NAME_UNTERMINATED);

    tree = new_tree();
    add_token(tree, 1);
    add_bytes(tree, "name", 4);
    expect_result(parse_cut(tree), TREE_NODE_NAME_UNTERMINATED);

    for (unsigned words = 0; words < 2; words++) {
        tree = new_tree();
        add_token(tree, 3);
        for (unsigned i = 0; i < words; i++)
            add_token(tree, 0);
        expect_result(parse_cut(tree), TREE_PROPERTY_OUTSIDE);
    }
    const uint32_t lengths[] = {9, 12, 0x7fffffff, UINT32_MAX - 3, UINT32_MAX};
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        tree = new_tree();
        add_token(tree, 3);
        add_token(tree, lengths[i]);
        add_token(tree, 0);
        add_bytes(tree, "12345678", 8);
        expect_result(parse_cut(tree), TREE_PROPERTY_OUTSIDE);
    }
    const uint32_t beyond[] = {0, 1, UINT32_MAX - 1000};
    for (size_t i = 0; i < ARRAY_LENGTH(beyond); i++) {
        tree = new_tree();
        add_token(tree, 3);
        add_token(tree, 0);
        add_token(tree, tree->strings_length + beyond[i]);
        expect_result(parse_cut(tree), TREE_PROPERTY_NAME_OUTSIDE);
    }
}

static void names_of_properties(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();

    /* A name may be the end of another. */
    add_minimum(tree);
    begin_node(tree, "chosen");
    add_text(tree, "bootargs-not", "wrong");
    add_text(tree, "notbootargs", "wrong");
    add_token(tree, 3);
    add_token(tree, 6);
    add_token(tree, tree->strings_length - (uint32_t)sizeof "bootargs");
    add_bytes(tree, "right", 6);
    end_node(tree);
    expect_result(parse(tree), TREE_OK);
    assert_string_equal(facts.bootargs, "right");

    for (unsigned count = TREE_MAX_PROPERTIES; count <= TREE_MAX_PROPERTIES + 1;
         count++) {
        tree = new_tree();
        add_minimum(tree);
        begin_node(tree, "x");
        for (unsigned i = 0; i < count; i++)
            add_text(tree, "y", "");
        end_node(tree);
        expect_result(parse(tree), count == TREE_MAX_PROPERTIES
                                       ? TREE_OK
                                       : TREE_TOO_MANY_PROPERTIES);
    }
}

static void missing_facts(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();
    begin_cpus(tree);
    add_hart(tree, 0, 1);
    end_node(tree);
    expect_result(parse(tree), TREE_NO_MEMORY);

    tree = new_tree();
    add_memory(tree);
    expect_result(parse(tree), TREE_NO_HART);

    tree = new_tree();
    add_memory(tree);
    begin_node(tree, "cpus");
    add_cells(tree, "#address-cells", 1, 1);
    add_cells(tree, "#size-cells", 1, 0);
    add_hart(tree, 0, 1);
    end_node(tree);
    expect_result(parse(tree), TREE_NO_TIMEBASE);

    tree = calloc(1, sizeof *tree);
    assert_non_null(tree);
    begin_node(tree, "");
    expect_result(parse(tree), TREE_NO_MEMORY);
}

/* A memory node with this reg, beside the good one. */
static const char *parse_memory(const void *reg, uint32_t length)
{
    struct tree_builder *tree = new_tree();
    add_minimum(tree);
    begin_node(tree, "memory");
    add_text(tree, "device_type", "memory");
    add_property(tree, "reg", reg, length);
    end_node(tree);
    return parse(tree);
}

static void memory_ranges(void **state)
{
    (void)state;
    expect_result(parse_memory("", 0), TREE_BAD_REG);
    expect_result(parse_memory("\1\0\0\0\0\0\0\0\0\0\0", 11), TREE_BAD_REG);
    expect_result(parse_memory("\1\0\0\0\0\0\0\0\0\0\0\1", 12), TREE_OK);
    assert_int_equal(facts.memory_count, 2);
    expect_range(facts.memory[1], 0x0100000000000000, 1);
    expect_result(parse_memory("\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\1", 12),
                  TREE_RANGE_WRAPS); /* even its end, 2^64, can't be told */
    expect_result(parse_memory("\xff\xff\xff\xff\xff\xff\xff\xfe\0\0\0\1", 12),
                  TREE_OK);
    expect_result(parse_memory("\0\0\0\0\x87\xff\xff\xff\0\0\0\1", 12),
                  TREE_MEMORY_OVERLAP);
    expect_result(parse_memory("\0\0\0\0\x7f\xff\xff\xff\0\0\0\2", 12),
                  TREE_MEMORY_OVERLAP);
    expect_result(parse_memory("\0\0\0\0\x88\0\0\0\0\0\0\1", 12), TREE_OK);
    expect_result(parse_memory("\0\0\0\0\x80\0\0\0\0\0\0\0", 12), TREE_OK); /* empty */
    assert_int_equal(facts.memory_count, 1);
}

static void too_much_memory(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();

    add_minimum(tree);
    for (uint32_t i = 1; i < DEVICE_TREE_MAX_MEMORY + 3; i++) {
        begin_node(tree, "memory");
        add_text(tree, "device_type", "memory");
        add_cells(tree, "reg", 3, i, 0, 0x1000);
        end_node(tree);
    }
    expect_result(parse(tree), TREE_OK);
    assert_int_equal(facts.memory_count, DEVICE_TREE_MAX_MEMORY);
    assert_int_equal(facts.memory_dropped, 3);
}

/* A reg of a memory node below a root with these cells. */
static const char *parse_cells(uint32_t address_cells, uint32_t size_cells)
{
    struct tree_builder *tree = calloc(1, sizeof *tree);
    assert_non_null(tree);
    begin_node(tree, "");
    add_cells(tree, "#address-cells", 1, address_cells);
    add_cells(tree, "#size-cells", 1, size_cells);
    begin_cpus(tree);
    add_hart(tree, 0, 1);
    end_node(tree);
    begin_node(tree, "memory");
    add_text(tree, "device_type", "memory");
    add_cells(tree, "reg", 12, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0,
              0); /* 12: for all below */
    end_node(tree);
    return parse(tree);
}

static void cells(void **state)
{
    (void)state;
    expect_result(parse_cells(1, 1), TREE_OK);
    expect_range(facts.memory[0], 1, 2);
    expect_result(parse_cells(2, 1), TREE_OK);
    expect_range(facts.memory[0], 0x100000002, 3);
    expect_result(parse_cells(1, 2), TREE_OK);
    expect_range(facts.memory[0], 1, 0x200000003);
    expect_result(parse_cells(2, 2), TREE_OK);
    expect_range(facts.memory[0], 0x100000002, 0x300000004);
    const uint32_t bad[] = {0, 3, 255, 256 + 1, UINT32_MAX};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        expect_result(parse_cells(bad[i], 1), TREE_BAD_CELLS);
        expect_result(parse_cells(1, bad[i]), TREE_BAD_CELLS);
    }

    struct tree_builder *tree = new_tree();
    begin_node(tree, "x");
    add_property(tree, "#address-cells", "\0\0\2", 3);
    end_node(tree);
    expect_result(parse(tree), TREE_BAD_NUMBER);
}

static void reserved_memory(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();
    add_minimum(tree);
    begin_node(tree, "reserved-memory");
    add_cells(tree, "#address-cells", 1, 1);
    add_cells(tree, "#size-cells", 1, 1);
    begin_node(tree, "two");
    add_cells(tree, "reg", 4, 0x88000000, 0x1000, 0x8000000, 0x2000);
    begin_node(tree, "child"); /* not a child of /reserved-memory */
    add_cells(tree, "reg", 1, 0);
    end_node(tree);
    end_node(tree);
    begin_node(tree, "off");
    add_text(tree, "status", "disabled");
    add_cells(tree, "reg", 2, 0x90000000, 0x1000);
    end_node(tree);
    end_node(tree);
    expect_result(parse(tree), TREE_OK);
    assert_int_equal(facts.reserved_count, 3);
    expect_range(facts.reserved[0], 0x8000000, 0x2000);
    expect_range(facts.reserved[2], 0x88000000, 0x1000);

    tree = new_tree();
    add_minimum(tree);
    begin_node(tree, "reserved-memory");
    for (uint32_t i = 0; i < DEVICE_TREE_MAX_RESERVED; i++) {
        begin_node(tree, "r");
        add_cells(tree, "reg", 3, 0, i * 4096, 4096);
        end_node(tree);
    }
    end_node(tree);
    expect_result(parse(tree), TREE_TOO_MANY_RESERVED);
}

static void harts(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();
    add_memory(tree);
    begin_cpus(tree);
    for (uint32_t i = 0; i < DEVICE_TREE_MAX_HARTS + 2; i++)
        add_hart(tree, i * 3, i + 1);
    begin_node(tree, "cpu-map");
    end_node(tree);
    end_node(tree);
    expect_result(parse(tree), TREE_OK);
    assert_int_equal(facts.hart_count, DEVICE_TREE_MAX_HARTS);
    assert_int_equal(facts.harts_dropped, 2);
    assert_int_equal(facts.harts[63].id, 189);
    assert_int_equal(facts.harts[63].intc_phandle, 64); /* not one of those dropped */

    tree = new_tree();
    add_memory(tree);
    begin_cpus(tree);
    add_hart(tree, 4, 1);
    add_hart(tree, 5, 2);
    add_hart(tree, 5, 3);
    end_node(tree);
    expect_result(parse(tree), TREE_HART_TWICE);
}

/* One hart with this reg, below /cpus with these cells. */
static const char *parse_hart(uint32_t address_cells, const char *reg, uint32_t length)
{
    struct tree_builder *tree = new_tree();
    add_memory(tree);
    begin_node(tree, "cpus");
    add_cells(tree, "#address-cells", 1, address_cells);
    add_cells(tree, "timebase-frequency", 2, 1, 2);
    begin_node(tree, "cpu");
    add_text(tree, "device_type", "cpu");
    add_text(tree, "mmu-type", "riscv,sv48");
    if (reg != NULL)
        add_property(tree, "reg", reg, length);
    end_node(tree);
    end_node(tree);
    return parse(tree);
}

static void hart_ids(void **state)
{
    (void)state;
    expect_result(parse_hart(1, "\1\2\3\4", 4), TREE_OK);
    assert_int_equal(facts.harts[0].id, 0x01020304);
    assert_int_equal(facts.harts[0].flags, HART_HAS_SV39);
    assert_int_equal(facts.timebase_hz, 0x100000002);
    expect_result(parse_hart(2, "\1\2\3\4\5\6\7\10", 8), TREE_OK);
    assert_int_equal(facts.harts[0].id, 0x0102030405060708);
    expect_result(parse_hart(1, NULL, 0), TREE_BAD_HART);
    expect_result(parse_hart(1, "", 0), TREE_BAD_HART);
    expect_result(parse_hart(1, "\1\2\3\4\5\6\7\10", 8), TREE_BAD_HART);
    expect_result(parse_hart(2, "\1\2\3\4", 4), TREE_BAD_HART);
    expect_result(parse_hart(0, "", 0), TREE_BAD_HART);
    expect_result(parse_hart(3, "\1\2\3\4\5\6\7\10\11\12\13\14", 12), TREE_BAD_HART);
}

static void hart_modes(void **state)
{
    (void)state;
    const struct {
        const char *mmu;
        uint32_t flags;
    } modes[] = {{"riscv,sv39", HART_HAS_SV39},
                 {"riscv,sv48", HART_HAS_SV39},
                 {"riscv,sv57", HART_HAS_SV39},
                 {"riscv,sv32", 0},
                 {"riscv,none", 0},
                 {"sv39", 0},
                 {"", 0}};

    for (size_t i = 0; i < ARRAY_LENGTH(modes); i++) {
        struct tree_builder *tree = new_tree();
        add_memory(tree);
        begin_cpus(tree);
        begin_node(tree, "cpu");
        add_text(tree, "device_type", "cpu");
        add_cells(tree, "reg", 1, 0);
        add_text(tree, "mmu-type", modes[i].mmu);
        add_text(tree, "riscv,isa", "rv64gc_sstc");
        add_property(tree, "riscv,isa-extensions", "i\0svade", 8); /* goes before it */
        end_node(tree);
        end_node(tree);
        expect_result(parse(tree), TREE_OK);
        assert_int_equal(facts.harts[0].flags, modes[i].flags | HART_HAS_SVADE);
    }
}

/* The flags of a hart with this riscv,isa (or list); `length` counts the last NUL. */
static uint32_t isa_flags(const char *property, const char *isa, uint32_t length)
{
    struct tree_builder *tree = new_tree();
    add_memory(tree);
    begin_cpus(tree);
    begin_node(tree, "cpu");
    add_text(tree, "device_type", "cpu");
    add_cells(tree, "reg", 1, 0);
    add_property(tree, property, isa, length);
    end_node(tree);
    end_node(tree);
    expect_result(parse(tree), TREE_OK);
    return facts.harts[0].flags;
}

static void isas(void **state)
{
    (void)state;
    const struct {
        const char *isa;
        uint32_t flags;
    } strings[] = {
        {"rv64imafdc", HART_HAS_D},
        {"rv64gc", HART_HAS_D},
        {"rv64imac", 0},
        {"rv64imafdc_zicsr_sstc", HART_HAS_D | HART_HAS_SSTC},
        {"rv64imac_svade_sstc_svadu", HART_HAS_SSTC | HART_HAS_SVADE},
        {"rv64imacsstc", HART_HAS_SSTC}, /* the first name needs no underscore */
        {"rv64imafdcsuh", HART_HAS_D},   /* as QEMU 5 wrote it */
        {"rv64ima__sstc_", HART_HAS_SSTC},
        /* letters and names within other names */
        {"rv64ima_zcd_zca_zfg", 0},
        {"rv64ima_xdg_xsstc", 0},
        {"rv64ima_sstcd_sst_sstcx_svad_svades", 0},
        {"rv64ima_ssta_svadu", 0},
        {"", 0},
        {"r", 0},
        {"rv6", 0},
        {"rv64", 0},
        {"rv64s", 0},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(strings); i++)
        assert_int_equal(isa_flags("riscv,isa", strings[i].isa,
                                   (uint32_t)strlen(strings[i].isa) + 1),
                         strings[i].flags);

    static const char list[] = "i\0m\0f\0d\0zcd\0sstc\0svade";
    assert_int_equal(isa_flags("riscv,isa-extensions", list, sizeof list),
                     HART_HAS_D | HART_HAS_SSTC | HART_HAS_SVADE);
    static const char others[] = "i\0zcd\0zfg\0\0sstcs\0sst\0ssta\0svadu\0xd";
    assert_int_equal(isa_flags("riscv,isa-extensions", others, sizeof others), 0);
}

static void strings_without_end(void **state)
{
    (void)state;
    static const char *const names[] = {"bootargs", "stdout-path", "status",
                                        "compatible"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        for (uint32_t length = 0; length < 5; length++) {
            struct tree_builder *tree = new_tree();
            add_minimum(tree);
            begin_node(tree, "chosen");
            add_property(tree, names[i], "okay", length);
            end_node(tree);
            expect_result(parse(tree), TREE_STRING_UNTERMINATED);
        }
    }
    static const char *const hart_names[] = {"riscv,isa", "riscv,isa-extensions",
                                             "mmu-type"};
    for (size_t i = 0; i < ARRAY_LENGTH(hart_names); i++) {
        struct tree_builder *tree = new_tree();
        add_memory(tree);
        begin_cpus(tree);
        begin_node(tree, "cpu");
        add_text(tree, "device_type", "cpu");
        add_cells(tree, "reg", 1, 0);
        add_property(tree, hart_names[i], "rv64", 4);
        end_node(tree);
        end_node(tree);
        expect_result(parse(tree), TREE_STRING_UNTERMINATED);
    }
}

static void bootargs(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();
    add_minimum(tree);
    begin_node(tree, "chosen");
    add_property(tree, "bootargs", "to here\0not this", 17);
    end_node(tree);
    expect_result(parse(tree), TREE_OK);
    assert_string_equal(facts.bootargs, "to here");
    assert_int_equal(facts.bootargs_length, 7);
}

static const char *parse_initrd(const void *start, uint32_t start_length,
                                const void *end, uint32_t end_length)
{
    struct tree_builder *tree = new_tree();
    add_minimum(tree);
    begin_node(tree, "chosen");
    if (start != NULL)
        add_property(tree, "linux,initrd-start", start, start_length);
    if (end != NULL)
        add_property(tree, "linux,initrd-end", end, end_length);
    end_node(tree);
    return parse(tree);
}

static void initrds(void **state)
{
    (void)state;
    expect_result(parse_initrd("\0\0\0\1", 4, "\0\0\0\3", 4), TREE_OK);
    expect_range(facts.initrd, 1, 2);
    expect_result(parse_initrd("\0\0\0\1", 4, "\0\0\0\1\0\0\0\3", 8), TREE_OK);
    expect_range(facts.initrd, 1, 0x100000002);
    expect_result(parse_initrd("\0\0\0\1", 4, "\0\0\0\1", 4), TREE_OK);
    assert_int_equal(facts.initrd.length, 0);
    expect_result(parse_initrd("\0\0\0\2", 4, "\0\0\0\1", 4), TREE_BAD_INITRD);
    expect_result(parse_initrd("\0\0\0\2", 4, NULL, 0), TREE_BAD_INITRD);
    expect_result(parse_initrd(NULL, 0, "\0\0\0\2", 4), TREE_OK);
    assert_int_equal(facts.initrd.length, 0);
    expect_result(parse_initrd("\0\0\0", 3, "\0\0\0\1", 4), TREE_BAD_NUMBER);
    expect_result(parse_initrd("\0\0\0\1", 4, "\0\0\0\1\0\0\0\3\0\0\0\0", 12),
                  TREE_BAD_NUMBER);
}

/* Where /chosen stands, before or after what it names. */
enum place { FIRST, LAST };

static void add_chosen(struct tree_builder *tree, const char *path)
{
    begin_node(tree, "chosen");
    if (path != NULL)
        add_text(tree, "stdout-path", path);
    end_node(tree);
}

/* Two UARTs, at 0x1000 and 0x2000, each with a node in it. Returns the base of the one
 * chosen. */
static uint64_t console_for(const char *path, enum place chosen, enum place aliases)
{
    struct tree_builder *tree = new_tree();

    for (enum place place = FIRST; place <= LAST; place++) {
        if (aliases == place) {
            begin_node(tree, "aliases");
            add_text(tree, "serial", "/bus@0/uart@1");
            add_text(tree, "serial2", "/bus@0/uart@2:9600");
            add_text(tree, "broken", "uart@2");
            end_node(tree);
        }
        if (chosen == place)
            add_chosen(tree, path);
        if (place == LAST)
            break;
        begin_node(tree, "bus@0");
        add_cells(tree, "#address-cells", 1, 1);
        add_cells(tree, "#size-cells", 1, 1);
        for (uint32_t i = 1; i <= 2; i++) {
            begin_node(tree, i == 1 ? "uart@1" : "uart@2");
            add_text(tree, "compatible", "ns16550a");
            add_cells(tree, "reg", 2, 0x1000 * i, 0x100);
            begin_node(tree, "uart@2");
            end_node(tree);
            end_node(tree);
        }
        end_node(tree);
    }
    add_minimum(tree);
    expect_result(parse(tree), TREE_OK);
    assert_int_equal(facts.hart_count, 1); /* a second pass adds nothing */
    assert_int_equal(facts.memory_count, 1);
    return facts.uart.registers.base;
}

static void consoles(void **state)
{
    (void)state;
    const struct {
        const char *path;
        uint64_t base;
    } paths[] = {
        {NULL, 0x1000},
        {"/bus@0/uart@1", 0x1000},
        {"/bus@0/uart@2", 0x2000},
        {"/bus@0/uart@2:115200n8", 0x2000},
        {"serial", 0x1000},
        {"serial:115200", 0x1000},
        {"serial2", 0x2000},
        {"serial2:115200", 0x2000},
        {"", 0x1000},
        {":115200", 0x1000},
        {"serial3", 0}, /* what names no UART means that there is none for the kernel */
        {"seria", 0},
        {"broken", 0},
        {"/", 0},
        {"/bus@0", 0},
        {"/bus@0/", 0},
        {"/bus@0/uart@2/", 0},
        {"/bus@0/uart@3", 0},
        {"/bus@0/uart@22", 0},
        {"/uart@2", 0},
        {"/bus@0/uart@1/uart@2", 0},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        for (enum place chosen = FIRST; chosen <= LAST; chosen++) {
            for (enum place aliases = FIRST; aliases <= LAST; aliases++)
                assert_int_equal(console_for(paths[i].path, chosen, aliases),
                                 paths[i].base);
        }
    }
}

/* A UART with one property of its own, added to those that it needs or in place of one.
 */
static const char *parse_uart(const char *name, const void *value, uint32_t length)
{
    struct tree_builder *tree = new_tree();
    add_minimum(tree);
    begin_node(tree, "uart");
    if (strcmp(name, "compatible") != 0)
        add_text(tree, "compatible", "ns16550a");
    if (strcmp(name, "reg") != 0)
        add_cells(tree, "reg", 3, 0, 0x1000, 0x100);
    add_property(tree, name, value, length);
    end_node(tree);
    return parse(tree);
}

static void uart_properties(void **state)
{
    (void)state;
    expect_result(parse_uart("reg-shift", "\0\0\0\4", 4), TREE_OK);
    assert_int_equal(facts.uart.reg_shift, 4);
    expect_result(parse_uart("reg-shift", "\0\0\0\5", 4), TREE_OK);
    assert_int_equal(facts.uart.registers.length, 0); /* none that the kernel can use */
    expect_result(parse_uart("reg-shift", "\0\0\0", 3), TREE_BAD_NUMBER);
    const bool good_widths[] = {false, true,  true,  false, true,
                                false, false, false, false};
    for (uint8_t width = 0; width < ARRAY_LENGTH(good_widths); width++) {
        const uint8_t value[4] = {0, 0, 0, width};
        expect_result(parse_uart("reg-io-width", value, 4), TREE_OK);
        assert_int_equal(facts.uart.registers.length != 0, good_widths[width]);
    }
    expect_result(parse_uart("interrupts", "\0\0\0\12\0\0\0\4", 8), TREE_OK);
    assert_int_equal(facts.uart.interrupt, 10); /* a second cell is its trigger */
    expect_result(parse_uart("interrupts", "", 0), TREE_OK);
    assert_int_equal(facts.uart.interrupt, 0);
    expect_result(parse_uart("compatible", "x\0ns16550a", 11), TREE_OK);
    assert_int_equal(facts.uart.registers.base, 0x1000);
    expect_result(parse_uart("compatible", "ns16550ab", 10), TREE_OK);
    assert_int_equal(facts.uart.registers.length, 0);
    expect_result(parse_uart("status", "reserved", 9), TREE_OK);
    assert_int_equal(facts.uart.registers.length, 0);
    expect_result(parse_uart("status", "ok", 3), TREE_OK);
    assert_int_equal(facts.uart.registers.base, 0x1000);
    expect_result(parse_uart("reg", "", 0), TREE_BAD_REG);
}

static const char *parse_plic(const void *contexts, uint32_t length)
{
    struct tree_builder *tree = new_tree();
    begin_node(tree, "plic"); /* before the harts that it names */
    add_text(tree, "compatible", "riscv,plic0");
    add_cells(tree, "reg", 3, 0, 0x1000, 0x100);
    add_cells(tree, "riscv,ndev", 1, 31);
    if (contexts != NULL)
        add_property(tree, "interrupts-extended", contexts, length);
    end_node(tree);
    add_memory(tree);
    begin_cpus(tree);
    add_hart(tree, 0, 7);
    add_hart(tree, 1, 8);
    add_hart(tree, 2, 0);
    end_node(tree);
    return parse(tree);
}

static void expect_contexts(uint32_t first, uint32_t second)
{
    assert_int_equal(facts.harts[0].plic_context, first);
    assert_int_equal(facts.harts[1].plic_context, second);
    assert_int_equal(facts.harts[2].plic_context, PLIC_NO_CONTEXT);
    assert_int_equal(facts.plic_source_count, 31);
}

static void plic_contexts(void **state)
{
    (void)state;
    expect_result(parse_plic(NULL, 0), TREE_OK);
    expect_contexts(PLIC_NO_CONTEXT, PLIC_NO_CONTEXT);
    expect_result(parse_plic("", 0), TREE_OK);
    expect_result(
        parse_plic("\0\0\0\10\0\0\0\11\0\0\0\7\0\0\0\13\0\0\0\7\0\0\0\11", 24),
        TREE_OK);
    expect_contexts(2, 0);
    expect_result(
        parse_plic("\0\0\0\10\xff\xff\xff\xff\0\0\0\11\0\0\0\11\0\0\0\0\0\0\0\11", 24),
        TREE_OK);
    expect_contexts(PLIC_NO_CONTEXT, PLIC_NO_CONTEXT);
    expect_result(parse_plic("\0\0\0\7\0\0\0\11\0\0\0\10\0\0\0", 15), TREE_OK);
    expect_contexts(0, PLIC_NO_CONTEXT); /* half an entry is none */
}

/* Below a bus that translates addresses, nothing is a device; a path may lead there all
 * the same. */
static void translating_buses(void **state)
{
    (void)state;
    struct tree_builder *tree = new_tree();
    add_chosen(tree, "/bus/uart");
    add_minimum(tree);
    begin_node(tree, "bus");
    add_cells(tree, "#address-cells", 1, 1);
    add_cells(tree, "#size-cells", 1, 1);
    add_cells(tree, "ranges", 4, 0, 0, 0x4000000, 0x1000);
    begin_node(tree, "uart");
    add_text(tree, "compatible", "ns16550a");
    add_cells(tree, "reg", 2, 0x100, 0x100);
    end_node(tree);
    end_node(tree);
    expect_result(parse(tree), TREE_OK);
    assert_int_equal(facts.uart.registers.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qemu_7_2),
        cmocka_unit_test(qemu_7_2_with_numa),
        cmocka_unit_test(qemu_10),
        cmocka_unit_test(a_board),
        cmocka_unit_test(a_console_of_another_kind),
        cmocka_unit_test(blobs_need_no_alignment),
        cmocka_unit_test(truncated_blobs_are_refused),
        cmocka_unit_test(truncated_structures_are_refused),
        cmocka_unit_test(headers),
        cmocka_unit_test(reservations),
        cmocka_unit_test(reservations_without_end),
        cmocka_unit_test(tokens),
        cmocka_unit_test(nesting),
        cmocka_unit_test(cut_structures),
        cmocka_unit_test(names_of_properties),
        cmocka_unit_test(missing_facts),
        cmocka_unit_test(memory_ranges),
        cmocka_unit_test(too_much_memory),
        cmocka_unit_test(cells),
        cmocka_unit_test(reserved_memory),
        cmocka_unit_test(harts),
        cmocka_unit_test(hart_ids),
        cmocka_unit_test(hart_modes),
        cmocka_unit_test(isas),
        cmocka_unit_test(strings_without_end),
        cmocka_unit_test(bootargs),
        cmocka_unit_test(initrds),
        cmocka_unit_test(consoles),
        cmocka_unit_test(uart_properties),
        cmocka_unit_test(plic_contexts),
        cmocka_unit_test(translating_buses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
