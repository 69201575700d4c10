/* SPDX-License-Identifier: MIT
 *
 * One pass over the nodes. Each is judged as soon as its properties have been read, by
 * what it says and by the role of its parent. What refers to other nodes (the console's
 * path, the PLIC's contexts) is resolved at the end.
 */
#include "boot/device_tree.h"

#include "base/string.h"
#include "boot/tree_walk.h"

#define RESERVATION_BYTES 16U
#define SUPERVISOR_EXTERNAL_INTERRUPT 9U
#define MAX_UARTS 8

enum role { OUTSIDE, ROOT, CPUS, HART, RESERVED_MEMORY, BUS, SKIPPED };

static struct tree_walk walk;
static struct device_tree_facts *facts;
static enum role roles[TREE_MAX_DEPTH + 1]; /* of the nodes from the root down */

/* Kept until the whole tree is known. */
static struct {
    struct device_tree_uart uarts[MAX_UARTS];
    uint64_t uart_paths[MAX_UARTS]; /* hashes */
    size_t uart_count;
    const uint8_t *aliases; /* the node */
    const char *stdout_path;
    struct tree_property plic_contexts; /* interrupts-extended */
} found;

/* Keeps the table sorted. False: it is full. */
static bool insert_range(struct device_tree_range *table, size_t *count,
                         size_t capacity, struct device_tree_range range)
{
    if (range.length == 0)
        return true;
    if (*count == capacity)
        return false;
    size_t i = (*count)++;
    for (; i > 0 && table[i - 1].base > range.base; i--)
        table[i] = table[i - 1];
    table[i] = range;
    return true;
}

static void add_reserved(struct device_tree_range range)
{
    if (!insert_range(facts->reserved, &facts->reserved_count, DEVICE_TREE_MAX_RESERVED,
                      range))
        tree_fail(&walk, "more than 32 reserved ranges");
}

static void add_memory(void)
{
    struct device_tree_range range;
    for (uint32_t i = 0; tree_reg(&walk, i, &range.base, &range.length); i++) {
        if (!insert_range(facts->memory, &facts->memory_count, DEVICE_TREE_MAX_MEMORY,
                          range))
            facts->memory_dropped++;
    }
}

/* An ISA string (rv64imafd_sstc) or list ("i", "m", ...), `bytes` long with its last
 * NUL. In a string single letters stand side by side; a longer name begins with s, x or
 * z. */
static uint32_t parse_isa(const char *isa, size_t bytes)
{
    const bool is_string = isa[0] == 'r';
    uint32_t flags = 0;
    size_t length;

    for (size_t i = is_string ? 4 : 0; i < bytes; i += length) {
        const char first = isa[i];
        length = 1;
        if (is_string ? first == 's' || first == 'x' || first == 'z' : first != '\0') {
            while (isa[i + length] != '\0' && isa[i + length] != '_')
                length++;
        }
        if ((first == 'd' || first == 'g') && length == 1)
            flags |= HART_HAS_D;
        else if (length == 4 && strncmp(isa + i, "sstc", length) == 0)
            flags |= HART_HAS_SSTC;
        else if (length == 5 && strncmp(isa + i, "svade", length) == 0)
            flags |= HART_HAS_SVADE;
    }
    return flags;
}

static uint32_t hart_flags(void)
{
    const struct tree_property *isa = tree_find(&walk, "riscv,isa-extensions");
    const char *mmu = tree_text(&walk, "mmu-type");
    uint32_t flags = 0;

    if (isa == NULL)
        isa = tree_find(&walk, "riscv,isa");
    if (isa != NULL && *tree_text(&walk, isa->name) != '\0')
        flags = parse_isa((const char *)isa->value, isa->length);
    if (strncmp(mmu, "riscv,sv", 8) == 0 && !same_text(mmu, "riscv,sv32"))
        flags |= HART_HAS_SV39;
    return flags;
}

static enum role add_hart(void)
{
    const struct tree_property *reg = tree_find(&walk, "reg");
    const uint32_t cells = walk.levels[walk.depth - 1].address_cells;

    if (cells < 1 || cells > 2 || reg == NULL || reg->length != 4 * cells) {
        tree_fail(&walk, "a hart's reg is not one id of #address-cells");
        return BUS;
    }
    const uint64_t id = tree_cells(reg->value, cells);
    for (size_t i = 0; i < facts->hart_count; i++) {
        if (facts->harts[i].id == id)
            tree_fail(&walk, "two harts have the same id");
    }
    if (facts->hart_count == DEVICE_TREE_MAX_HARTS) {
        facts->harts_dropped++;
        return BUS;
    }
    facts->harts[facts->hart_count++] = (struct device_tree_hart){
        .id = id, .flags = hart_flags(), .plic_context = PLIC_NO_CONTEXT};
    if (facts->timebase_hz == 0)
        facts->timebase_hz = tree_number(&walk, "timebase-frequency", 0);
    return HART;
}

static void take_chosen(void)
{
    const uint64_t initrd_end = tree_number(&walk, "linux,initrd-end", 0);
    const uint64_t initrd = tree_number(&walk, "linux,initrd-start", initrd_end);

    facts->bootargs = tree_text(&walk, "bootargs");
    facts->bootargs_length = strlen(facts->bootargs);
    if (initrd > initrd_end)
        tree_fail(&walk, "the initrd ends before it starts");
    else
        facts->initrd = (struct device_tree_range){initrd, initrd_end - initrd};
    found.stdout_path = tree_text(&walk, "stdout-path");
}

static enum role visit_child_of_root(void)
{
    if (tree_text_is(&walk, "device_type", "memory"))
        add_memory();
    if (same_text(walk.name, "reserved-memory"))
        return RESERVED_MEMORY;
    if (same_text(walk.name, "cpus")) {
        facts->timebase_hz = tree_number(&walk, "timebase-frequency", 0);
        return CPUS;
    }
    if (same_text(walk.name, "aliases"))
        found.aliases = walk.item;
    if (same_text(walk.name, "chosen"))
        take_chosen();
    return BUS;
}

static enum role visit_by_parent(enum role parent)
{
    struct device_tree_range range;

    switch (parent) {
    case OUTSIDE:
        return ROOT;
    case ROOT:
        return visit_child_of_root();
    case CPUS:
        return tree_text_is(&walk, "device_type", "cpu") ? add_hart() : BUS;
    case HART:
        if (tree_text_is(&walk, "compatible", "riscv,cpu-intc"))
            facts->harts[facts->hart_count - 1].intc_phandle =
                (uint32_t)tree_number(&walk, "phandle", 0);
        return BUS;
    case RESERVED_MEMORY:
        for (uint32_t i = 0; tree_reg(&walk, i, &range.base, &range.length); i++)
            add_reserved(range);
        return BUS;
    default:
        return BUS;
    }
}

static void take_uart(void)
{
    const struct tree_property *interrupts = tree_find(&walk, "interrupts");
    const uint64_t shift = tree_number(&walk, "reg-shift", 0);
    const uint64_t width = tree_number(&walk, "reg-io-width", 1);
    struct device_tree_uart *uart = &found.uarts[found.uart_count];

    if (found.uart_count == MAX_UARTS || shift > 4 ||
        (width != 1 && width != 2 && width != 4) ||
        !tree_reg(&walk, 0, &uart->registers.base, &uart->registers.length))
        return;
    uart->reg_shift = (uint32_t)shift;
    uart->reg_io_width = (uint32_t)width;
    if (interrupts != NULL && interrupts->length >= 4)
        uart->interrupt = (uint32_t)tree_cells(interrupts->value, 1);
    found.uart_paths[found.uart_count++] = walk.levels[walk.depth].path_hash;
}

/* The first one, if each group of harts has its own. */
static void take_plic(void)
{
    const struct tree_property *contexts = tree_find(&walk, "interrupts-extended");

    if (facts->plic.length != 0)
        return;
    tree_reg(&walk, 0, &facts->plic.base, &facts->plic.length);
    facts->plic_source_count = (uint32_t)tree_number(&walk, "riscv,ndev", 0);
    if (contexts != NULL)
        found.plic_contexts = *contexts;
}

static void visit_device(void)
{
    const struct tree_property *compatible = tree_find(&walk, "compatible");
    const char *name = tree_text(&walk, "compatible");
    const char *end = *name != '\0' ? name + compatible->length : name;

    for (; name < end; name += strlen(name) + 1) {
        if (same_text(name, "ns16550a") || same_text(name, "snps,dw-apb-uart"))
            take_uart();
        else if (same_text(name, "sifive,plic-1.0.0") || same_text(name, "riscv,plic0"))
            take_plic();
        else if (same_text(name, "sifive,test0") || same_text(name, "sifive,test1"))
            tree_reg(&walk, 0, &facts->test_finisher.base,
                     &facts->test_finisher.length);
        else
            continue;
        return;
    }
}

static void visit_node(void)
{
    const enum role parent = roles[walk.depth - 1];
    const char *status = tree_text(&walk, "status");
    const struct tree_property *ranges = tree_find(&walk, "ranges");
    enum role role = SKIPPED;

    if (parent != SKIPPED &&
        (*status == '\0' || same_text(status, "okay") || same_text(status, "ok")))
        role = visit_by_parent(parent);
    if (role == BUS && ranges != NULL && ranges->length != 0)
        role = SKIPPED;
    if (role == BUS)
        visit_device();
    roles[walk.depth] = role;
}

/* The memory reservation block ends with an empty entry (5.3). */
static void read_reservations(void)
{
    size_t offset = (size_t)tree_cells(walk.blob + 16, 1);

    for (; walk.error == NULL; offset += RESERVATION_BYTES) {
        if (offset > walk.total_bytes ||
            walk.total_bytes - offset < RESERVATION_BYTES) {
            tree_fail(&walk, "the memory reservation block does not end");
            return;
        }
        const struct device_tree_range range = {tree_cells(walk.blob + offset, 2),
                                                tree_cells(walk.blob + offset + 8, 2)};
        if (range.base == 0 && range.length == 0)
            return;
        if (range.base > UINT64_MAX - range.length)
            tree_fail(&walk, "a reserved range reaches beyond the last address");
        add_reserved(range);
    }
}

/* Entry n of the PLIC's interrupts-extended says where its context n leads: to one of
 * the interrupts of a hart's own controller. */
static void assign_plic_contexts(void)
{
    for (uint32_t i = 0; i < found.plic_contexts.length / 8; i++) {
        const uint64_t target = tree_cells(found.plic_contexts.value + 8 * i, 2);
        for (size_t hart = 0; hart < facts->hart_count; hart++) {
            if ((uint32_t)target == SUPERVISOR_EXTERNAL_INTERRUPT &&
                target >> 32 != 0 && facts->harts[hart].intc_phandle == target >> 32)
                facts->harts[hart].plic_context = i;
        }
    }
}

/* Up to the colon before a path's options. */
static size_t path_length(const char *path)
{
    size_t length = 0;
    while (path[length] != '\0' && path[length] != ':')
        length++;
    return length;
}

/* stdout-path is a path or the name of an alias for one. */
static void choose_uart(void)
{
    const char *path = found.stdout_path;
    const size_t length = path_length(path);

    if (length != 0 && *path != '/' && found.aliases != NULL) {
        walk.cursor = found.aliases;
        tree_next_node(&walk);
        for (uint32_t i = 0; i < walk.property_count; i++) {
            const char *name = walk.properties[i].name;
            if (strncmp(name, found.stdout_path, length) == 0 && name[length] == '\0')
                path = tree_text(&walk, name);
        }
    }
    const uint64_t hash = tree_hash(0, path, path_length(path));
    for (size_t i = 0; i < found.uart_count; i++) {
        if (found.uart_paths[i] == hash || (length == 0 && i == 0))
            facts->uart = found.uarts[i];
    }
}

static void check_facts(void)
{
    const struct device_tree_range *memory = facts->memory;

    for (size_t i = 1; i < facts->memory_count; i++) {
        if (memory[i].base - memory[i - 1].base < memory[i - 1].length)
            tree_fail(&walk, "two ranges of memory overlap");
    }
    if (facts->memory_count == 0)
        tree_fail(&walk, "no memory");
    if (facts->hart_count == 0)
        tree_fail(&walk, "no usable hart");
    if (facts->timebase_hz == 0)
        tree_fail(&walk, "no timebase-frequency");
}

const char *device_tree_parse(const void *blob, size_t capacity, uint64_t physical,
                              struct device_tree_facts *result)
{
    memset(&found, 0, sizeof found);
    memset(result, 0, sizeof *result);
    facts = result;
    facts->bootargs = found.stdout_path = "";
    if (tree_open(&walk, blob, capacity)) {
        facts->total_bytes = walk.total_bytes;
        add_reserved((struct device_tree_range){physical, walk.total_bytes});
        read_reservations();
        while (tree_next_node(&walk))
            visit_node();
    }
    if (walk.error == NULL) {
        assign_plic_contexts();
        choose_uart();
        check_facts();
    }
    facts->error_offset = walk.error == NULL ? 0 : (uint32_t)(walk.item - walk.blob);
    return walk.error;
}
