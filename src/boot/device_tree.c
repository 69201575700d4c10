/* SPDX-License-Identifier: MIT
 *
 * One pass over the nodes. Each is judged as soon as its properties have been read, by
 * what it says and by where it is. Which context of the PLIC is the hart's is found at
 * the end, since either may come first.
 */
#include "boot/device_tree.h"

#include "base/string.h"
#include "boot/tree_walk.h"

#define SUPERVISOR_EXTERNAL_INTERRUPT 9U

static struct tree_walk walk;
static struct device_tree_facts *facts;
static uint64_t wanted_hart;
static bool in_hart;                       /* the nodes that come are in its node */
static uint64_t intc_phandle;              /* of its interrupt controller; 0: none */
static struct tree_property plic_contexts; /* interrupts-extended */

static void add_range(struct range_set *set, uint64_t start, uint64_t end)
{
    if (!range_add(set, start, end))
        tree_fail(&walk, "too many ranges of memory or of reserved memory");
}

static void add_reg(struct range_set *set)
{
    struct range range;
    for (uint64_t i = 0; tree_reg(&walk, i, &range.start, &range.end); i++)
        add_range(set, range.start, range.end);
}

/* The memory reservation block ends with an empty entry (5.3). */
static void read_reservations(void)
{
    uint64_t at = tree_cells(walk.blob + 16, 1);
    for (; at + 16 <= walk.total_bytes; at += 16) {
        const uint64_t start = tree_cells(walk.blob + at, 2);
        const uint64_t length = tree_cells(walk.blob + at + 8, 2);
        if (start == 0 && length == 0)
            return;
        add_range(&facts->reserved, start,
                  length > UINT64_MAX - start ? UINT64_MAX : start + length);
    }
    tree_fail(&walk, "the memory reservation block does not end");
}

/* In the list riscv,isa-extensions, or else in riscv,isa (rv64imafd_zicsr_sstc): there
 * single letters stand side by side, and a longer name begins with s, x or z. */
static bool has_extension(const char *name)
{
    if (tree_find(&walk, "riscv,isa-extensions") != NULL)
        return tree_lists(&walk, "riscv,isa-extensions", name);
    const char *isa = tree_text(&walk, "riscv,isa");
    for (size_t length = 1; *isa != '\0'; isa += length, length = 1) {
        if (*isa == 's' || *isa == 'x' || *isa == 'z')
            while (isa[length] != '\0' && isa[length] != '_')
                length++;
        if (length == strlen(name) && strncmp(isa, name, length) == 0)
            return true;
    }
    return false;
}

static void visit_hart(void)
{
    uint64_t end;
    struct tree_hart hart = {.has_d = has_extension("d") || has_extension("g"),
                             .has_sstc = has_extension("sstc")};
    if (!tree_reg(&walk, 0, &hart.id, &end))
        tree_fail(&walk, "a hart has no id");
    in_hart = hart.id == wanted_hart;
    if (in_hart)
        facts->hart = hart;
    if (facts->hart_count < TREE_HARTS_MAX)
        facts->harts[facts->hart_count] = hart;
    facts->hart_count++;
}

static void visit_chosen(void)
{
    facts->bootargs = tree_text(&walk, "bootargs");
    facts->initrd.end = tree_number(&walk, "linux,initrd-end", 0);
    facts->initrd.start = tree_number(&walk, "linux,initrd-start", facts->initrd.end);
    if (facts->initrd.start > facts->initrd.end)
        tree_fail(&walk, "the initrd ends before it starts");
}

/* The first one, if each group of harts has its own. */
static void visit_plic(void)
{
    const struct tree_property *contexts = tree_find(&walk, "interrupts-extended");
    if (facts->plic.end != 0)
        return;
    tree_reg(&walk, 0, &facts->plic.start, &facts->plic.end);
    facts->plic_sources = tree_number(&walk, "riscv,ndev", 0);
    if (contexts != NULL)
        plic_contexts = *contexts;
}

static void visit_node(void)
{
    const char *top = walk.depth > 1 ? walk.levels[2].name : ""; /* the root's child */
    const bool reserves = same_text(top, "reserved-memory");
    in_hart = in_hart && walk.depth > 3;
    facts->timebase_hz = tree_number(&walk, "timebase-frequency", facts->timebase_hz);
    if (walk.depth == 2 && same_text(top, "chosen"))
        visit_chosen();
    if (walk.depth == 2 && reserves)
        walk.closed = TREE_MAX_DEPTH; /* its children hold, whatever its ranges is */
    if (walk.depth == 3 && reserves)
        add_reg(&facts->reserved);
    if (tree_lists(&walk, "device_type", "memory"))
        add_reg(&facts->memory);
    if (tree_lists(&walk, "device_type", "cpu"))
        visit_hart();
    if (in_hart && tree_lists(&walk, "compatible", "riscv,cpu-intc"))
        intc_phandle = tree_number(&walk, "phandle", 0);
    if (tree_lists(&walk, "compatible", "sifive,plic-1.0.0"))
        visit_plic();
    if (tree_lists(&walk, "compatible", "sifive,test0"))
        tree_reg(&walk, 0, &facts->test_finisher.start, &facts->test_finisher.end);
}

/* Entry n of the PLIC's interrupts-extended says where its context n leads: to one of
 * the interrupts of a hart's own controller. */
static void find_plic_context(void)
{
    const uint64_t wanted = intc_phandle << 32 | SUPERVISOR_EXTERNAL_INTERRUPT;
    facts->plic_context = PLIC_NO_CONTEXT;
    for (uint64_t i = 0; intc_phandle != 0 && i < plic_contexts.length / 8; i++) {
        if (tree_cells(plic_contexts.value + 8 * i, 2) == wanted)
            facts->plic_context = i;
    }
}

const char *device_tree_parse(const void *blob, size_t capacity, uint64_t hart_id,
                              struct device_tree_facts *result)
{
    facts = result;
    memset(facts, 0, sizeof *facts);
    wanted_hart = hart_id;
    facts->bootargs = "";
    intc_phandle = plic_contexts.length = 0;
    if (tree_open(&walk, blob, capacity))
        read_reservations();
    while (tree_next_node(&walk))
        visit_node();
    find_plic_context();
    if (facts->timebase_hz == 0)
        tree_fail(&walk, "no timebase-frequency");
    facts->total_bytes = walk.total_bytes;
    facts->error_offset = walk.item;
    return walk.error;
}
