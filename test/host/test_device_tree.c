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

#define HART 1 /* that the kernel runs on, unless a test says otherwise */

/* Every way to be malformed. */
static const char *const TREE_OK = NULL;
#define TREE_BAD_MAGIC "the blob does not begin with 0xd00dfeed"
#define TREE_BAD_VERSION "the format is not compatible with version 17"
#define TREE_BLOCK_OUTSIDE "the blob or a block reaches beyond its end"
#define TREE_STRINGS_UNTERMINATED "the strings block does not end with a NUL"
#define TREE_RESERVATIONS_UNTERMINATED "the memory reservation block does not end"
#define TREE_STRUCTURE_TRUNCATED "the structure block ends before its end token"
#define TREE_BAD_TOKEN "unknown or misplaced token in the structure block"
#define TREE_TOO_DEEP "nodes are nested more than 16 deep"
#define TREE_NODE_NAME_UNTERMINATED "a node's name does not end"
#define TREE_PROPERTY_OUTSIDE "a property or its name reaches beyond its block"
#define TREE_TOO_MANY_PROPERTIES "a node has more than 64 properties"
#define TREE_BAD_NUMBER "a number is not one or two cells"
#define TREE_STRING_UNTERMINATED "a string does not end with a NUL"
#define TREE_BAD_REG "a reg does not suit #address-cells and #size-cells"
#define TREE_BAD_HART "a hart has no id"
#define TREE_RANGE_WRAPS "a range reaches beyond the last address"
#define TREE_TOO_MANY_RANGES "too many ranges of memory or of reserved memory"
#define TREE_BAD_INITRD "the initrd ends before it starts"
#define TREE_NO_TIMEBASE "no timebase-frequency"

enum { HAS_D = 1, HAS_SSTC = 2 };

static struct device_tree_facts facts;

/* NULL is success. */
static void expect_result(const char *actual, const char *expected)
{
    if (expected == NULL) {
        if (actual != NULL)
            fail_msg("%s, at offset %lu", actual, facts.error_offset);
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

static void expect_range(struct range range, uint64_t start, uint64_t length)
{
    assert_int_equal(range.start, start);
    assert_int_equal(range.end - range.start, length);
}

static const char *parse_for(const void *blob, size_t length, uint64_t hart)
{
    memset(&facts, 0xa5, sizeof facts); /* every field has to be written */
    return device_tree_parse(blob, length, hart, &facts);
}

static void qemu_7_2(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("qemu-7.2", &length);

    expect_result(parse_for(blob, length, 0), TREE_OK);
    assert_int_equal(facts.memory.count, 1);
    expect_range(facts.memory.ranges[0], 0x80000000, 0x8000000);
    assert_int_equal(facts.reserved.count, 1);
    expect_range(facts.reserved.ranges[0], 0x80000000, 0x80000);
    assert_int_equal(facts.hart_count, 1);
    assert_true(facts.harts[0].has_d);
    assert_true(facts.harts[0].has_sstc);
    assert_int_equal(facts.harts[0].plic_context, 1);
    assert_int_equal(facts.timebase_hz, 10000000);
    expect_range(facts.plic, 0xc000000, 0x600000);
    assert_int_equal(facts.plic_sources, 96);
    expect_range(facts.test_finisher, 0x100000, 0x1000);
    expect_range(facts.initrd, 0x841ff000, 0x9200);
    assert_string_equal(facts.bootargs, "timer=sbi trapeze.run=\"demo a b\"");
    assert_int_equal(facts.total_bytes, length);
    free(blob);
}

/* The UART is at the PLIC of harts 0 and 1. */
static void qemu_7_2_with_numa(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("qemu-7.2-numa", &length);
    const uint32_t contexts[] = {1, 3, PLIC_NO_CONTEXT, PLIC_NO_CONTEXT};

    for (size_t hart = 0; hart < ARRAY_LENGTH(contexts); hart++) {
        expect_result(parse_for(blob, length, hart), TREE_OK);
        assert_int_equal(facts.memory.count, 2);
        expect_range(facts.memory.ranges[0], 0x80000000, 0x10000000);
        expect_range(facts.memory.ranges[1], 0x90000000, 0x10000000);
        assert_int_equal(facts.hart_count, ARRAY_LENGTH(contexts));
        for (size_t place = 0; place < ARRAY_LENGTH(contexts); place++) {
            const struct tree_hart *listed = &facts.harts[place];
            /* the one that is asked about, and then the others */
            const size_t id = place == 0 ? hart : place <= hart ? place - 1 : place;
            assert_int_equal(listed->id, id);
            assert_true(listed->has_d);
            assert_int_equal(listed->plic_context, contexts[id]);
        }
        expect_range(facts.plic, 0xc000000, 0x600000);
        assert_string_equal(facts.bootargs, "");
        assert_int_equal(facts.initrd.end, facts.initrd.start);
    }
    free(blob);
}

static void qemu_10(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("qemu-10", &length);

    expect_result(parse_for(blob, length, 0), TREE_OK);
    assert_true(facts.harts[0].has_d);
    assert_true(facts.harts[0].has_sstc);
    expect_range(facts.memory.ranges[0], 0x80000000, 0x200000000);
    assert_int_equal(facts.reserved.count, 2); /* the reservation is one of two nodes */
    expect_range(facts.reserved.ranges[0], 0x80000000, 0x40000);
    expect_range(facts.reserved.ranges[1], 0x80040000, 0x20000);
    assert_int_equal(facts.harts[0].plic_context, 1);
    assert_string_equal(facts.bootargs, "timer=sstc");
    free(blob);
}

static void a_board(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("board", &length);
    const struct {
        bool has_d;
        uint32_t plic_context;
    } harts[] = {
        {false, PLIC_NO_CONTEXT}, {true, 2}, {true, 4}, {false, PLIC_NO_CONTEXT}};

    for (size_t hart = 0; hart < ARRAY_LENGTH(harts); hart++) {
        expect_result(parse_for(blob, length, hart), TREE_OK);
        assert_int_equal(facts.memory.count,
                         2); /* not the empty nor the disabled one */
        expect_range(facts.memory.ranges[0], 0x400000000, 0x100000000);
        expect_range(facts.memory.ranges[1], 0x80000000, 0x40000000);
        assert_int_equal(facts.hart_count, 2); /* not the disabled one, 0 */
        assert_int_equal(facts.harts[0].has_d, harts[hart].has_d);
        assert_false(facts.harts[0].has_sstc);
        assert_int_equal(facts.harts[0].plic_context, harts[hart].plic_context);
        assert_int_equal(facts.timebase_hz, 4000000);
        assert_int_equal(facts.plic_sources, 136);
        assert_int_equal(facts.test_finisher.end, 0);
    }
    free(blob);
}

static void a_tree_that_leaves_out_what_it_may(void **state)
{
    (void)state;
    size_t length;
    uint8_t *blob = read_tree("other-console", &length);

    expect_result(parse_for(blob, length, 7), TREE_OK);
    expect_range(facts.initrd, 0x84000000, 0x200);
    assert_int_equal(facts.hart_count, 1);
    assert_false(facts.harts[0].has_d);
    assert_false(facts.harts[0].has_sstc);
    assert_int_equal(facts.harts[0].plic_context, PLIC_NO_CONTEXT);
    assert_int_equal(facts.plic.end, 0);
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
        expect_result(parse_for(blob, length, HART), TREE_OK);
        for (size_t shift = 1; shift < 8; shift++) {
            uint8_t *moved = malloc(length + shift);
            assert_non_null(moved);
            memcpy(moved + shift, blob, length);
            expect_result(device_tree_parse(moved + shift, length, HART, &moved_facts),
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
            expect_result(parse_for(part, capacity, HART),
                          capacity < 40 ? TREE_BAD_MAGIC : TREE_BLOCK_OUTSIDE);
            if (capacity >= 8) { /* the header lies about it, too */
                put_be32(part + 4, (uint32_t)capacity);
                assert_non_null(parse_for(part, capacity, HART));
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
        const char *error = parse_for(blob, length, HART);
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
    add_hart(tree, HART, 1);
    end_node(tree);
}

/* Closes the root, ends the block, parses, and frees the tree. */
static const char *parse_tree_for(struct tree_builder *tree, uint64_t hart)
{
    static uint8_t *blob; /* kept until the next, since the facts point into it */
    size_t length;

    end_node(tree);
    add_token(tree, 9);
    add_reservation(tree, 0, 0);
    free(blob);
    blob = new_blob(tree, &length);
    free(tree);
    return parse_for(blob, length, hart);
}

static const char *parse(struct tree_builder *tree)
{
    return parse_tree_for(tree, HART);
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
    expect_result(parse_for(blob, length, HART), TREE_OK);
    put_be32(blob + 4 * field, value);
    expect_result(parse_for(blob, length, HART), error);
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
    expect_header_error(HEADER_TOTAL_BYTES, 60000, TREE_BLOCK_OUTSIDE);
    expect_header_error(HEADER_TOTAL_BYTES, UINT32_MAX, TREE_BLOCK_OUTSIDE);
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
    expect_header_error(HEADER_STRINGS_LENGTH, 0, TREE_STRINGS_UNTERMINATED);
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
    assert_int_equal(facts.reserved.count, 3);
    expect_range(facts.reserved.ranges[0], 0x90000000, 0x1000);
    expect_range(facts.reserved.ranges[1], 0, 0x2000);
    expect_range(facts.reserved.ranges[2], UINT64_MAX - 0x1000, 0x1000);

    tree = new_tree();
    add_minimum(tree);
    add_reservation(tree, UINT64_MAX - 0xfff, 0x2000); /* up to the last address */
    add_reservation(tree, 0x90000000, 0x2000);
    add_reservation(tree, 0x90001000, 0x2000); /* overlapping ones are fine */
    expect_result(parse(tree), TREE_OK);
    assert_int_equal(facts.reserved.count, 3);
    expect_range(facts.reserved.ranges[0], UINT64_MAX - 0xfff, 0xfff);
    expect_range(facts.reserved.ranges[1], 0x90000000, 0x1000);
    expect_range(facts.reserved.ranges[2], 0x90001000, 0x2000);

    for (unsigned count = RANGES_MAX - 1; count <= RANGES_MAX; count++) {
        tree = new_tree();
        add_minimum(tree);
        for (unsigned i = 0; i < count; i++)
            add_reservation(tree, 0x2000 * i, 0x1000);
        expect_result(parse(tree), count < RANGES_MAX ? TREE_OK : TREE_TOO_MANY_RANGES);
        assert_int_equal(facts.reserved.count, RANGES_MAX - 1);
    }
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
    expect_result(parse_for(blob, length, HART), TREE_RESERVATIONS_UNTERMINATED);
    memset(blob + length - 16, 1, 15);
    expect_result(parse_for(blob, length, HART), TREE_RESERVATIONS_UNTERMINATED);
    put_be32(blob + 4 * HEADER_RESERVATIONS, (uint32_t)length - 8);
    expect_result(parse_for(blob, length, HART), TREE_RESERVATIONS_UNTERMINATED);
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
    end_node(tree);
    end_node(tree); /* and what comes then makes up for it */
    begin_node(tree, "x");
    begin_node(tree, "y");
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
    const char *error = parse_for(blob, length, HART);
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
        expect_result(parse_cut(tree), TREE_PROPERTY_OUTSIDE);
    }
}

/* The same, where nothing is behind the structure block: its strings are the end of the
 * reservations, which is all zeros. */
static void cut_structures_at_the_end_of_the_blob(void **state)
{
    (void)state;
    for (uint32_t words = 1; words <= 3; words++) {
        struct tree_builder *tree = new_tree();
        size_t length;

        tree->structure_length = 0;
        begin_node(tree, "");
        for (uint32_t i = 0; i < words; i++)
            add_token(tree, i == 0 ? 3 : 0);
        add_reservation(tree, 0, 0);
        tree->strings_length = 0;
        uint8_t *blob = new_blob(tree, &length);
        put_be32(blob + 4 * HEADER_STRINGS, get_be32(blob + 4 * HEADER_RESERVATIONS));
        put_be32(blob + 4 * HEADER_STRINGS_LENGTH, 16);
        expect_result(parse_for(blob, length, HART),
                      words < 3 ? TREE_PROPERTY_OUTSIDE : TREE_STRUCTURE_TRUNCATED);
        put_be32(blob + 4 * HEADER_STRINGS, 0); /* and none at all */
        put_be32(blob + 4 * HEADER_STRINGS_LENGTH, 0);
        expect_result(parse_for(blob, length, HART), TREE_STRINGS_UNTERMINATED);
        free(blob);
        free(tree);
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
    add_hart(tree, HART, 1);
    end_node(tree);
    expect_result(parse(tree), TREE_OK); /* for others to judge */
    assert_int_equal(facts.memory.count, 0);

    tree = new_tree();
    add_memory(tree);
    begin_cpus(tree);
    add_hart(tree, HART + 1, 1);
    end_node(tree);
    expect_result(parse(tree), TREE_OK);
    assert_int_equal(facts.hart_count, 1);
    assert_false(facts.harts[0].has_d);

    tree = new_tree();
    add_memory(tree);
    begin_node(tree, "cpus");
    add_cells(tree, "#address-cells", 1, 1);
    add_cells(tree, "#size-cells", 1, 0);
    add_hart(tree, HART, 1);
    end_node(tree);
    expect_result(parse(tree), TREE_NO_TIMEBASE);

    tree = calloc(1, sizeof *tree);
    assert_non_null(tree);
    begin_node(tree, "");
    expect_result(parse(tree), TREE_STRINGS_UNTERMINATED); /* there are none */
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
    expect_result(parse_memory("", 0), TREE_OK);
    assert_int_equal(facts.memory.count, 1);
    expect_result(parse_memory("\1\0\0\0\0\0\0\0\0\0\0", 11), TREE_BAD_REG);
    expect_result(parse_memory("\1\0\0\0\0\0\0\0\0\0\0\1", 12), TREE_OK);
    assert_int_equal(facts.memory.count, 2);
    expect_range(facts.memory.ranges[1], 0x0100000000000000, 1);
    expect_result(parse_memory("\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\1", 12),
                  TREE_RANGE_WRAPS); /* even its end, 2^64, can't be told */
    expect_result(parse_memory("\xff\xff\xff\xff\xff\xff\xff\xfe\0\0\0\1", 12),
                  TREE_OK);
    expect_result(parse_memory("\0\0\0\0\x88\0\0\0\0\0\0\1", 12), TREE_OK);
    assert_int_equal(facts.memory.count, 2);
    expect_result(parse_memory("\0\0\0\0\x80\0\0\0\0\0\0\0", 12), TREE_OK); /* empty */
    assert_int_equal(facts.memory.count, 1);

    /* What overlaps is memory once. */
    expect_result(parse_memory("\0\0\0\0\x7f\xff\xff\xff\0\0\0\2", 12), TREE_OK);
    assert_int_equal(facts.memory.count, 2);
    expect_range(facts.memory.ranges[0], 0x80000001, 0x7ffffff);
    expect_range(facts.memory.ranges[1], 0x7fffffff, 2);
}

static void too_much_memory(void **state)
{
    (void)state;
    for (uint32_t count = RANGES_MAX - 1; count <= RANGES_MAX; count++) {
        struct tree_builder *tree = new_tree();
        add_minimum(tree);
        for (uint32_t i = 1; i < count; i++) {
            begin_node(tree, "memory");
            add_text(tree, "device_type", "memory");
            add_cells(tree, "reg", 3, i, 0, 0x1000);
            end_node(tree);
        }
        expect_result(parse(tree), count < RANGES_MAX ? TREE_OK : TREE_TOO_MANY_RANGES);
        assert_int_equal(facts.memory.count, RANGES_MAX - 1);
    }
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
    add_hart(tree, HART, 1);
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
    expect_range(facts.memory.ranges[0], 1, 2);
    expect_result(parse_cells(2, 1), TREE_OK);
    expect_range(facts.memory.ranges[0], 0x100000002, 3);
    expect_result(parse_cells(1, 2), TREE_OK);
    expect_range(facts.memory.ranges[0], 1, 0x200000003);
    expect_result(parse_cells(2, 2), TREE_OK);
    expect_range(facts.memory.ranges[0], 0x100000002, 0x300000004);
    const uint32_t bad[] = {3, 255, 256 + 1, 0x40000000, 0x7fffffff, UINT32_MAX};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        expect_result(parse_cells(bad[i], 1), TREE_BAD_REG);
        expect_result(parse_cells(1, bad[i]), TREE_BAD_REG);
    }
    expect_result(parse_cells(0, 1), TREE_BAD_REG);
    expect_result(parse_cells(0, 0), TREE_BAD_REG);
    expect_result(parse_cells(1, 0), TREE_OK);
    assert_int_equal(facts.memory.count, 0); /* ranges without a length are empty */

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
    assert_int_equal(facts.reserved.count, 2);
    expect_range(facts.reserved.ranges[0], 0x88000000, 0x1000);
    expect_range(facts.reserved.ranges[1], 0x8000000, 0x2000);

    tree = new_tree();
    add_minimum(tree);
    begin_node(tree, "reserved-memory");
    add_cells(tree, "ranges", 3, 1, 2, 3); /* as if they were translated: they hold */
    for (uint32_t i = 0; i < RANGES_MAX; i++) {
        begin_node(tree, "r");
        add_cells(tree, "reg", 3, 0, i * 8192, 4096);
        end_node(tree);
    }
    end_node(tree);
    expect_result(parse(tree), TREE_TOO_MANY_RANGES);
}

static void harts(void **state)
{
    (void)state;
    for (uint32_t hart = 0; hart < 100; hart += 33) {
        struct tree_builder *tree = new_tree();
        add_memory(tree);
        begin_cpus(tree);
        for (uint32_t i = 0; i < 100; i++)
            add_hart(tree, i, i + 1);
        begin_node(tree, "cpu-map");
        end_node(tree);
        end_node(tree);
        begin_node(tree, "plic");
        add_text(tree, "compatible", "sifive,plic-1.0.0");
        add_cells(tree, "reg", 3, 0, 0x1000, 0x100);
        add_cells(tree, "interrupts-extended", 8, 1, 9, 34, 9, 67, 9, 100, 9);
        end_node(tree);
        expect_result(parse_tree_for(tree, hart), TREE_OK);
        assert_int_equal(facts.hart_count, 100);
        assert_int_equal(facts.harts[0].id, hart);
        for (uint32_t place = 0; place < TREE_HARTS_MAX; place++) {
            const struct tree_hart *listed = &facts.harts[place];
            assert_true(place == 0 || listed->id == place - (place <= hart));
            assert_int_equal(listed->plic_context,
                             listed->id % 33 == 0 ? listed->id / 33 : PLIC_NO_CONTEXT);
        }
    }
}

/* One hart with this reg, below /cpus with these cells. */
static const char *parse_hart(uint32_t address_cells, const char *reg, uint32_t length,
                              uint64_t hart)
{
    struct tree_builder *tree = new_tree();
    add_memory(tree);
    begin_node(tree, "cpus");
    add_cells(tree, "#address-cells", 1, address_cells);
    add_cells(tree, "#size-cells", 1, 0);
    add_cells(tree, "timebase-frequency", 2, 1, 2);
    begin_node(tree, "cpu");
    add_text(tree, "device_type", "cpu");
    add_text(tree, "riscv,isa", "rv64imafdc");
    if (reg != NULL)
        add_property(tree, "reg", reg, length);
    end_node(tree);
    end_node(tree);
    return parse_tree_for(tree, hart);
}

static void hart_ids(void **state)
{
    (void)state;
    expect_result(parse_hart(1, "\1\2\3\4", 4, 0x01020304), TREE_OK);
    assert_true(facts.harts[0].has_d);
    assert_int_equal(facts.timebase_hz, 0x100000002);
    expect_result(parse_hart(1, "\1\2\3\4", 4, 0x01020305), TREE_OK);
    assert_false(facts.harts[0].has_d);
    expect_result(parse_hart(2, "\1\2\3\4\5\6\7\10", 8, 0x0102030405060708), TREE_OK);
    assert_true(facts.harts[0].has_d);
    expect_result(parse_hart(1, "\1\2\3\4\5\6\7\10", 8, 0x01020304), TREE_OK);
    assert_true(facts.harts[0].has_d); /* the first of a core's threads */
    expect_result(parse_hart(1, NULL, 0, 0), TREE_BAD_HART);
    expect_result(parse_hart(1, "", 0, 0), TREE_BAD_HART);
    expect_result(parse_hart(2, "\1\2\3\4", 4, 0), TREE_BAD_REG);
    expect_result(parse_hart(0, "", 0, 0), TREE_BAD_REG);
    expect_result(parse_hart(3, "\1\2\3\4\5\6\7\10\11\12\13\14", 12, 0), TREE_BAD_REG);
}

/* What a hart has, by this riscv,isa (or list); `length` counts the last NUL. */
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
    expect_result(parse_tree_for(tree, 0), TREE_OK);
    return (facts.harts[0].has_d ? HAS_D : 0) |
           (facts.harts[0].has_sstc ? HAS_SSTC : 0);
}

static void isas(void **state)
{
    (void)state;
    static const char empty[] = "\0sstc"; /* a list whose first string is empty */
    assert_int_equal(isa_flags("riscv,isa-extensions", empty, sizeof empty), 0);
    const struct {
        const char *isa;
        uint32_t flags;
    } strings[] = {
        {"rv64imafdc", HAS_D},
        {"rv64gc", HAS_D},
        {"rv64imac", 0},
        {"rv64imafdc_zicsr_sstc", HAS_D | HAS_SSTC},
        {"rv64imac_svade_sstc_svadu", HAS_SSTC},
        {"rv64imacsstc", HAS_SSTC}, /* the first name needs no underscore */
        {"rv64imafdcsuh", HAS_D},   /* as QEMU 5 wrote it */
        {"rv64ima__sstc_", HAS_SSTC},
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
        {"rv64imac_sstc_d", HAS_SSTC | HAS_D}, /* single letters may be apart */
    };
    for (size_t i = 0; i < ARRAY_LENGTH(strings); i++)
        assert_int_equal(isa_flags("riscv,isa", strings[i].isa,
                                   (uint32_t)strlen(strings[i].isa) + 1),
                         strings[i].flags);

    static const char list[] = "i\0m\0f\0d\0zcd\0sstc\0svade";
    assert_int_equal(isa_flags("riscv,isa-extensions", list, sizeof list),
                     HAS_D | HAS_SSTC);
    static const char others[] = "i\0zcd\0zfg\0\0sstcs\0sst\0ssta\0svadu\0xd";
    assert_int_equal(isa_flags("riscv,isa-extensions", others, sizeof others), 0);
}

static void strings_without_end(void **state)
{
    (void)state;
    static const char *const names[] = {"bootargs", "device_type", "status",
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
    static const char *const hart_names[] = {"riscv,isa", "riscv,isa-extensions"};
    for (size_t i = 0; i < ARRAY_LENGTH(hart_names); i++) {
        struct tree_builder *tree = new_tree();
        add_memory(tree);
        begin_cpus(tree);
        begin_node(tree, "cpu");
        add_text(tree, "device_type", "cpu");
        add_cells(tree, "reg", 1, HART);
        add_property(tree, hart_names[i], "rv64", 4);
        end_node(tree);
        end_node(tree);
        expect_result(parse(tree), TREE_STRING_UNTERMINATED);
    }
}

/* What stands before an empty property is the offset of its name, here one that ends
 * with a zero. */
static void an_empty_property_is_no_string(void **state)
{
    (void)state;
    char name[300];
    struct tree_builder *tree = new_tree();

    add_minimum(tree);
    begin_node(tree, "chosen");
    const uint32_t room = 256 - tree->strings_length % 256;
    assert_true(room <= sizeof name);
    memset(name, 'x', room - 1);
    name[room - 1] = '\0';
    add_property(tree, name, "", 0);
    add_property(tree, "bootargs", "", 0);
    end_node(tree);
    expect_result(parse(tree), TREE_STRING_UNTERMINATED);
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
    assert_int_equal(facts.initrd.end, facts.initrd.start);
    expect_result(parse_initrd("\0\0\0\2", 4, "\0\0\0\1", 4), TREE_BAD_INITRD);
    expect_result(parse_initrd("\0\0\0\2", 4, NULL, 0), TREE_BAD_INITRD);
    expect_result(parse_initrd(NULL, 0, "\0\0\0\2", 4), TREE_OK);
    assert_int_equal(facts.initrd.end, facts.initrd.start);
    expect_result(parse_initrd("\0\0\0", 3, "\0\0\0\1", 4), TREE_BAD_NUMBER);
    expect_result(parse_initrd("\0\0\0\1", 4, "\0\0\0\1\0\0\0\3\0\0\0\0", 12),
                  TREE_BAD_NUMBER);
}

/* The rest of the last cell of `contexts` follows it in the blob. */
static struct tree_builder *new_plic_tree(const void *contexts, uint32_t length)
{
    struct tree_builder *tree = new_tree();
    begin_node(tree, "plic"); /* before the harts that it names */
    add_property(tree, "compatible", "x\0sifive,plic-1.0.0", 20);
    add_cells(tree, "reg", 3, 0, 0x1000, 0x100);
    add_cells(tree, "riscv,ndev", 1, 31);
    if (contexts != NULL) {
        add_property(tree, "interrupts-extended", contexts, (length + 3) / 4 * 4);
        put_be32(tree->structure + tree->structure_length - (length + 3) / 4 * 4 - 8,
                 length);
    }
    end_node(tree);
    add_memory(tree);
    begin_cpus(tree);
    add_hart(tree, 0, 7);
    add_hart(tree, 1, 8);
    add_hart(tree, 2, 0);
    begin_node(tree, "no-hart");
    begin_node(tree, "interrupt-controller");
    add_text(tree, "compatible", "riscv,cpu-intc");
    add_cells(tree, "phandle", 1, 9);
    end_node(tree);
    end_node(tree);
    end_node(tree);
    return tree;
}

/* The contexts of harts 0 and 1; hart 2's controller cannot be named. */
static void expect_contexts(const char *contexts, uint32_t length, uint32_t first,
                            uint32_t second)
{
    const uint32_t expected[] = {first, second, PLIC_NO_CONTEXT};
    for (uint64_t hart = 0; hart < ARRAY_LENGTH(expected); hart++) {
        expect_result(parse_tree_for(new_plic_tree(contexts, length), hart), TREE_OK);
        assert_int_equal(facts.harts[0].plic_context, expected[hart]);
        assert_int_equal(facts.plic_sources, 31);
        expect_range(facts.plic, 0x1000, 0x100);
    }
}

static void plic_contexts(void **state)
{
    (void)state;
    expect_contexts(NULL, 0, PLIC_NO_CONTEXT, PLIC_NO_CONTEXT);
    expect_contexts("", 0, PLIC_NO_CONTEXT, PLIC_NO_CONTEXT);
    expect_contexts("\0\0\0\10\0\0\0\11\0\0\0\7\0\0\0\13\0\0\0\7\0\0\0\11", 24, 2, 0);
    expect_contexts("\0\0\0\10\xff\xff\xff\xff\0\0\0\11\0\0\0\11\0\0\0\0\0\0\0\11", 24,
                    PLIC_NO_CONTEXT, PLIC_NO_CONTEXT);
    expect_contexts("\0\0\0\7\0\0\0\11\0\0\0\10\0\0\0\11", 15, 0,
                    PLIC_NO_CONTEXT); /* half an entry is none */
}

/* In the following tests a letter is a node: P a PLIC with the phandle 11, for hart 0,
 * Q another, 12, for hart 1. */
static void add_plic(struct tree_builder *tree, uint32_t phandle, uint32_t intc)
{
    begin_node(tree, "plic");
    add_text(tree, "compatible", "sifive,plic-1.0.0");
    add_cells(tree, "reg", 3, 0, 0x1000 * phandle, 0x100);
    add_cells(tree, "riscv,ndev", 1, phandle);
    add_cells(tree, "phandle", 1, phandle);
    add_cells(tree, "interrupts-extended", 4, intc, 11, intc, 9);
    end_node(tree);
}

/* Without an interrupt-parent of its own if that is 0. */
static void add_device(struct tree_builder *tree, const char *compatible,
                       uint32_t interrupt_parent)
{
    begin_node(tree, "device");
    add_text(tree, "compatible", compatible);
    if (interrupt_parent != 0)
        add_cells(tree, "interrupt-parent", 1, interrupt_parent);
    end_node(tree);
}

static void add_letter(struct tree_builder *tree, char letter)
{
    switch (letter) {
    case 'P':
        add_plic(tree, 11, 1);
        break;
    case 'Q':
        add_plic(tree, 12, 2);
        break;
    case 'u': /* a UART at the first, at the second, at none that is known */
    case 'v':
    case 'w':
        add_device(tree, "ns16550a", 11 + (uint32_t)(letter - 'u'));
        break;
    case 'x':
        add_device(tree, "snps,dw-apb-uart", 12);
        break;
    case 'n': /* a UART that says nothing */
        add_device(tree, "ns16550a", 0);
        break;
    case 'o': /* other devices */
        add_device(tree, "virtio,mmio", 11);
        break;
    case 'i': /* no device, but those below it are at the first, at the second */
    case 'j':
        begin_node(tree, "bus");
        add_cells(tree, "interrupt-parent", 1, letter == 'i' ? 11 : 12);
        break;
    case 'd': /* those below it are off */
        begin_node(tree, "bus");
        add_text(tree, "status", "disabled");
        break;
    case '.':
        end_node(tree);
        break;
    default:
        fail_msg("there is no letter %c", letter);
    }
}

/* Each hart has a context in its own PLIC only, wherever the UART is. */
static void several_plics(void **state)
{
    (void)state;
    const struct {
        const char *nodes;
        uint32_t phandle; /* of the one to use */
    } cases[] = {
        /* in any order */
        {"uPQ", 11},
        {"uQP", 11},
        {"PuQ", 11},
        {"QuP", 11},
        {"PQu", 11},
        {"QPu", 11},
        {"vPQ", 12},
        {"vQP", 12},
        {"PvQ", 12},
        {"QvP", 12},
        {"PQv", 12},
        {"QPv", 12},
        /* the first UART counts, and no other device */
        {"ovoPoQo", 12},
        {"PoQovo", 12},
        {"uvPQ", 11},
        {"QPuv", 11},
        {"PQvu", 12},
        {"oxuPQ", 12},
        {"PQxu", 12},
        {"nvPQ", 12},
        {"PQnv", 12},
        {"duPv.vPQ", 12},
        {"PQdu.v", 12},
        /* what is above it says so */
        {"jn.PQ", 12},
        {"PQjn.", 12},
        {"ijn..PQ", 12},
        {"jin..PQ", 11},
        {"ij.n.QP", 11},
        {"jii..n.PQ", 12},
        {"iv.PQ", 12},
        {"jPnQ.", 12},
        {"i.jPdn.nQ.", 12},
        /* one that is there, anyhow */
        {"P", 11},
        {"Q", 12},
        {"nQ", 12},
        {"wQ", 12},
        {"Pw", 11},
        {"vP", 11},
        {"Pv", 11},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        for (uint64_t hart = 0; hart < 2; hart++) {
            struct tree_builder *tree = new_tree();
            add_memory(tree);
            for (const char *letter = cases[i].nodes; *letter != '\0'; letter++)
                add_letter(tree, *letter);
            begin_cpus(tree);
            add_hart(tree, 0, 1);
            add_hart(tree, 1, 2);
            end_node(tree);
            expect_result(parse_tree_for(tree, hart), TREE_OK);
            const uint32_t phandle = cases[i].phandle;
            if (facts.plic_sources != phandle)
                fail_msg("%s: %lu", cases[i].nodes, facts.plic_sources);
            expect_range(facts.plic, 0x1000 * phandle, 0x100);
            assert_int_equal(facts.hart_count, 2);
            assert_int_equal(facts.memory.count, 1);
            for (uint64_t place = 0; place < 2; place++) {
                assert_int_equal(facts.harts[place].id, place ^ hart);
                assert_int_equal(facts.harts[place].plic_context,
                                 (place ^ hart) == phandle - 11 ? 1 : PLIC_NO_CONTEXT);
            }
        }
    }
}

/* One without registers, or without contexts, has none of another's. */
static void halves_of_plics(void **state)
{
    (void)state;
    for (int lacks_reg = 0; lacks_reg < 2; lacks_reg++) {
        struct tree_builder *tree = new_tree();
        add_minimum(tree);
        add_letter(tree, 'v');
        add_plic(tree, 11, 1);
        begin_node(tree, "plic");
        add_text(tree, "compatible", "sifive,plic-1.0.0");
        add_cells(tree, "phandle", 1, 12);
        if (lacks_reg)
            add_cells(tree, "interrupts-extended", 6, 1, 11, 1, 11, 1, 9);
        else
            add_cells(tree, "reg", 3, 0, 0x2000, 0x100);
        end_node(tree);
        expect_result(parse(tree), TREE_OK);
        if (lacks_reg)
            expect_range(facts.plic, 0x1000 * 11, 0x100);
        else
            expect_range(facts.plic, 0x2000, 0x100);
        assert_int_equal(facts.harts[0].plic_context, lacks_reg ? 1 : PLIC_NO_CONTEXT);
    }
}

/* Behind the UART's PLIC none is looked at, wherever the UART is. */
static void malformed_plics(void **state)
{
    (void)state;
    const struct {
        const char *before;
        const char *result;
    } cases[] = {{"", TREE_BAD_REG},   {"P", TREE_BAD_REG}, {"v", TREE_BAD_REG},
                 {"uQ", TREE_BAD_REG}, {"uP", TREE_OK},     {"QPv", TREE_OK}};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct tree_builder *tree = new_tree();
        add_minimum(tree);
        for (const char *letter = cases[i].before; *letter != '\0'; letter++)
            add_letter(tree, *letter);
        begin_node(tree, "plic");
        add_text(tree, "compatible", "sifive,plic-1.0.0");
        add_cells(tree, "reg", 2, 0, 0x1000);
        end_node(tree);
        expect_result(parse(tree), cases[i].result);
    }
    struct tree_builder *tree = new_tree();
    add_minimum(tree);
    begin_node(tree, "uart");
    add_cells(tree, "interrupt-parent", 3, 11, 11, 11);
    end_node(tree);
    expect_result(parse(tree), TREE_BAD_NUMBER);
}

static void add_finisher(struct tree_builder *tree, const char *status)
{
    begin_node(tree, "test");
    add_text(tree, "compatible", "sifive,test0");
    add_cells(tree, "reg", 3, 0, 0x1000, 0x100);
    if (status != NULL)
        add_text(tree, "status", status);
    end_node(tree);
}

static void devices_that_are_off(void **state)
{
    (void)state;
    const struct {
        const char *status;
        bool is_on;
    } cases[] = {{NULL, true},        {"okay", true},      {"ok", true},
                 {"disabled", false}, {"reserved", false}, {"fail", false}};
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct tree_builder *tree = new_tree();
        add_minimum(tree);
        add_finisher(tree, cases[i].status);
        expect_result(parse(tree), TREE_OK);
        assert_int_equal(facts.test_finisher.end, cases[i].is_on ? 0x1100 : 0);

        tree = new_tree(); /* whatever is below it is off, too, and nothing behind it */
        add_minimum(tree);
        begin_node(tree, "bus");
        if (cases[i].status != NULL)
            add_text(tree, "status", cases[i].status);
        begin_node(tree, "bus");
        add_finisher(tree, NULL);
        end_node(tree);
        end_node(tree);
        begin_node(tree, "chosen");
        add_text(tree, "bootargs", "behind");
        end_node(tree);
        expect_result(parse(tree), TREE_OK);
        assert_int_equal(facts.test_finisher.end, cases[i].is_on ? 0x1100 : 0);
        assert_string_equal(facts.bootargs, "behind");
    }
}

/* Below a bus that translates addresses, nothing is a device. */
static void translating_buses(void **state)
{
    (void)state;
    for (uint32_t cells = 0; cells <= 4; cells += 4) {
        struct tree_builder *tree = new_tree();
        add_minimum(tree);
        begin_node(tree, "bus");
        add_cells(tree, "#address-cells", 1, 2);
        add_cells(tree, "ranges", cells, 0, 0, 0x4000000, 0x1000);
        add_finisher(tree, NULL);
        end_node(tree);
        expect_result(parse(tree), TREE_OK);
        assert_int_equal(facts.test_finisher.end, cells == 0 ? 0x1100 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qemu_7_2),
        cmocka_unit_test(qemu_7_2_with_numa),
        cmocka_unit_test(qemu_10),
        cmocka_unit_test(a_board),
        cmocka_unit_test(a_tree_that_leaves_out_what_it_may),
        cmocka_unit_test(blobs_need_no_alignment),
        cmocka_unit_test(truncated_blobs_are_refused),
        cmocka_unit_test(truncated_structures_are_refused),
        cmocka_unit_test(headers),
        cmocka_unit_test(reservations),
        cmocka_unit_test(reservations_without_end),
        cmocka_unit_test(tokens),
        cmocka_unit_test(nesting),
        cmocka_unit_test(cut_structures),
        cmocka_unit_test(cut_structures_at_the_end_of_the_blob),
        cmocka_unit_test(names_of_properties),
        cmocka_unit_test(missing_facts),
        cmocka_unit_test(memory_ranges),
        cmocka_unit_test(too_much_memory),
        cmocka_unit_test(cells),
        cmocka_unit_test(reserved_memory),
        cmocka_unit_test(harts),
        cmocka_unit_test(hart_ids),
        cmocka_unit_test(isas),
        cmocka_unit_test(strings_without_end),
        cmocka_unit_test(an_empty_property_is_no_string),
        cmocka_unit_test(bootargs),
        cmocka_unit_test(initrds),
        cmocka_unit_test(plic_contexts),
        cmocka_unit_test(several_plics),
        cmocka_unit_test(halves_of_plics),
        cmocka_unit_test(malformed_plics),
        cmocka_unit_test(devices_that_are_off),
        cmocka_unit_test(translating_buses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
